/**
 * Whom repositories are believed: ssh host keys, authorities of TLS servers and public keys of those
 * who sign, from the three ConfigMaps Argo CD keeps them in. Read anew for every question, so that a
 * change counts at once. One that is not there holds nothing; one that cannot be read answers nothing.
 */
import type { KubeObject } from '../../api/objects.ts';
import { AppsetError } from '../../support/errors.ts';
import { isJsonObject } from '../../support/json.ts';
import { notSynced, type ObjectsView } from './objects-view.ts';

export const KNOWN_HOSTS_MAP = 'argocd-ssh-known-hosts-cm';
export const TLS_CERTIFICATES_MAP = 'argocd-tls-certs-cm';
export const SIGNING_KEYS_MAP = 'argocd-gpg-keys-cm';

export interface TrustViews {
  /** each holds the ConfigMap of its name, where there is one */
  readonly knownHosts: ObjectsView;
  readonly tlsCertificates: ObjectsView;
  readonly signingKeys: ObjectsView;
}

export class RepositoryTrust {
  readonly #views: TrustViews;
  readonly #namespace: string;

  constructor(views: TrustViews, namespace: string) {
    this.#views = views;
    this.#namespace = namespace;
  }

  /** Lines of a known_hosts file; undefined when none are kept. */
  knownHosts(): string | undefined {
    const text = this.#data(this.#views.knownHosts, KNOWN_HOSTS_MAP).get('ssh_known_hosts');
    return text === undefined || text.trim() === '' ? undefined : text;
  }

  /** PEM certificates of the authorities of a host; undefined when the system's count. */
  authorities(host: string): string | undefined {
    const text = this.#data(this.#views.tlsCertificates, TLS_CERTIFICATES_MAP).get(host.toLowerCase());
    return text === undefined || text.trim() === '' ? undefined : text;
  }

  /** Armored public keys. */
  signingKeys(): readonly string[] {
    return [...this.#data(this.#views.signingKeys, SIGNING_KEYS_MAP).values()];
  }

  #data(view: ObjectsView, name: string): ReadonlyMap<string, string> {
    if (!view.synced) {
      const { message } = notSynced(view, `the keys of ConfigMap ${this.#namespace}/${name}`);
      throw new AppsetError('APPSET_E0402', message);
    }
    const isIt = ({ metadata }: KubeObject) =>
      metadata.namespace === this.#namespace && metadata.name === name;
    const data = view.list().find(isIt)?.data;
    const entries = isJsonObject(data) ? Object.entries(data) : [];
    return new Map(entries.flatMap(([key, text]) => (typeof text === 'string' ? [[key, text]] : [])));
  }
}

/** Host of a URL without its port, as certificates are kept by; '' when there is none. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, '') : '';
}
