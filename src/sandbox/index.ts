/**
 * The front door of the sandbox: an in-memory Kubernetes API for the demo, the tests and offline use.
 * `createStore` gives the store and its `ObjectClient`, without any HTTP.
 */
import { Faults } from './faults.ts';
import { Store, type StoreOptions } from './store.ts';
import { StoreClient } from './store-client.ts';

export { type FaultEffect, type FaultRule, Faults, type FaultVerb } from './faults.ts';
export { Store, type StoreOptions } from './store.ts';
export { type MadeCall, StoreClient } from './store-client.ts';

/** A store with a client on it; `client.faults` and `client.store` are the levers of tests. */
export function createStore(options: StoreOptions = {}): StoreClient {
  const store = new Store(options);
  return new StoreClient(store, new Faults(store.clock));
}
