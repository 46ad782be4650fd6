/** Part 2 at work on a sandbox: what is held appears, stands, survives restarts, and goes by the ways it names. */
import { describe, expect, test } from 'vitest';
import { isNotFound, RESOURCES } from '../../../src/api/client.ts';
import type { JsonObject, KubeObject } from '../../../src/api/objects.ts';
import { ControllerMemory } from '../../../src/controller/memory.ts';
import { parseState } from '../../../src/planning/holds/index.ts';
import { rfc3339Micro } from '../../../src/support/clock.ts';
import { directories, list, Operator, shops } from './operator.ts';

const KEEP = { syncPolicy: { preserveResourcesOnDeletion: true } };
const STATE = 'appset-operator.io/state';
const cities = (count: number) => Array.from({ length: count }, (_, index) => `c${String(index + 10)}`);
const stateOf = (operator: Operator) => parseState(operator.set()?.metadata.annotations?.[STATE]);
const annotate = (operator: Operator, annotations: JsonObject) =>
  operator.editSet({ metadata: { annotations } });
const digestOf = (operator: Operator): string =>
  /Plan ([0-9a-f]{64})/.exec(operator.condition('DeletionsHeld') ?? '')?.[1] ?? '';
const planMap = (operator: Operator): KubeObject | undefined => {
  const { store } = operator.client;
  try {
    return store.get(store.kind(RESOURCES.configMaps), 'argocd', 'appset-plan-shops');
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
};
const deletions = (operator: Operator) =>
  operator.writes.filter((write) => write.startsWith('delete Application/'));

/** Twenty shops of which ten go at once. */
async function overBudget(): Promise<Operator> {
  const operator = new Operator();
  operator.apply(shops([list(...cities(20))], KEEP));
  await operator.run();
  operator.apply(shops([list(...cities(10))], KEEP));
  await operator.run();
  return operator;
}

describe('more deletions than the budget', () => {
  test('are all held, and told once: condition, event, list', async () => {
    const operator = await overBudget();
    expect(operator.names).toHaveLength(20);
    expect(operator.condition('DeletionsHeld')).toMatch(/^True DeletionBudget 10 deletions held\./);
    expect(operator.condition('ResourcesUpToDate')).toMatch(
      /^False ApplicationSetModified 10 deletions held: DeletionBudget: /,
    );
    expect(operator.condition('ErrorOccurred')).toMatch(/^False/);
    expect(operator.events.filter((event) => event.startsWith('DeletionsHeld'))).toHaveLength(1);
    expect(planMap(operator)?.metadata.ownerReferences?.[0]?.name).toBe('shops');
    expect(planMap(operator)?.data).toMatchObject({ digest: digestOf(operator), set: 'argocd/shops' });

    await operator.run();
    expect(operator.events).toEqual([]);
    expect(operator.writes).toEqual([]);
  });

  test('stay held when most of them are back, also after a restart', async () => {
    const operator = await overBudget();
    operator.apply(shops([list(...cities(19))], KEEP));
    operator.memory = new ControllerMemory();
    await operator.run();
    expect(operator.names).toHaveLength(20);
    expect(operator.condition('DeletionsHeld')).toMatch(/^True DeletionBudget 1 deletion held\./);
  });

  test('are forgotten when all are back: condition, list and latch go', async () => {
    const operator = await overBudget();
    operator.apply(shops([list(...cities(20))], KEEP));
    await operator.run();
    expect(operator.condition('DeletionsHeld')).toBeUndefined();
    expect(operator.condition('ResourcesUpToDate')).toMatch(/^True/);
    expect(planMap(operator)).toBeUndefined();
    expect(stateOf(operator).latches.size).toBe(0);
  });

  test('keep their condition while sources cannot be read', async () => {
    const operator = new Operator();
    const both = (count: number) =>
      shops([list(...cities(count)), { list: { elementsYaml: '[]' } }], KEEP) as { generators: JsonObject[] };
    operator.apply(both(20) as unknown as JsonObject);
    await operator.run();
    operator.apply(both(10) as unknown as JsonObject);
    await operator.run();
    const before = operator.condition('DeletionsHeld');
    const broken = both(10);
    broken.generators[1] = directories();
    operator.breakGit();
    operator.apply(broken as unknown as JsonObject);
    await operator.run();
    expect(operator.condition('ApplicationsKept')).toContain('SourceUnknown');
    expect(operator.condition('DeletionsHeld')).toBe(before);
  });

  test('go when the set allows more', async () => {
    const operator = await overBudget();
    annotate(operator, { 'appset-operator.io/max-deletions': '50%' });
    await operator.run();
    expect(operator.names).toHaveLength(10);
    expect(operator.condition('DeletionsHeld')).toBeUndefined();
  });

  test('are not held in compat mode, which writes nothing of ours', async () => {
    const operator = new Operator({ compat: true });
    operator.apply(shops([list(...cities(20))], KEEP));
    await operator.run();
    operator.apply(shops([list(...cities(2))], KEEP));
    await operator.run();
    expect(operator.names).toHaveLength(2);
    expect(operator.set()?.metadata.annotations).toBeUndefined();
    expect(planMap(operator)).toBeUndefined();
  });
});

describe('an approval', () => {
  const approve = (operator: Operator, digest = digestOf(operator)) =>
    annotate(operator, { 'appset-operator.io/approved-plan': digest });

  test('lets go what is held, in growing batches, each written down before; and is used up', async () => {
    const operator = new Operator();
    operator.apply(shops([list(...cities(40))], KEEP));
    await operator.run();
    operator.apply(shops([list(...cities(20))], KEEP));
    await operator.run();
    approve(operator);
    await operator.run();
    expect(operator.names).toHaveLength(20);
    const order = operator.writes.map((write) => (write.startsWith('patch') ? 'state' : 'delete'));
    expect(order.filter((write, index) => write !== order[index - 1])).toEqual([
      'state',
      'delete',
      'state',
      'delete',
      'state',
      'delete',
      'state',
    ]);
    expect(operator.set()?.metadata.annotations).not.toHaveProperty(['appset-operator.io/approved-plan']);
    expect(stateOf(operator)).toMatchObject({ approval: undefined, latches: new Map(), plan: undefined });
    expect(operator.condition('DeletionsHeld')).toBeUndefined();
    expect(planMap(operator)).toBeUndefined();

    operator.clock.advance(3_600);
    operator.apply(shops([list(...cities(5))], KEEP));
    await operator.run();
    expect(deletions(operator)).toEqual([]);
    expect(operator.condition('DeletionsHeld')).toContain('15 deletions held');
  });

  test('says who gave it', async () => {
    const operator = await overBudget();
    approve(operator);
    const lines: unknown[] = [];
    const log = {
      debug: () => {},
      info: (line: object) => lines.push(line),
      warn: () => {},
      error: () => {},
    };
    await operator.run({ log });
    expect(lines).toContainEqual(expect.objectContaining({ audit: 'approval', by: 'somebody', count: 10 }));
    expect(lines).toContainEqual(
      expect.objectContaining({
        audit: 'deletion',
        application: 'shop-c20',
        kind: 'released',
        by: 'somebody',
        digest: expect.stringMatching(/^[0-9a-f]{64}$/),
        parts: [expect.stringMatching(/^listElement\//)],
        why: 'an edit of the set took its element out of the list',
      }),
    );
    expect(operator.events).toContainEqual(
      expect.stringMatching(/^PlanApproved plan [0-9a-f]{12} approved by somebody: 10 Applications$/),
    );
  });

  test('of another plan is refused, and the condition says so', async () => {
    const operator = await overBudget();
    approve(operator, '0'.repeat(64));
    await operator.run();
    expect(operator.names).toHaveLength(20);
    expect(operator.condition('DeletionsHeld')).toContain('approved-plan 000000000000 is not the plan');
    expect(operator.condition('InvalidSetting')).toContain('approved-plan 000000000000');
  });

  test('for a plan that has changed meanwhile is refused', async () => {
    const operator = await overBudget();
    const digest = digestOf(operator);
    operator.apply(shops([list(...cities(9))], KEEP));
    approve(operator, digest);
    await operator.run();
    expect(operator.names).toHaveLength(20);
  });

  test.each([1, 2, 3])('goes on after a crash at delete %i', async (nth) => {
    const operator = await overBudget();
    approve(operator);
    let count = 0;
    operator.before = ({ verb, kind }) => {
      if (verb !== 'delete' || kind !== 'Application') return;
      count += 1;
      if (count === nth) stop.abort(new DOMException('killed', 'AbortError'));
    };
    const stop = new AbortController();
    operator.settings = { ...operator.settings, concurrentApplicationUpdates: 1 };
    await operator.run({ signal: stop.signal }).catch(() => undefined);
    operator.before = undefined;
    const left = operator.names.length;
    expect(left).toBeGreaterThan(10);
    operator.memory = new ControllerMemory();
    await operator.run();
    expect(operator.names).toHaveLength(10);
    expect(operator.condition('DeletionsHeld')).toBeUndefined();
  });

  test('does not cover what comes later', async () => {
    const operator = await overBudget();
    approve(operator);
    operator.client.faults.add({
      verb: 'delete',
      kind: 'Application',
      effect: { type: 'refuse', code: 500 },
    });
    await operator.run();
    operator.client.faults.clear();
    operator.clock.advance(10);
    operator.apply(shops([list(...cities(9))], KEEP));
    await operator.run();
    expect(operator.names).toHaveLength(20);
    expect(operator.condition('DeletionsHeld')).toContain('11 deletions held');
  });

  test('counts after a row has failed meanwhile, through which the hold stood', async () => {
    const operator = new Operator();
    const failing = (count: number) => {
      const elements = [...cities(count).map((city) => ({ city })), { town: 'no city' }];
      return shops([{ list: { elements } }], KEEP);
    };
    operator.apply(shops([list(...cities(20))], KEEP));
    await operator.run();
    operator.apply(shops([list(...cities(10))], KEEP));
    await operator.run();
    operator.apply(failing(10));
    await operator.run();
    expect(operator.condition('DeletionsHeld')).toBeDefined();
    operator.apply(shops([list(...cities(10))], KEEP));
    await operator.run();
    approve(operator);
    await operator.run();
    expect(operator.names).toHaveLength(10);
    expect(stateOf(operator).latches.size).toBe(0);
  });

  test('that cannot be written down lets nothing go', async () => {
    const operator = await overBudget();
    approve(operator);
    operator.client.faults.add({
      verb: 'patch',
      kind: 'ApplicationSet',
      effect: { type: 'refuse', code: 500 },
    });
    const result = await operator.run();
    expect(result.error).toBeDefined();
    expect(operator.names).toHaveLength(20);
  });
});

describe('the state', () => {
  test('that cannot be read holds until a person says so', async () => {
    const operator = new Operator();
    operator.apply(shops([list('porto', 'lyon')], KEEP), { annotations: { [STATE]: 'garbage' } });
    await operator.run();
    operator.editSet({ metadata: { annotations: { [STATE]: 'garbage' } } });
    operator.apply(shops([list('porto')], KEEP));
    await operator.run();
    expect(operator.names).toEqual(['shop-lyon', 'shop-porto']);
    expect(operator.condition('DeletionsHeld')).toMatch(/^True FirstRun /);
    annotate(operator, { 'appset-operator.io/approved-plan': digestOf(operator) });
    await operator.run();
    expect(operator.names).toEqual(['shop-porto']);
  });

  test('changed by somebody else between plan and deletion is looked at again', async () => {
    const operator = new Operator();
    operator.apply(shops([list('porto', 'lyon')], KEEP));
    await operator.run();
    operator.apply(shops([list('porto')], KEEP));
    operator.before = ({ verb, kind }) => {
      if (verb !== 'patch' || kind !== 'ApplicationSet') return;
      operator.before = undefined;
      annotate(operator, { 'appset-operator.io/paused': 'deletions' });
    };
    await operator.run();
    expect(operator.names).toEqual(['shop-lyon', 'shop-porto']);
    expect(operator.condition('DeletionsHeld')).toMatch(/^True Paused /);
  });
});

describe('a set that would be left with nothing', () => {
  const emptied = async () => {
    const operator = new Operator();
    operator.apply(shops([list('porto')], KEEP));
    await operator.run();
    operator.apply(shops([list()], KEEP));
    await operator.run();
    return operator;
  };
  test('keeps its Application', async () => {
    const operator = await emptied();
    expect(operator.names).toEqual(['shop-porto']);
    expect(operator.condition('DeletionsHeld')).toMatch(/^True EmptyResult .*allow-empty/);
  });
  test('unless the set says that it may be empty: then after a second reading', async () => {
    const operator = await emptied();
    annotate(operator, { 'appset-operator.io/allow-empty': 'true' });
    const result = await operator.run();
    expect(operator.condition('DeletionsHeld')).toMatch(/^True Grace /);
    expect(result.requeueAfterSeconds).toBe(60);
    operator.clock.advance(60);
    await operator.run();
    expect(operator.names).toEqual([]);
    expect(operator.condition('DeletionsHeld')).toBeUndefined();
  });
});

describe('renaming', () => {
  const named = (name: string) => {
    const set = shops([list('porto', 'lyon')]) as { template: { metadata: { name: string } } };
    set.template.metadata.name = name;
    return set as unknown as JsonObject;
  };
  const edited = async (annotations: JsonObject) => {
    const operator = new Operator();
    operator.apply(named('shop-{{.city}}'), { annotations });
    await operator.run();
    operator.apply(named('store-{{.city}}'));
    await operator.run();
    return operator;
  };
  test('is one change: neither the old goes nor the new comes', async () => {
    const operator = await edited({});
    expect(operator.names).toEqual(['shop-lyon', 'shop-porto']);
    expect(operator.condition('DeletionsHeld')).toMatch(/^True Renamed 2 deletions and 2 creations held/);
    expect(operator.condition('DeletionsHeld')).toContain('shop-lyon is generated as store-lyon');
  });
  test('with release makes the new and lets the old go without its workloads', async () => {
    const operator = await edited({ 'appset-operator.io/on-rename': 'release' });
    expect(operator.names).toEqual(['store-lyon', 'store-porto']);
    expect(operator.writes).toContain('patch Application/shop-lyon');
  });
  test('with replace deletes the old with its workloads', async () => {
    const operator = await edited({ 'appset-operator.io/on-rename': 'replace' });
    expect(operator.application('shop-lyon').metadata).toMatchObject({
      deletionTimestamp: expect.any(String),
      finalizers: ['resources-finalizer.argocd.argoproj.io'],
    });
  });
});

describe('the controller of Argo CD beside us', () => {
  const pod = (status: string) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'argocd-applicationset-controller-0',
      namespace: 'argocd',
      labels: { 'app.kubernetes.io/name': 'argocd-applicationset-controller' },
    },
    spec: { containers: [{ name: 'controller', image: 'example.org/argocd' }] },
    status: { conditions: [{ type: 'Ready', status }] },
  });
  test('lets us write no Application at all, and is looked for again every minute', async () => {
    const operator = new Operator();
    operator.seed(pod('True') as unknown as JsonObject);
    operator.apply(shops([list('porto')]));
    await operator.run();
    expect(operator.names).toEqual([]);
    expect(operator.condition('DeletionsHeld')).toMatch(
      /^True AnotherController .*argocd-applicationset-controller-0/,
    );
    operator.remove(RESOURCES.pods, 'argocd-applicationset-controller-0');
    operator.clock.advance(60);
    await operator.run();
    expect(operator.names).toEqual(['shop-porto']);
  });
  test('that is not ready is not there', async () => {
    const operator = new Operator();
    operator.seed(pod('False') as unknown as JsonObject);
    operator.apply(shops([list('porto')]));
    await operator.run();
    expect(operator.names).toEqual(['shop-porto']);
  });
  test('is seen by its Lease', async () => {
    const operator = new Operator();
    operator.seed({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: '58ac56fa.applicationsets.argoproj.io', namespace: 'argocd' },
      spec: {
        holderIdentity: 'argo',
        leaseDurationSeconds: 15,
        renewTime: rfc3339Micro(operator.clock.now() - 10_000),
      },
    });
    operator.apply(shops([list('porto')]));
    await operator.run();
    expect(operator.names).toEqual([]);
    operator.clock.advance(60);
    await operator.run();
    expect(operator.names).toEqual(['shop-porto']);
  });
});

