/**
 * What a command needs to see a set as the operator would: live objects and facts read once, from a
 * cluster or from a dump of one. Nothing is ever written through it.
 */
import { isNotFound, type ObjectClient, RESOURCES } from '../api/client.ts';
import { SECRET_TYPE_LABEL } from '../api/names.ts';
import type { KubeObject } from '../api/objects.ts';
import { noEvents } from '../controller/events.ts';
import { DirectLiveView, listAll } from '../controller/live-view.ts';
import { silentLog } from '../controller/log.ts';
import { ControllerMemory } from '../controller/memory.ts';
import { OWN_CONFIG_MAP } from '../controller/operator.ts';
import type { ReconcileDeps } from '../controller/reconcile.ts';
import type { ControllerSettings } from '../controller/settings.ts';
import { Git } from '../git/index.ts';
import { createStore } from '../sandbox/index.ts';
import {
  createLiveSources,
  KNOWN_HOSTS_MAP,
  type ObjectsView,
  SIGNING_KEYS_MAP,
  TLS_CERTIFICATES_MAP,
} from '../sources/live/index.ts';
import { systemClock } from '../support/clock.ts';
import { AppsetError, asAppsetError } from '../support/errors.ts';
import { isJsonObject } from '../support/json.ts';
import { LIMITS } from '../support/limits.ts';
import { systemRandom } from '../support/random.ts';
import { type PlacedObject, readPlacedObjects, shownName } from './facts.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface LiveWorld {
  readonly deps: ReconcileDeps;
  close(): void;
}

const VERSIONS: ReadonlyMap<string, string> = new Map(
  Object.values(RESOURCES).map(({ kind, apiVersion }) => [kind, apiVersion]),
);

/**
 * A client on the objects of a dump (`kubectl get -o yaml` of the kinds that count).
 *
 * @throws AppsetError APPSET_E0102 for a file without such objects, or with one that no cluster gave
 */
export function dumpClient(file: string): ObjectClient {
  const client = createStore({ lenient: true, gc: 'off' });
  const all = readPlacedObjects(file);
  const objects = all.filter(({ object }) => VERSIONS.has(String(object.kind)));
  if (objects.length === 0) {
    const kinds = [...new Set(all.map(({ object }) => String(object.kind ?? 'an object without kind')))];
    const only = kinds.length === 0 ? '' : `, only ${kinds.slice(0, LIMITS.namesShown).join(', ')}`;
    throw new AppsetError('APPSET_E0102', `${shownName(file)}: no objects of a cluster${only}`);
  }
  for (const placed of objects) checkDumped(placed);
  client.store.seed(...objects.map(({ object }) => object));
  return client;
}

/** What a cluster gives has all of this; another version of a kind would be another kind. */
function checkDumped({ object, where }: PlacedObject): void {
  const kind = String(object.kind);
  const { name = '' } = isJsonObject(object.metadata) ? object.metadata : {};
  const called = typeof name === 'string' && name !== '' ? `${kind} ${name}` : kind;
  const wanted = VERSIONS.get(kind);
  const missing =
    object.apiVersion === undefined
      ? `has no apiVersion (${wanted})`
      : object.apiVersion !== wanted
        ? `has apiVersion ${JSON.stringify(object.apiVersion)}, not ${wanted}`
        : called === kind
          ? 'has no metadata.name'
          : undefined;
  if (missing === undefined) return;
  throw new AppsetError(
    'APPSET_E0102',
    `${where}: ${called} ${missing}: dump objects as kubectl get … -o yaml prints them`,
  );
}

/**
 * Everything a preview needs.
 *
 * @param allowLocalGit `file` and `git` addresses too
 * @throws AppsetError APPSET_E0601 when the API server cannot be read
 */
export async function liveWorld(
  client: ObjectClient,
  settings: ControllerSettings,
  allowLocalGit: boolean,
): Promise<LiveWorld> {
  const namespace = settings.controllerNamespace;
  const view = async (
    type: (typeof RESOURCES)[keyof typeof RESOURCES],
    labelSelector?: string,
  ): Promise<ObjectsView> => {
    const objects = await readAll(client, type, namespace, labelSelector);
    return { synced: true, list: () => objects };
  };
  const mapView = async (name: string): Promise<ObjectsView> => {
    const object = await readConfigMap(client, namespace, name);
    return { synced: true, list: () => (object === undefined ? [] : [object]) };
  };
  const home = temporaryFolder('git');
  try {
    const sources = createLiveSources({
      namespace,
      clock: systemClock,
      clusterSecrets: await view(RESOURCES.secrets, `${SECRET_TYPE_LABEL}=cluster`),
      repositorySecrets: await view(RESOURCES.secrets, `${SECRET_TYPE_LABEL} in (repository,repo-creds)`),
      projects: await view(RESOURCES.appProjects),
      client,
      trust: {
        knownHosts: await mapView(KNOWN_HOSTS_MAP),
        tlsCertificates: await mapView(TLS_CERTIFICATES_MAP),
        signingKeys: await mapView(SIGNING_KEYS_MAP),
      },
      git: new Git({ home: home.path, clock: systemClock, allowLocal: allowLocalGit }),
    });
    const snapshot = sources.snapshot();
    const inClusterEnabled =
      (await configMap(client, namespace, 'argocd-cm'))?.['cluster.inClusterEnabled'] !== 'false';
    const pause = (await configMap(client, namespace, OWN_CONFIG_MAP))?.pause;
    return {
      deps: {
        client,
        live: new DirectLiveView(client),
        facts: async () => ({
          sources: snapshot,
          inClusterEnabled,
          pause: () => pause,
          descends: (request, older, newer) => sources.descent(request, older, newer),
        }),
        settings,
        allowed: () => true,
        memory: new ControllerMemory(),
        events: noEvents,
        clock: systemClock,
        random: systemRandom,
        log: silentLog,
      },
      close: () => home.remove(),
    };
  } catch (error) {
    home.remove();
    throw error;
  }
}

async function readAll(
  client: ObjectClient,
  type: (typeof RESOURCES)[keyof typeof RESOURCES],
  namespace: string,
  labelSelector?: string,
): Promise<readonly KubeObject[]> {
  try {
    return await listAll(client, type, {
      namespace,
      ...(labelSelector === undefined ? {} : { labelSelector }),
    });
  } catch (error) {
    throw asAppsetError(error, 'APPSET_E0601').prefixed(`${type.plural} of ${namespace}: `);
  }
}

/** Data of a ConfigMap; undefined when it is not there. */
export async function configMap(
  client: ObjectClient,
  namespace: string,
  name: string,
): Promise<Readonly<Record<string, string>> | undefined> {
  const object = await readConfigMap(client, namespace, name);
  return object?.data as Readonly<Record<string, string>> | undefined;
}

async function readConfigMap(
  client: ObjectClient,
  namespace: string,
  name: string,
): Promise<KubeObject | undefined> {
  try {
    return await client.get(RESOURCES.configMaps, namespace, name);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw asAppsetError(error, 'APPSET_E0601');
  }
}
