/**
 * What is taken over from earlier runs never changes what a run comes to: over random histories on a
 * sandbox store, a plan made with everything remembered equals the plan made from scratch. And it is
 * worth it: after a label of one cluster changed, nothing that stood before is compared again.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RESOURCES } from '../../../src/api/client.ts';
import type { Application, ApplicationSet, JsonObject, KubeObject } from '../../../src/api/objects.ts';
import { asApplication, asApplicationSet, liveApplications } from '../../../src/controller/live-view.ts';
import { LeafOutcomes } from '../../../src/generators/index.ts';
import { slimApplication } from '../../../src/kube/index.ts';
import { ComparedApplications } from '../../../src/planning/compared.ts';
import { evaluateSet, evaluationSettings } from '../../../src/planning/evaluate.ts';
import { type Plan, planSet } from '../../../src/planning/plan.ts';
import { effectivePolicy } from '../../../src/planning/policy.ts';
import { createLiveSources } from '../../../src/sources/live/index.ts';
import { seededRandom } from '../../../src/support/random.ts';
import { SimulatedRepository } from '../simulations/repository.ts';
import { GIT, list, Operator, shops } from './operator.ts';

const SETS = ['red', 'blue', 'all', 'folders', 'files', 'both'] as const;
const CLUSTERS = ['eu', 'us', 'ap', 'sa'] as const;
type SetName = (typeof SETS)[number];

const generatorOf: Record<SetName, JsonObject> = {
  red: { clusters: { selector: { matchLabels: { color: 'red' } } } },
  blue: {
    matrix: {
      generators: [
        { clusters: { selector: { matchLabels: { color: 'blue' } } } },
        { list: { elements: [{ tier: 'web' }, { tier: 'db' }] } },
      ],
    },
  },
  all: { clusters: { values: { where: '{{.name}}' } } },
  folders: {
    git: {
      repoURL: GIT,
      revision: 'main',
      directories: [{ path: 'apps/*' }],
      values: { n: '{{.path.basename}}' },
    },
  },
  files: {
    merge: {
      mergeKeys: ['name'],
      generators: [
        { git: { repoURL: GIT, revision: 'main', files: [{ path: 'sites/*.json' }] } },
        { list: { elements: [{ name: 'a', tier: 'db' }] } },
      ],
    },
  },
  both: {
    matrix: {
      generators: [
        { git: { repoURL: GIT, revision: 'main', directories: [{ path: 'apps/*' }] } },
        { clusters: { selector: { matchLabels: { color: 'red' } } } },
      ],
    },
  },
};
const nameOf: Record<SetName, string> = {
  red: 'red-{{.name}}',
  blue: 'blue-{{.name}}-{{.tier}}',
  all: 'all-{{.name}}',
  folders: 'folders-{{.path.basename}}',
  files: 'files-{{.name}}',
  both: 'both-{{.path.basename}}-{{.name}}',
};
const FOLDERS = ['x', 'y', 'z'] as const;
const site = (name: string, path = 'a') =>
  JSON.stringify({ name, path, server: 'https://kubernetes.default.svc' });

/** A fleet on a sandbox store, with what a controller remembers of it. */
class Fleet {
  readonly operator = new Operator();
  readonly repository = new SimulatedRepository({
    'apps/x/app.yaml': '',
    'apps/y/app.yaml': '',
    'sites/a.json': site('a'),
    'sites/b.json': site('b'),
  });
  readonly leaves = new LeafOutcomes(1_000);
  readonly compared = new Map<SetName, ComparedApplications>(
    SETS.map((name) => [name, new ComparedApplications()]),
  );
  readonly #store = this.operator.client.store;
  /** objects as a watch cache has them: the same until they change */
  readonly #cached = new Map<string, KubeObject>();
  readonly #sources = createLiveSources({
    namespace: 'argocd',
    clock: this.operator.clock,
    clusterSecrets: { synced: true, list: () => this.#list('secrets') },
    projects: { synced: true, list: () => this.#list('appProjects') },
    git: this.repository.reader(this.operator.clock),
  });

