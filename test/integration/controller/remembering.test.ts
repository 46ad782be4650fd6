/**
 * What a set remembers when the operator is restarted: commits it was seen at, its spec, how many
 * Applications data has moved. Only the annotation on the set is left then.
 */
import { describe, expect, test } from 'vitest';
import { RESOURCES } from '../../../src/api/client.ts';
import type { JsonObject } from '../../../src/api/objects.ts';
import { ControllerMemory } from '../../../src/controller/memory.ts';
import { parseState } from '../../../src/planning/holds/index.ts';
import { directories, GIT, list, Operator, shops } from './operator.ts';

const KEEP = { syncPolicy: { preserveResourcesOnDeletion: true } };
const stateOf = (operator: Operator) =>
  parseState(operator.set()?.metadata.annotations?.['appset-operator.io/state']);
const folders = (...names: string[]) => names.map((name) => `apps/${name}/app.yaml`);
const byFolder = () => {
  const spec = shops([directories()], KEEP) as { template: { metadata: JsonObject; spec: JsonObject } };
  spec.template.metadata = { name: 'shop-{{.path.basename}}' };
  spec.template.spec = { ...spec.template.spec, source: { repoURL: GIT, path: '{{.path.path}}' } };
  return spec as unknown as JsonObject;
};

describe('the commit of a branch', () => {
  /** A history; a commit descends from those before it, and from itself. */
  const withHistory = () => {
    const operator = new Operator();
    const history: string[] = [];
    const commitOf = async () => {
      const reading = await operator
        .sources()
        .gitTree({ repoURL: GIT, revision: 'main', project: 'default' });
      return reading.known ? reading.value.commit : '';
    };
    operator.descends = async (older, newer) => ({
      descends: history.includes(newer) && history.indexOf(older) <= history.indexOf(newer),
      branch: true,
    });
    return {
      operator,
      /** A push, and whether the server shows it. */
      push: async (...names: string[]) => {
        operator.files(...folders(...names));
        history.push(await commitOf());
      },
    };
  };
  const restart = (operator: Operator) => {
    operator.memory = new ControllerMemory();
  };

  test('is written before an Application is made of it', async () => {
    const { operator, push } = withHistory();
    await push('a');
    operator.apply(byFolder());
    await operator.run();
    await push('a', 'b');
    await operator.run();
    expect(operator.writes.slice(0, 2)).toEqual(['patch ApplicationSet/shops', 'create Application/shop-b']);
    expect(operator.writes.filter((write) => write === 'patch ApplicationSet/shops')).toHaveLength(1);
  });

  test('is not written again for commits that change nothing of the set', async () => {
    const { operator, push } = withHistory();
    await push('a');
    operator.apply(byFolder());
    await operator.run();
    operator.files(...folders('a'), 'README.md');
    await operator.run();
    expect(operator.writes).toEqual([]);
  });

  test('lets a removal be confirmed right after a restart', async () => {
    const { operator, push } = withHistory();
    await push('a', 'b', 'c', 'd');
    operator.apply(byFolder());
    await operator.run();
    restart(operator);
    await push('a', 'b');
    await operator.run();
    expect(operator.names).toEqual(['shop-a', 'shop-b']);
  });

  test('shows, after a restart, that a server is behind it: what is newer than the server stays', async () => {
    const { operator, push } = withHistory();
    await push('a');
    operator.apply(byFolder());
    await operator.run();
    await push('a', 'b');
    await operator.run();
    await push('a', 'b', 'c');
    await operator.run();
    restart(operator);
    operator.files(...folders('a', 'b'));
    for (const seconds of [0, 61, 600]) {
      operator.clock.advance(seconds);
      await operator.run();
    }
    expect(operator.names).toEqual(['shop-a', 'shop-b', 'shop-c']);
    expect(operator.condition('DeletionsHeld')).toMatch(/^True HistoryRewritten .*does not descend from/);
  });

  test('moves on while something is held: a server that lags behind that confirms nothing either', async () => {
    const { operator, push } = withHistory();
    await push('a', 'b');
    operator.apply(byFolder(), { annotations: { 'appset-operator.io/max-deletions': '0' } });
    await operator.run();
    await push('a');
    await operator.run();
    expect(operator.condition('DeletionsHeld')).toMatch(/^True DeletionBudget /);
    await push('a', 'c');
    await operator.run();
    expect(operator.names).toEqual(['shop-a', 'shop-b', 'shop-c']);
    operator.editSet({ metadata: { annotations: { 'appset-operator.io/max-deletions': '5' } } });
    operator.files(...folders('a'));
    for (const seconds of [0, 61]) {
      operator.clock.advance(seconds);
      await operator.run();
    }
    expect(operator.names).toContain('shop-c');
    expect(operator.condition('DeletionsHeld')).toMatch(/^True HistoryRewritten /);
  });
});