describe('a set that is migrated', () => {
  const migrated = async (...there: string[]) => {
    const operator = new Operator({ compat: true });
    operator.apply(shops([list(...there)], KEEP));
    await operator.run();
    operator.settings = { ...operator.settings, compat: false };
    operator.memory = new ControllerMemory();
    return operator;
  };
  test('has its first deletions held, until a person says so', async () => {
    const operator = await migrated('porto', 'lyon');
    operator.apply(shops([list('porto')], KEEP));
    await operator.run();
    expect(operator.names).toEqual(['shop-lyon', 'shop-porto']);
    expect(operator.condition('DeletionsHeld')).toMatch(/^True FirstRun /);
  });
  test('that was complete once is like any other, also after a restart', async () => {
    const operator = await migrated('porto', 'lyon', 'oslo');
    await operator.run();
    expect(stateOf(operator).completed).toBe(true);
    operator.memory = new ControllerMemory();
    operator.apply(shops([list('porto', 'lyon')], KEEP));
    await operator.run();
    operator.clock.advance(60);
    await operator.run();
    expect(operator.names).toEqual(['shop-lyon', 'shop-porto']);
  });
});

test('a policy that forbids deletion, on a set without finalizer, is told to guard nothing', async () => {
  const operator = new Operator();
  operator.apply(shops([list('porto')], { syncPolicy: { applicationsSync: 'create-update' } }));
  await operator.run();
  expect(operator.condition('UnguardedSet')).toMatch(/^True NoFinalizer .*garbage collection takes the 1 /);
  operator.editSet({ metadata: { finalizers: ['resources-finalizer.argocd.argoproj.io'] } });
  await operator.run();
  expect(operator.condition('UnguardedSet')).toBeUndefined();
});