  constructor() {
    for (const name of SETS) this.edit(name, {});
    for (const [index, name] of CLUSTERS.entries()) {
      this.operator.clusterSecret(name, `https://${name}`, { color: index % 2 === 0 ? 'red' : 'blue' });
    }
  }

  #list(type: 'secrets' | 'appProjects' | 'applications'): readonly KubeObject[] {
    const { items } = this.#store.list(this.#store.kind(RESOURCES[type]), { namespace: 'argocd' });
    return items.map((item) => {
      const key = `${type}/${item.metadata.name}`;
      const held = this.#cached.get(key);
      const isSame =
        held?.metadata.uid === item.metadata.uid &&
        held?.metadata.resourceVersion === item.metadata.resourceVersion;
      if (held !== undefined && isSame) return held;
      const kept = type === 'applications' ? slimApplication(item) : item;
      this.#cached.set(key, kept);
      return kept;
    });
  }

  /** Writes the spec of a set anew, with a change of it. */
  edit(name: SetName, change: JsonObject, path = 'a'): void {
    const kind = this.#store.kind(RESOURCES.applicationSets);
    const spec = {
      goTemplate: true,
      generators: [generatorOf[name]],
      template: {
        metadata: {
          name: nameOf[name],
          labels: { set: name },
          finalizers: ['resources-finalizer.argocd.argoproj.io'],
        },
        spec: {
          project: 'default',
          source: {
            repoURL: 'https://git.example.org/a.git',
            path: `${path}/${name === 'folders' ? '{{.path.path}}' : '{{.name}}'}`,
          },
          destination:
            name === 'folders'
              ? { name: 'in-cluster', namespace: 'shop' }
              : { server: '{{.server}}', namespace: 'shop' },
        },
      },
      ...change,
    };
    const held = this.#store
      .list(kind, { namespace: 'argocd' })
      .items.find(({ metadata }) => metadata.name === name);
    const object = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'ApplicationSet',
      metadata: { name, namespace: 'argocd' },
      spec,
    };
    if (held === undefined) this.#store.create(kind, 'argocd', object);
    else this.#store.update(kind, 'argocd', name, { ...held, spec });
  }

  patchSecret(name: string, patch: JsonObject): void {
    this.#patch('secrets', name, patch);
  }
  patchApplication(nth: number, patch: JsonObject): void {
    const all = this.#list('applications');
    const chosen = all[nth % Math.max(1, all.length)];
    if (chosen !== undefined) this.#patch('applications', chosen.metadata.name, patch);
  }
  removeApplication(nth: number): void {
    const all = this.#list('applications');
    const chosen = all[nth % Math.max(1, all.length)];
    if (chosen !== undefined) this.operator.remove(RESOURCES.applications, chosen.metadata.name);
  }
  #patch(type: 'secrets' | 'applications', name: string, patch: JsonObject): void {
    this.#store.patch(this.#store.kind(RESOURCES[type]), 'argocd', name, patch, {
      type: 'merge',
      dryRun: false,
      fieldManager: 'somebody',
      force: false,
    });
  }

  async plan(name: SetName, remembers: boolean): Promise<{ plan: Plan; comparisons: number }> {
    const set: ApplicationSet = asApplicationSet(
      this.#store.get(this.#store.kind(RESOURCES.applicationSets), 'argocd', name),
    );
    const { clock } = this.operator;
    const evaluation = await evaluateSet(set, this.#sources.snapshot(), evaluationSettings(), {
      clock,
      random: seededRandom(1),
      ...(remembers ? { leaves: this.leaves } : {}),
    });
    const compared = this.compared.get(name);
    const { plan, planner } = planSet({
      set,
      evaluation,
      live: liveApplications(this.#list('applications').map(asApplication)),
      settings: {
        compat: false,
        policy: effectivePolicy(set, '', true),
        adopt: 'match',
        preservedLabels: [],
        preservedAnnotations: [],
      },
      origins: new Map(),
      ...(remembers && compared !== undefined ? { compared } : {}),
      noClusters: false,
      now: clock.now(),
    });
    return { plan, comparisons: planner.comparisons };
  }

  /** Carries creates, updates and deletions out. */
  carryOut(plan: Plan): void {
    const kind = this.#store.kind(RESOURCES.applications);
    for (const { application } of plan.create)
      this.#store.create(kind, 'argocd', application as unknown as JsonObject);
    for (const { name, patch } of plan.update) this.#patch('applications', name, patch);
    for (const { name } of plan.delete) this.operator.remove(RESOURCES.applications, name);
  }

  async settle(): Promise<void> {
    for (const name of SETS) this.carryOut((await this.plan(name, true)).plan);
    for (const name of SETS) await this.plan(name, true);
  }
}

