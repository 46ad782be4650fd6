/**
 * Secrets of webhooks (spec controller §7.4): keys of `argocd-secret`, read anew for every call so that
 * a rotated one counts at once. A value `$KEY` means another key of it, `$SECRET:KEY` a key of a Secret
 * labelled as part of Argo CD; what it means is trimmed, what cannot be found stands for itself.
 */

/** Reads Secrets in clear; from a watch cache, never from the network. */
export interface SecretReader {
  /** keys of argocd-secret; undefined when there is none */
  argocd(): Readonly<Record<string, string>> | undefined;
  /** keys of another Secret of the control-plane namespace that is labelled part-of argocd */
  partOfArgocd(name: string): Readonly<Record<string, string>> | undefined;
}

export class WebhookSecrets {
  readonly #reader: SecretReader;

  constructor(reader: SecretReader) {
    this.#reader = reader;
  }

  /** The secret under a key such as `webhook.github.secret`; '' when there is none. */
  get(key: string): string {
    const keys = this.#reader.argocd();
    const value = keys?.[key] ?? '';
    if (!value.startsWith('$')) return value;
    const reference = value.slice(1);
    const colon = reference.indexOf(':');
    const meant =
      colon < 0
        ? keys?.[reference]
        : this.#reader.partOfArgocd(reference.slice(0, colon))?.[reference.slice(colon + 1)];
    return meant?.trim() ?? value;
  }

  /** The first of several keys that is set. */
  first(...keys: readonly string[]): string {
    for (const key of keys) {
      const value = this.get(key);
      if (value !== '') return value;
    }
    return '';
  }

  /** Whether any webhook secret at all is set: then an unsigned call of a provider of ours is refused. */
  get configured(): boolean {
    return Object.entries(this.#reader.argocd() ?? {}).some(
      ([key, value]) => key.startsWith('webhook.') && value !== '',
    );
  }
}
