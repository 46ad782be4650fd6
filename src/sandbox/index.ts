/**
 * The front door of the sandbox: an in-memory Kubernetes API for the demo, the tests and offline use.
 * `createStore` gives the store behind an `ObjectClient`, without HTTP; `startSandbox` serves it on the
 * loopback address for kubectl and the operator, and everything it starts ends with `stop()`.
 */
import type { Random } from '../support/random.ts';
import { systemRandom } from '../support/random.ts';
import { argoCrds } from './argo-crds.ts';
import { Faults } from './faults.ts';
import { type ServeOptions, serveHttp } from './http/server.ts';
import { kubeconfigText, writeKubeconfigFile } from './kubeconfig.ts';
import { Store, type StoreOptions } from './store.ts';
import { StoreClient } from './store-client.ts';

export { argoCrds } from './argo-crds.ts';
export { type StandInOptions, standInPatch, startArgoCdStandIn } from './argocd-stand-in.ts';
export { type FaultEffect, type FaultRule, Faults, type FaultVerb, refusal } from './faults.ts';
export { Store, type StoreOptions } from './store.ts';
export { type MadeCall, StoreClient } from './store-client.ts';

/** A store with a client on it; `client.faults` and `client.store` are the levers of tests. */
export function createStore(options: StoreOptions = {}): StoreClient {
  const store = new Store(options);
  return new StoreClient(store, new Faults(store.clock));
}

export interface SandboxOptions extends StoreOptions, Pick<ServeOptions, 'port' | 'onRequest'> {
  /** `false`: anybody on this machine may call; a text: that token; else a random one */
  readonly token?: string | false;
}

export interface Sandbox {
  readonly url: string;
  readonly token: string | undefined;
  /** text of a kubeconfig */
  readonly kubeconfig: string;
  /** the store without HTTP in between */
  readonly client: StoreClient;
  readonly store: Store;
  /** faults of the HTTP face; those of `client` are its own */
  readonly faults: Faults;
  /** Writes a kubeconfig that only its owner may read. @throws AppsetError APPSET_E0902 */
  writeKubeconfig(path: string): void;
  stop(): Promise<void>;
}

const TOKEN_BYTES = 24;

const newToken = (random: Random): string => Buffer.from(random.bytes(TOKEN_BYTES)).toString('base64url');

/**
 * Serves a new store on the loopback address; with Argo CD's CRDs unless others are given.
 * @throws AppsetError APPSET_E0901
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { token: asked, port, onRequest, ...storeOptions } = options;
  const client = createStore({ crds: argoCrds(), ...storeOptions });
  const { store } = client;
  const faults = new Faults(store.clock);
  const token = asked === false ? undefined : (asked ?? newToken(options.random ?? systemRandom));
  const served = await serveHttp(store, faults, {
    ...(port === undefined ? {} : { port }),
    ...(token === undefined ? {} : { token }),
    ...(onRequest === undefined ? {} : { onRequest }),
  });
  const kubeconfig = kubeconfigText(served.url);
  return {
    url: served.url,
    token,
    kubeconfig,
    client,
    store,
    faults,
    writeKubeconfig: (path) => writeKubeconfigFile(path, kubeconfig),
    stop: () => served.stop(),
  };
}