type Happening = { readonly what: string; readonly does: (fleet: Fleet) => void };
const happening = (what: string, does: (fleet: Fleet) => void): Happening => ({ what, does });

const cluster = fc.constantFrom(...CLUSTERS);
const set = fc.constantFrom(...SETS);
const nth = fc.nat(20);
const text = fc.constantFrom('a', 'b');
const happenings: fc.Arbitrary<Happening> = fc.oneof(
  fc
    .tuple(cluster, fc.constantFrom('red', 'blue', 'none'))
    .map(([name, color]) =>
      happening(`${name} becomes ${color}`, (fleet) =>
        fleet.patchSecret(name, { metadata: { labels: { color } } }),
      ),
    ),
  fc
    .tuple(cluster, text)
    .map(([name, note]) =>
      happening(`${name} is annotated ${note}`, (fleet) =>
        fleet.patchSecret(name, { metadata: { annotations: { note } } }),
      ),
    ),
  fc
    .tuple(cluster, text)
    .map(([name, server]) =>
      happening(`${name} moves to ${server}`, (fleet) =>
        fleet.patchSecret(name, { data: { server: Buffer.from(`https://${server}`).toString('base64') } }),
      ),
    ),
  fc
    .tuple(set, text)
    .map(([name, path]) => happening(`${name} gets path ${path}`, (fleet) => fleet.edit(name, {}, path))),
  fc
    .tuple(
      set,
      fc.constantFrom<JsonObject>(
        { ignoreApplicationDifferences: [{ jsonPointers: ['/spec/source/path'] }] },
        { ignoreApplicationDifferences: [{ jqPathExpressions: ['.spec.source.targetRevision'] }] },
        { preservedFields: { annotations: ['note'], labels: ['set'] } },
        { syncPolicy: { applicationsSync: 'create-only' } },
      ),
    )
    .map(([name, change]) =>
      happening(`${name} gets ${JSON.stringify(change)}`, (fleet) => fleet.edit(name, change)),
    ),
  fc
    .tuple(
      nth,
      fc.constantFrom<JsonObject>(
        { spec: { source: { path: 'by-hand' } } },
        { spec: { source: { targetRevision: 'by-hand' } } },
        { metadata: { labels: { set: 'by-hand' } } },
        { metadata: { annotations: { note: 'by-hand' } } },
        { metadata: { finalizers: null } },
        { metadata: { ownerReferences: null } },
        { status: { health: { status: 'Degraded' } } },
        { status: { sync: { status: 'Synced' } } },
      ),
    )
    .map(([at, patch]) =>
      happening(`Application ${at}: ${JSON.stringify(patch)}`, (fleet) => fleet.patchApplication(at, patch)),
    ),
  nth.map((at) => happening(`Application ${at} is deleted`, (fleet) => fleet.removeApplication(at))),
  fc
    .tuple(fc.constantFrom(...FOLDERS), fc.boolean())
    .map(([name, isThere]) =>
      happening(`folder ${name} ${isThere ? 'comes' : 'goes'}`, ({ repository }) =>
        repository.commit({ [`apps/${name}/app.yaml`]: isThere ? '' : null }),
      ),
    ),
  fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('a', 'b', 'broken', 'gone')).map(([name, what]) =>
    happening(`site ${name}: ${what}`, ({ repository }) =>
      repository.commit({
        [`sites/${name}.json`]: what === 'gone' ? null : what === 'broken' ? '{' : site(name, what),
      }),
    ),
  ),
  fc.boolean().map((isDown) =>
    happening(`git is ${isDown ? 'down' : 'up'}`, ({ repository }) => {
      repository.isDown = isDown;
    }),
  ),
);

