/**
 * Front door of `kube/`: configuration, the client, watch caches, events and leases. Importing it does
 * not load client-node; `loadConnection` does.
 */
export { Backoff } from './backoff.ts';
export { HttpObjectClient, type HttpObjectClientOptions } from './client.ts';
export {
  type ClusterConnection,
  type ConnectionCredentials,
  type ConnectionOptions,
  loadConnection,
  plainConnection,
} from './config.ts';
export { EventRecorder, type EventRecorderOptions, type News } from './events.ts';
export { Informer, type InformerOptions } from './informer.ts';
export { LeaderElector, type Leadership, type LeaseOptions } from './lease.ts';
export { PacedClient, type PacedClientOptions, TurnTooLate } from './paced-client.ts';
export type { ReflectorCounts } from './reflector.ts';
export { byController, byLabel, byNamespace, type Change, type ChangeHandler, type Index } from './store.ts';
export {
  slimApplication,
  slimSet,
  type Transform,
  withoutBookkeeping,
  withoutManagedFields,
} from './transforms.ts';
export { Transport, type TransportOptions } from './transport.ts';