describe('the spec', () => {
  /** A CRD that knows less is served: the object reads differently at the same generation. */
  const pruned = (operator: Operator, spec: JsonObject) => {
    const set = operator.set();
    const view = operator.deps().live;
    const shown = async () => ({ ...set, spec }) as never;
    return {
      live: {
        ...view,
        set: shown,
        sets: async () => [await shown()],
        applications: view.applications.bind(view),
        wrote: () => {},
        wroteSet: () => {},
        gone: () => {},
        writing: () => () => {},
      },
    };
  };

  test('is remembered by the first run, so that a CRD swapped before a restart is seen', async () => {
    const operator = new Operator();
    operator.apply(shops([list('porto', 'lyon', 'oslo', 'bergen')], KEEP));
    await operator.run();
    expect(stateOf(operator).spec?.generation).toBe(operator.set()?.metadata.generation);
    operator.memory = new ControllerMemory();
    for (const seconds of [0, 61, 600]) {
      operator.clock.advance(seconds);
      await operator.run(pruned(operator, shops([list('porto', 'lyon', 'oslo')], KEEP)));
    }
    expect(operator.names).toContain('shop-bergen');
    expect(operator.condition('DeletionsHeld')).toMatch(/^True SchemaChanged /);
  });
});

describe('Applications that data moved', () => {
  const clusters = Array.from({ length: 10 }, (_, index) => `c${index}`);
  const byPath = (change: JsonObject = {}, env = 'live') => {
    const selector = env === '' ? {} : { matchLabels: { env } };
    const spec = shops([{ clusters: { selector } }], change) as {
      template: { metadata: JsonObject; spec: JsonObject };
    };
    spec.template.metadata = { name: 'shop-{{.name}}' };
    spec.template.spec = {
      ...spec.template.spec,
      source: { repoURL: GIT, path: '{{index .metadata.labels "version"}}' },
    };
    return spec as unknown as JsonObject;
  };
  const operatorOf = async (spec: JsonObject) => {
    const operator = new Operator();
    for (const name of clusters)
      operator.clusterSecret(name, `https://${name}.example.org`, { env: 'live', version: 'v1' });
    operator.apply(spec);
    await operator.run();
    return operator;
  };
  const relabel = (operator: Operator, names: readonly string[], version: string) => {
    const { store } = operator.client;
    const patch = { metadata: { labels: { version } } };
    const options = { type: 'merge', dryRun: false, fieldManager: 'somebody', force: false } as const;
    for (const name of names) store.patch(store.kind(RESOURCES.secrets), 'argocd', name, patch, options);
  };
  const versions = (operator: Operator) =>
    operator.applications().map(({ spec }) => (spec.source as { path: string }).path);

  test('count for ten minutes, also after a restart', async () => {
    const operator = await operatorOf(byPath());
    relabel(operator, clusters.slice(0, 3), 'v2');
    await operator.run();
    expect(operator.writes[0]).toBe('patch ApplicationSet/shops');
    operator.memory = new ControllerMemory();
    relabel(operator, clusters.slice(3, 6), 'v2');
    await operator.run();
    expect(operator.condition('DeletionsHeld')).toMatch(
      /^True RebindBudget 3 updates held.*3 .*last 10 minutes/,
    );
    operator.clock.advance(601);
    await operator.run();
    expect(versions(operator).filter((version) => version === 'v2')).toHaveLength(3);
  });

  test('count once when a write is refused and made later', async () => {
    const operator = await operatorOf(byPath());
    relabel(operator, clusters.slice(0, 3), 'v2');
    operator.client.faults.add({
      verb: 'patch',
      kind: 'Application',
      effect: { type: 'refuse', code: 500 },
      times: 3,
    });
    await operator.run();
    expect(stateOf(operator).rebinds).toEqual([]);
    operator.clock.advance(60);
    await operator.run();
    expect(stateOf(operator).rebinds).toMatchObject([{ count: 3 }]);
  });

  test('are told from what an edit changed, though the edit changed none of them and a restart came between', async () => {
    const operator = await operatorOf(byPath());
    operator.apply(byPath({ syncPolicy: { preserveResourcesOnDeletion: false } }));
    await operator.run();
    operator.memory = new ControllerMemory();
    relabel(operator, clusters, 'v1.0.0');
    await operator.run();
    expect(operator.condition('DeletionsHeld')).toMatch(/^True RebindBudget 10 updates held/);
    expect(new Set(versions(operator))).toEqual(new Set(['v1']));
  });

  test.each([
    ['', 'live'],
    [', in a set one element of which never renders', ''],
  ])('by an approval do not count%s', async (_name, env) => {
    const operator = await operatorOf(byPath({}, env));
    relabel(operator, clusters, 'v2');
    await operator.run();
    const digest = /Plan ([0-9a-f]{64})/.exec(operator.condition('DeletionsHeld') ?? '')?.[1] ?? '';
    operator.editSet({ metadata: { annotations: { 'appset-operator.io/approved-plan': digest } } });
    await operator.run();
    // the approval is remembered before the first of them is written
    expect(operator.writes[0]).toBe('patch ApplicationSet/shops');
    expect(operator.events).toContainEqual(expect.stringMatching(/^PlanApproved plan .* by somebody: 10 /));
    expect(operator.set()?.metadata.annotations).not.toHaveProperty(['appset-operator.io/approved-plan']);
    expect(stateOf(operator).latches.size).toBe(0);
    expect(new Set(versions(operator))).toEqual(new Set(['v2']));
    relabel(operator, clusters.slice(0, 2), 'v3');
    await operator.run();
    expect(versions(operator).filter((version) => version === 'v3')).toHaveLength(2);
  });
});
