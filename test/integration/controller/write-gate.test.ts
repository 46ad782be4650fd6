/**
 * The gate before the first write of a run: many live barriers in one quorum read, which began after each
 * of them was asked for, and which never says more than that a set is as it was planned for.
 */
import { describe, expect, test } from 'vitest';
import {
  type ApiError,
  type ListOptions,
  type ObjectClient,
  RESOURCES,
  type ResourceType,
} from '../../../src/api/client.ts';
import type { ApplicationSet, JsonObject } from '../../../src/api/objects.ts';
import { LiveBarrier, SetChanged } from '../../../src/controller/barrier.ts';
import { WriteGate } from '../../../src/controller/write-gate.ts';
import type { MadeCall } from '../../../src/sandbox/index.ts';
import { systemClock } from '../../../src/support/clock.ts';
import { LIMITS } from '../../../src/support/limits.ts';
import { openStage } from '../../harness/stage.ts';
import { list, shops } from './operator.ts';

const { applicationSets } = RESOURCES;
const MANY = LIMITS.barrierListFrom + 5;

/** Sets on a store, runs of theirs at a gate, and turns that are given when a test says so. */
class Gate {
  readonly calls: MadeCall[] = [];
  readonly #stage = openStage((call) => {
    this.calls.push(call);
  });
  readonly #turns: (() => void)[] = [];
  /** what happens when a list has been answered and the gate has not been told yet */
  onListed: () => Promise<void> | void = () => {};
  /** calls the server has not answered yet */
  #open = 0;
  /** what the calls in turns came to, as whoever gives the turns sees it */
  readonly inTurns: unknown[] = [];
  readonly entered: string[] = [];
  readonly refused = new Map<string, unknown>();
  readonly leave = new Map<string, () => void>();
  readonly gate: WriteGate;

  constructor({ places = 1_000, sets = 0 } = {}) {
    this.gate = new WriteGate({
      clock: systemClock,
      places,
      sets: () => sets,
      inTurn: async (call) => {
        await new Promise<void>((resolve) => {
          this.#turns.push(resolve);
        });
        return call(this.#client()).catch((error: unknown) => {
          this.inTurns.push(error);
          throw error;
        });
      },
    });
  }

  /** Waits until the server has answered, and what follows from that has happened. */
  async settle(): Promise<void> {
    do await new Promise<void>((resolve) => setTimeout(resolve, 5));
    while (this.#open > 0);
  }

  async #answer<T>(call: Promise<T>): Promise<T> {
    this.#open += 1;
    try {
      return await call;
    } finally {
      this.#open -= 1;
    }
  }

  /** The server, as the gate sees it. */
  #client(): ObjectClient {
    const { client } = this.#stage;
    const listing = async (type: ResourceType, options?: ListOptions) => {
      const page = await this.#answer(client.list(type, options));
      await this.onListed();
      return page;
    };
    return {
      get: (...args) => this.#answer(client.get(...args)),
      list: listing,
      watch: () => expect.unreachable(),
      create: () => expect.unreachable(),
      update: () => expect.unreachable(),
      patch: () => expect.unreachable(),
      delete: () => expect.unreachable(),
    };
  }

  /** Calls of turns that came to a refusal of the server, by its code. */
  get told(): readonly number[] {
    return this.inTurns.map((error) => (error as ApiError).code);
  }

  get faults() {
    return this.#stage.client.faults;
  }

  /** Sets that are there, as a run finds them. */
  sets(count: number): readonly ApplicationSet[] {
    const { store } = this.#stage.client;
    const kind = store.kind(applicationSets);
    const spec = shops([list('porto')]);
    for (let index = 0; index < count; index++) {
      const metadata = { name: `set-${index}`, namespace: 'argocd' };
      store.create(kind, 'argocd', {
        apiVersion: applicationSets.apiVersion,
        kind: 'ApplicationSet',
        metadata,
        spec,
      });
    }
    return store.list(kind, { namespace: 'argocd' }).items as unknown as ApplicationSet[];
  }

  edit(set: ApplicationSet, patch: JsonObject): void {
    const { store } = this.#stage.client;
    const options = { type: 'merge', dryRun: false, fieldManager: 'somebody', force: false } as const;
    store.patch(store.kind(applicationSets), 'argocd', set.metadata.name, patch, options);
  }

  remove(set: ApplicationSet): void {
    const { store } = this.#stage.client;
    store.delete(store.kind(applicationSets), 'argocd', set.metadata.name);
  }

  async come(sets: readonly ApplicationSet[], signal?: AbortSignal): Promise<void> {
    for (const set of sets) {
      const { name } = set.metadata;
      const barrier = new LiveBarrier(this.#client(), set, systemClock, signal);
      this.gate.enter(barrier, 1, { signal, onWait: () => {} }).then(
        (leave) => {
          this.entered.push(name);
          this.leave.set(name, leave);
        },
        (error: unknown) => this.refused.set(name, error),
      );
    }
    await this.settle();
  }

  /** Gives turns until nobody asks for one any more. */
  async turns(): Promise<void> {
    while (this.#turns.length > 0) {
      for (const turn of this.#turns.splice(0)) turn();
      await this.settle();
    }
  }

  count(verb: MadeCall['verb']): number {
    return this.calls.filter((call) => call.verb === verb && call.kind === 'ApplicationSet').length;
  }
}

const namesOf = (sets: readonly ApplicationSet[]) => sets.map(({ metadata }) => metadata.name);

test('many that wait are looked at in one list; nobody enters before it', async () => {
  const gate = new Gate();
  const sets = gate.sets(MANY);
  await gate.come(sets);
  expect(gate.entered).toEqual([]);
  await gate.turns();
  expect(gate.entered.sort()).toEqual(namesOf(sets).sort());
  expect([gate.count('list'), gate.count('get')]).toEqual([1, 0]);
});

test.each([
  ['few', { sets: 0, come: LIMITS.barrierListFrom - 1 }],
  [
    'many among far more that would be listed too',
    { sets: 10 * LIMITS.barrierListedForOne * MANY, come: MANY },
  ],
])('%s are looked at alone', async (_name, { sets, come }) => {
  const gate = new Gate({ sets });
  await gate.come(gate.sets(come));
  await gate.turns();
  expect(gate.entered).toHaveLength(come);
  expect([gate.count('list'), gate.count('get')]).toEqual([0, come]);
});

describe('what the list shows to be otherwise is looked at alone, and refused as it always is', () => {
  const spec = { spec: { generators: [list('oslo')] } };
  const cases: readonly [string, (gate: Gate, set: ApplicationSet) => void, boolean][] = [
    ['edited', (gate, set) => gate.edit(set, spec), true],
    [
      'another annotation of ours',
      (gate, set) => gate.edit(set, { metadata: { annotations: { 'appset-operator.io/paused': 'all' } } }),
      true,
    ],
    ['gone', (gate, set) => gate.remove(set), false],
    [
      'terminating',
      (gate, set) => {
        gate.edit(set, { metadata: { finalizers: ['example.org/wait'] } });
        gate.remove(set);
      },
      true,
    ],
    [
      'made again',
      (gate, set) => {
        gate.remove(set);
        gate.sets(1);
      },
      true,
    ],
  ];
  test.each(cases)('%s', async (_name, change, isThere) => {
    const gate = new Gate();
    const sets = gate.sets(MANY);
    await gate.come(sets);
    const [first, ...others] = sets;
    if (first?.metadata.name !== 'set-0') expect.unreachable();
    change(gate, first);
    await gate.turns();
    expect(gate.entered.sort()).toEqual(namesOf(others).sort());
    const error = gate.refused.get('set-0');
    expect(error).toBeInstanceOf(SetChanged);
    const { fresh } = error as SetChanged;
    // what it is planned again with is the whole object, never what the list showed
    if (isThere) expect(fresh?.spec).toMatchObject({ template: expect.anything() });
    else expect(fresh).toBeUndefined();
    expect(gate.count('get')).toBe(1);
  });
});

test('an annotation of somebody else is nothing to look at alone for', async () => {
  const gate = new Gate();
  const sets = gate.sets(MANY);
  await gate.come(sets);
  for (const set of sets) gate.edit(set, { metadata: { annotations: { note: 'x' } } });
  await gate.turns();
  expect(gate.entered).toHaveLength(MANY);
  expect(gate.count('get')).toBe(0);
});

test('who comes when the list has begun is not let in on its word', async () => {
  const gate = new Gate();
  const sets = gate.sets(MANY + 1);
  const late = sets.slice(MANY);
  await gate.come(sets.slice(0, MANY));
  gate.onListed = async () => {
    gate.onListed = () => {};
    // the answer is there already: the set that comes now changes after it, and before its own look
    await gate.come(late);
    for (const set of late) gate.edit(set, { spec: { generators: [list('oslo')] } });
  };
  await gate.turns();
  await gate.settle();
  await gate.turns();
  expect(gate.entered).toHaveLength(MANY);
  expect([...gate.refused.keys()]).toEqual(namesOf(late));
  expect(gate.refused.get(namesOf(late)[0] ?? '')).toBeInstanceOf(SetChanged);
});

test('after a list that fails each is looked at alone', async () => {
  const gate = new Gate();
  const sets = gate.sets(MANY);
  gate.faults.add({ verb: 'list', kind: 'ApplicationSet', effect: { type: 'refuse', code: 403 } });
  await gate.come(sets);
  await gate.turns();
  expect(gate.entered).toHaveLength(MANY);
  expect([gate.count('list'), gate.count('get')]).toEqual([1, MANY]);
});

test('a set that cannot be read lets nothing be written', async () => {
  const gate = new Gate();
  const sets = gate.sets(MANY);
  for (const verb of ['list', 'get'] as const)
    gate.faults.add({ verb, kind: 'ApplicationSet', effect: { type: 'refuse', code: 500 } });
  await gate.come(sets);
  await gate.turns();
  expect(gate.entered).toEqual([]);
  expect(gate.refused.size).toBe(MANY);
});

test('so many write at once; who was looked at long ago is not kept before the gate', async () => {
  const gate = new Gate({ places: 2 });
  const sets = gate.sets(8);
  await gate.come(sets);
  await gate.turns();
  expect(gate.entered).toHaveLength(2);
  // two more are ready, and a look may have been under way when the second became so: the others are not
  // looked at before these have a place
  expect(gate.count('get')).toBeLessThanOrEqual(5);
  for (let left = 8; left > 0; left--) {
    const [name = '', leave] = [...gate.leave][0] ?? [];
    gate.leave.delete(name);
    leave?.();
    await gate.settle();
    await gate.turns();
    expect(gate.leave.size).toBe(Math.min(2, left - 1));
  }
  expect(gate.entered.sort()).toEqual(namesOf(sets).sort());
});

test('the end: who waits is told, and looks no more', async () => {
  const gate = new Gate();
  const end = new AbortController();
  await gate.come(gate.sets(MANY), end.signal);
  end.abort(new Error('the end'));
  await gate.settle();
  expect([...gate.refused.values()].map(String)).toEqual(Array(MANY).fill('Error: the end'));
  await gate.turns();
  expect(gate.entered).toEqual([]);
  expect(gate.count('list') + gate.count('get')).toBe(0);
});

test.each([
  ['a look', 1, 'get'],
  ['a list', MANY, 'list'],
] as const)('whoever gives turns is told that the server throttles %s', async (_name, come, verb) => {
  const gate = new Gate();
  gate.faults.add({ verb, kind: 'ApplicationSet', effect: { type: 'refuse', code: 429 } });
  await gate.come(gate.sets(come));
  await gate.turns();
  expect(gate.told).toEqual([429]);
});

test('the end while a list gives no answer: who waits for it is told at once', async () => {
  const gate = new Gate();
  const end = new AbortController();
  await gate.come(gate.sets(MANY), end.signal);
  const hangs = Promise.withResolvers<void>();
  gate.onListed = () => hangs.promise;
  await gate.turns();
  expect(gate.refused.size + gate.entered.length).toBe(0);
  end.abort(new Error('the end'));
  await gate.settle();
  expect([...gate.refused.values()].map(String)).toEqual(Array(MANY).fill('Error: the end'));
  hangs.resolve();
  await gate.settle();
  expect(gate.entered).toEqual([]);
  expect(gate.count('get')).toBe(0);
});