test('pausing all keeps everything as it is', async () => {
  const operator = new Operator();
  operator.apply(shops([list('porto', 'lyon')], KEEP), {
    annotations: { 'appset-operator.io/paused': 'all' },
  });
  await operator.run();
  expect(operator.names).toEqual([]);
  expect(operator.condition('DeletionsHeld')).toMatch(/^True Paused all writes held/);
  const facts = async () => ({ sources: operator.sources(), inClusterEnabled: true, pause: () => 'all' });
  annotate(operator, { 'appset-operator.io/paused': null });
  await operator.run({ facts });
  expect(operator.names).toEqual([]);
  await operator.run();
  expect(operator.names).toEqual(['shop-lyon', 'shop-porto']);
});

test('a misplaced guard keeps what it was meant for', async () => {
  const operator = new Operator();
  operator.apply(shops([list('porto', 'lyon')]), {});
  await operator.run();
  const spec = shops([list('porto')]) as { template: { spec: JsonObject } };
  spec.template.spec = {
    ...spec.template.spec,
    syncPolicy: { syncOptions: ['PreserveResourcesOnDeletion=true'] },
  };
  operator.apply(spec as unknown as JsonObject);
  await operator.run();
  expect(operator.names).toEqual(['shop-lyon', 'shop-porto']);
  expect(operator.condition('DeletionsHeld')).toMatch(/^True MisplacedGuard .*belongs to spec.syncPolicy/);
});
