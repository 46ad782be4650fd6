/**
 * Where tests of the controller play: a store in memory on a clock of its own, or, where the run is on a
 * real cluster, that cluster emptied, with its garbage collector stopped until a test lets it run.
 */
import { StandingClock } from '../../src/conformance/controller-world.ts';
import { HttpObjectClient, loadConnection, Transport } from '../../src/kube/index.ts';
import { Faults, type MadeCall, Store, StoreClient } from '../../src/sandbox/index.ts';
import { systemClock } from '../../src/support/clock.ts';
import { seededRandom } from '../../src/support/random.ts';
import { isReal } from './backend.ts';
import { ObservedClient, type TestClient } from './observed-client.ts';
import { WaitingStore } from './waiting-store.ts';

export interface Stage {
  readonly clock: StandingClock;
  readonly client: TestClient;
}

const real = isReal() ? await connectReal() : undefined;

async function connectReal() {
  const kubeconfig = process.env['APPSET_TEST_KUBECONFIG'] ?? '';
  const pid = process.env['APPSET_TEST_COLLECTOR_PID'];
  const collectorPid = pid === undefined ? undefined : Number(pid);
  if (collectorPid !== undefined) process.kill(collectorPid, 'SIGSTOP');
  const transport = new Transport(await loadConnection({ kubeconfig }));
  return {
    store: new WaitingStore(kubeconfig, collectorPid),
    inner: new HttpObjectClient(transport, { fieldManager: 'appset' }),
  };
}

/** An empty stage; the one before it is gone where there is only one cluster. */
export function openStage(onCall: (call: MadeCall) => void): Stage {
  if (real !== undefined) {
    real.store.reset();
    return {
      // the server's own times are those of this machine
      clock: new StandingClock(systemClock.now()),
      client: new ObservedClient(real.inner, real.store, onCall),
    };
  }
  const clock = new StandingClock();
  const store = new Store({ clock, random: seededRandom(7), gc: 'manual' });
  return { clock, client: new StoreClient(store, new Faults(clock), 'appset', onCall) };
}