test('a plan with everything remembered is the plan from scratch', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(happenings, fc.boolean()), { minLength: 1, maxLength: 25 }),
      async (history) => {
        const fleet = new Fleet();
        await fleet.settle();
        for (const [{ does }, isCarriedOut] of history) {
          does(fleet);
          for (const name of SETS) {
            const { plan } = await fleet.plan(name, true);
            expect(plan).toEqual((await fleet.plan(name, false)).plan);
            if (isCarriedOut) fleet.carryOut(plan);
          }
        }
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);

test('every set of these worlds makes Applications', async () => {
  const fleet = new Fleet();
  await fleet.settle();
  const counts = Map.groupBy(fleet.operator.names, (name) => name.split('-')[0]);
  expect(Object.fromEntries([...counts].map(([set, names]) => [set, names.length]))).toEqual({
    all: 5,
    blue: 4,
    both: 4,
    files: 2,
    folders: 2,
    red: 2,
  });
});

test('after a label change only what is new is worked on; statuses are no change', async () => {
  const fleet = new Fleet();
  await fleet.settle();
  for (let at = 0; at < 8; at++) fleet.patchApplication(at, { status: { health: { status: 'Healthy' } } });
  fleet.patchSecret('us', { metadata: { labels: { color: 'red' } } });
  const { plan, comparisons } = await fleet.plan('red', true);
  expect(plan.create.map(({ name }) => name)).toEqual(['red-us']);
  expect(plan.unchanged).toHaveLength(2);
  expect(comparisons).toBe(0);
  expect((await fleet.plan('red', false)).comparisons).toBe(2);
});

test('one changed by hand is the one that is compared', async () => {
  const fleet = new Fleet();
  await fleet.settle();
  const chosen: Application = asApplication(fleet.operator.application('red-eu') as unknown as KubeObject);
  fleet.operator.edit(chosen.metadata.name, { spec: { project: 'other' } });
  const { plan, comparisons } = await fleet.plan('red', true);
  expect(plan.update.map(({ name }) => name)).toEqual(['red-eu']);
  expect(comparisons).toBe(1);
});

test('what a leaf gave is kept once, and only until its facts change', async () => {
  const fleet = new Fleet();
  await fleet.plan('red', true);
  const rows = fleet.leaves.rows;
  expect(rows).toBe(2);
  await fleet.plan('red', true);
  expect(fleet.leaves.rows).toBe(rows);
  fleet.patchSecret('us', { metadata: { labels: { color: 'red' } } });
  await fleet.plan('red', true);
  expect(fleet.leaves.rows).toBe(3);
});

test('what was just created is known to be equal: the next run compares nothing', async () => {
  const operator = new Operator();
  operator.apply(shops([list('porto', 'lyon')]));
  await operator.run();
  const set = operator.set();
  const compared = set && operator.memory.of(set).compared;
  expect(compared?.size).toBe(2);
  const before = new Set(operator.names);
  await operator.run();
  expect(operator.writes).toEqual([]);
  expect(new Set(operator.names)).toEqual(before);
});
