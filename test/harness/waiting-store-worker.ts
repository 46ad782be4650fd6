/** The worker behind waiting-store.ts: takes one order after the other and makes the calls. */
import { type MessagePort, workerData } from 'node:worker_threads';
import {
  ApiError,
  isAlreadyExists,
  type ObjectClient,
  RESOURCES,
  type ResourceType,
} from '../../src/api/client.ts';
import type { Json, KubeObject } from '../../src/api/objects.ts';
import { messageOf } from '../../src/support/errors.ts';
import { collected, collectorCaughtUp, connectTo, emptied } from './backend.ts';
import type { Order, Outcome } from './waiting-store.ts';

const { kubeconfig, collectorPid, signal, port } = workerData as {
  kubeconfig: string;
  collectorPid: number | undefined;
  signal: Int32Array;
  port: MessagePort;
};
const { client } = await connectTo(kubeconfig);

async function whileCollecting(task: () => Promise<void>): Promise<void> {
  if (collectorPid !== undefined) process.kill(collectorPid, 'SIGCONT');
  try {
    await task();
  } finally {
    if (collectorPid !== undefined) process.kill(collectorPid, 'SIGSTOP');
  }
}

/** JSON has no undefined: it came as null. */
const given = <T>(value: T | null): T | undefined => value ?? undefined;

const METHODS: Readonly<Record<Order['method'], (...args: never[]) => Promise<unknown>>> = {
  get: (type: ResourceType, namespace: string | null, name: string) =>
    client.get(type, given(namespace), name),
  list: (type: ResourceType, query: { namespace?: string }) => client.list(type, query),
  create: (type: ResourceType, _namespace: string | null, object: KubeObject) => client.create(type, object),
  update: (type: ResourceType, object: KubeObject) => client.update(type, object),
  patch: (
    type: ResourceType,
    namespace: string | null,
    name: string,
    patch: Json,
    options: Parameters<ObjectClient['patch']>[4],
  ) => client.patch(type, given(namespace), name, patch, options),
  delete: async (
    type: ResourceType,
    namespace: string | null,
    name: string,
    options: Parameters<ObjectClient['delete']>[3],
  ) => {
    // a collector that was stopped may see the deletion before the dependents, and then orphans nobody
    if (options?.propagationPolicy === 'Orphan') await whileCollecting(() => collectorCaughtUp(client));
    return client.delete(type, given(namespace), name, options);
  },
  seed: async (objects: KubeObject[]) => {
    for (const object of objects) await seed(object);
  },
  collect: () => whileCollecting(() => collected(client)),
  reset: () => emptied(client),
};

port.on('message', ({ method, args }: Order) => {
  const call = METHODS[method] as (...all: readonly unknown[]) => Promise<unknown>;
  void call(...args)
    .then(
      (value): Outcome => ({ value }),
      (error: unknown): Outcome => ({ error: plain(error) }),
    )
    .then((outcome) => {
      port.postMessage(outcome);
      Atomics.store(signal, 0, 1);
      Atomics.notify(signal, 0);
    });
});

function plain(error: unknown): {
  code: number;
  reason: string;
  message: string;
  causes: ApiError['causes'];
} {
  if (!(error instanceof ApiError)) return { code: 0, reason: '', message: messageOf(error), causes: [] };
  const { code, reason, message, causes } = error;
  return { code, reason, message, causes };
}

const WITH_STATUS: ReadonlySet<string> = new Set(['Pod', 'ApplicationSet']);

/** As the store's: there afterwards as given, created or replaced. */
async function seed(object: KubeObject): Promise<void> {
  const type = Object.values(RESOURCES).find(({ kind }) => kind === object.kind);
  if (type === undefined) throw new ApiError(404, 'NotFound', `no resource ${object.kind}`);
  const { managedFields: _, resourceVersion: _version, ...metadata } = object.metadata;
  try {
    await client.create(type, { ...object, metadata });
    const { namespace, name } = metadata;
    // where status is a subresource a creation leaves it out
    if (object.status !== undefined && WITH_STATUS.has(type.kind)) {
      const options = { type: 'merge', subresource: 'status' } as const;
      await client.patch(type, namespace, name, { status: object.status }, options);
    }
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    const live = await client.get(type, metadata.namespace, metadata.name);
    const { resourceVersion = '', uid = '' } = live.metadata;
    await client.update(type, { ...object, metadata: { ...metadata, resourceVersion, uid } });
  }
}
