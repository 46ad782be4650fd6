/**
 * `appset plan -f` on sets of files against a dump: sets that left the files, names that two sets want,
 * Applications that move between sets; in every format, with the exit codes.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/api/objects.ts';
import { appset } from '../../harness/cli.ts';

const root = mkdtempSync(join(tmpdir(), 'appset-plan-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const FINALIZER = 'resources-finalizer.argocd.argoproj.io';
const HAND_OVER = 'appset-operator.io/hand-over-to';
const TAKE_OVER = 'appset-operator.io/take-over-from';

const project = (namespace = 'argocd'): JsonObject => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AppProject',
  metadata: { name: 'default', namespace },
  spec: {
    sourceRepos: ['*'],
    destinations: [{ server: '*', namespace: '*', name: '*' }],
    sourceNamespaces: ['*'],
  },
});
const specOf = (city: string): JsonObject => ({
  project: 'default',
  source: { repoURL: 'https://git.example.org/fleet.git', path: city, targetRevision: 'main' },
  destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' },
});
/** A set that generates an Application of each name. */
const set = (name: string, cities: readonly string[], metadata: JsonObject = {}, spec: JsonObject = {}) => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'ApplicationSet',
  metadata: { name, namespace: 'argocd', ...metadata },
  spec: {
    goTemplate: true,
    generators: [{ list: { elements: cities.map((city) => ({ city })) } }],
    template: { metadata: { name: '{{.city}}' }, spec: specOf('{{.city}}') },
    ...spec,
  },
});
/** A set as it is live, with its Applications. */
const live = (name: string, cities: readonly string[], metadata: JsonObject = {}, spec: JsonObject = {}) => [
  set(name, cities, { uid: `uid-${name}`, generation: 1, ...metadata }, spec),
  ...cities.map((city) => ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      name: city,
      namespace: (metadata['namespace'] as string | undefined) ?? 'argocd',
      uid: `uid-${city}`,
      finalizers: [FINALIZER],
      ownerReferences: [
        {
          apiVersion: 'argoproj.io/v1alpha1',
          kind: 'ApplicationSet',
          name,
          uid: `uid-${name}`,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: specOf(city),
  })),
];

let worlds = 0;
/** Plans files, each a list of objects, against a dump. */
function plan(
  dump: readonly object[],
  files: Readonly<Record<string, readonly object[]>>,
  ...args: string[]
) {
  const folder = join(root, `world-${worlds++}`);
  mkdirSync(join(folder, 'sets'), { recursive: true });
  const text = (objects: readonly object[]) => objects.map((one) => JSON.stringify(one)).join('\n---\n');
  writeFileSync(join(folder, 'dump.yaml'), text([project(), ...dump]));
  for (const [name, objects] of Object.entries(files))
    writeFileSync(join(folder, 'sets', name), text(objects));
  return appset(['plan', '-f', 'sets', '--cluster-dump', 'dump.yaml', ...args], { cwd: folder });
}
const json = async (...args: Parameters<typeof plan>) => {
  const { stdout } = await plan(...args, '-o', 'json');
  return JSON.parse(stdout) as {
    plans: readonly (JsonObject & { set: string })[];
    removed: readonly {
      set: string;
      stays: string | null;
      applications: readonly { name: string; outcome: string; workloads: string; to?: string }[];
    }[];
  };
};

describe.concurrent('a set that no file has any more', () => {
  const WORLD = [...live('web', ['porto']), ...live('data', ['lyon', 'oslo'])];
  const FILES = { 'web.yaml': [set('web', ['porto'])] };

  it('is nobody’s business without --prune', async () => {
    const { code, stdout } = await plan(WORLD, FILES, '--detailed-exitcode');
    expect([code, stdout]).toEqual([0, 'web  (argocd)  as in sets/web.yaml  no changes\n  = 1 unchanged\n']);
  });

  it('would be deleted with its Applications', async () => {
    const { code, stdout, stderr } = await plan(WORLD, FILES, '--prune');
    expect(stdout).toContain(`
data  (argocd)  in no file any more, would be deleted: 2 to delete
  - lyon   delete   with its workloads
  - oslo   delete   with its workloads
`);
    expect([code, stderr]).toEqual([0, '']);
  });

  it('is a change for the exit code', async () => {
    expect((await plan(WORLD, FILES, '--prune', '--detailed-exitcode')).code).toBe(3);
  });

  it('stands in JSON, Markdown and the page', async () => {
    const { removed } = await json(WORLD, FILES, '--prune');
    expect(removed).toEqual([
      {
        set: 'argocd/data',
        stays: null,
        applications: ['lyon', 'oslo'].map((name) => ({
          name,
          outcome: 'delete',
          workloads: 'delete',
          message: 'with its workloads',
        })),
        notes: [],
      },
    ]);
    const { stdout: markdown } = await plan(WORLD, FILES, '--prune', '-o', 'markdown');
    expect(markdown).toContain('### argocd/data: in no file any more, would be deleted: 2 to delete');
    expect(markdown).toContain('| `-` | lyon | delete | with its workloads |');
    const { stdout: page } = await plan(WORLD, FILES, '--prune', '-o', 'html');
    expect(page).toContain('<h2>argocd/data</h2>');
    expect(page).toContain(
      '<td class="name">lyon</td><td class="verb">delete</td><td>with its workloads</td>',
    );
  });

  it('counts where its labels, or the Application that deploys it, say so', async () => {
    const tracked = (name: string) => ({
      annotations: {
        'argocd.argoproj.io/tracking-id': `platform:argoproj.io/ApplicationSet:argocd/${name}`,
      },
    });
    const world = [
      ...live('web', ['porto']),
      ...live('data', ['lyon'], { labels: { team: 'data' } }),
      ...live('tools', ['oslo'], tracked('tools')),
      // the annotation came along with a copy
      ...live('copied', ['rome'], tracked('tools')),
    ];
    const of = async (...args: string[]) =>
      (await json(world, FILES, '--prune', ...args)).removed.map((one) => one.set);
    expect(await of()).toEqual(['argocd/copied', 'argocd/data', 'argocd/tools']);
    expect(await of('-l', 'team=data')).toEqual(['argocd/data']);
    expect(await of('-l', 'team!=data')).toEqual(['argocd/copied', 'argocd/tools']);
    expect(await of('--tracked-by', 'platform')).toEqual(['argocd/tools']);
    expect(await of('--tracked-by', 'other')).toEqual([]);
  });

  it('is not looked for with a selector nobody can read', async () => {
    const { code, stderr } = await plan(WORLD, FILES, '--prune', '-l', 'team===data');
    expect([code, stderr]).toEqual([2, expect.stringContaining('--selector team===data: unable to parse')]);
  });

  it('hands nothing to a set whose file does not take it any more', async () => {
    const old = live('web', ['porto'], { annotations: { [HAND_OVER]: 'new' }, finalizers: [FINALIZER] });
    const annotations = { [TAKE_OVER]: 'web' };
    const applied = JSON.stringify({ metadata: { annotations } });
    const before = live('new', [], {
      annotations: { ...annotations, 'kubectl.kubernetes.io/last-applied-configuration': applied },
    });
    const told = async (metadata: JsonObject) =>
      (await json([...old, ...before], { 'new.yaml': [set('new', [], metadata)] }, '--prune')).removed[0]
        ?.applications[0]?.outcome;
    expect(await told({ annotations })).toBe('keep');
    expect(await told({})).toBe('delete');
  });

  it('counts in the namespaces of the files, and of -n', async () => {
    const world = [...live('web', ['porto']), ...live('b', ['lyon'], { namespace: 'team-b' })];
    const of = async (...args: string[]) =>
      (await json(world, FILES, '--prune', ...args)).removed.map((one) => one.set);
    expect(await of()).toEqual([]);
    expect(await of('-n', 'team-b')).toEqual(['team-b/b']);
  });

  it('may be the last one, where -n says which sets the files had', async () => {
    const nothing = { 'readme.yaml': [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }] };
    const unknown = await plan(WORLD, nothing, '--prune');
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('APPSET_E0104')]);
    const { stdout } = await plan(WORLD, nothing, '--prune', '-n', 'argocd', '-o', 'json');
    expect((JSON.parse(stdout) as { removed: { set: string }[] }).removed.map((one) => one.set)).toEqual([
      'argocd/data',
      'argocd/web',
    ]);
  });

  it('that makes room for another says how to move instead', async () => {
    const { code, stdout } = await plan(
      WORLD,
      { 'new.yaml': [set('new', ['porto'])] },
      '--prune',
      'web',
      'new',
    );
    expect(stdout).toContain('- porto   delete   with its workloads; new makes it again');
    expect(stdout).toContain(`annotation ${HAND_OVER}: new on web, ${TAKE_OVER}: web on new`);
    expect(code).toBe(1);
  });

  it('hands over what another takes', async () => {
    const world = live('web', ['porto', 'lyon'], {
      annotations: { [HAND_OVER]: 'new' },
      finalizers: [FINALIZER],
    });
    const files = { 'new.yaml': [set('new', ['porto'], { annotations: { [TAKE_OVER]: 'web' } })] };
    const { plans, removed } = await json(world, files, '--prune');
    expect(plans[0]?.['update']).toMatchObject([{ name: 'porto', why: 'adopted', from: 'web' }]);
    expect(removed[0]?.applications).toMatchObject([
      { name: 'lyon', outcome: 'keep', workloads: 'keep' },
      { name: 'porto', outcome: 'handOver', workloads: 'keep', to: 'new' },
    ]);
  });
});

describe.concurrent('two sets that want one Application', () => {
  it('are both told, with their elements, when both are new', async () => {
    const files = { 'a.yaml': [set('a', ['porto', 'lyon'])], 'b.yaml': [set('b', ['oslo', 'porto'])] };
    const { code, stdout } = await plan([], files);
    expect(stdout).toBe(`a  (argocd)  as in sets/a.yaml  1 to create, 1 blocked
  + lyon    create    elements[1]
  ! porto   blocked   Conflict: argocd/a (elements[0]) and argocd/b (elements[1]) generate one Application; which of them gets it is not known

b  (argocd)  as in sets/b.yaml  1 to create, 1 blocked
  + oslo    create    elements[0]
  ! porto   blocked   Conflict: argocd/b (elements[1]) and argocd/a (elements[0]) generate one Application; which of them gets it is not known
`);
    expect(code).toBe(1);
  });

  it('are no conflict in two namespaces', async () => {
    const files = {
      'a.yaml': [set('a', ['porto'])],
      'b.yaml': [set('b', ['porto'], { namespace: 'team-b' })],
    };
    const { code, stdout } = await plan([], files);
    expect([code, stdout.match(/1 to create/g)?.length]).toEqual([0, 2]);
  });

  it('are told where one of them is live, in the files or not', async () => {
    const files = { 'b.yaml': [set('b', ['porto'])] };
    const alone = await plan(live('a', ['porto']), files);
    expect(alone.stdout).toContain(
      'Object argocd/porto is already owned by another ApplicationSet controller a',
    );
    const both = await plan(live('a', ['porto']), { ...files, 'a.yaml': [set('a', ['porto'])] });
    expect(both.stdout).toContain('controller a; a generates it from elements[0], b from elements[0]');
    expect([alone.code, both.code]).toEqual([1, 1]);
  });
});

describe.concurrent('Applications that move between sets', () => {
  const NEW = set('new', ['lyon', 'rome'], { annotations: { [TAKE_OVER]: 'old' } });
  const files = { 'sets.yaml': [set('old', ['porto'], { annotations: { [HAND_OVER]: 'new' } }), NEW] };

  it('are told on both sides when both sets are in files and one is live', async () => {
    const { code, stdout } = await plan(live('old', ['porto', 'lyon']), files);
    expect(stdout).toBe(`old  (argocd)  as in sets/sets.yaml  1 to hand over
  > lyon   hand over   to new: the same object, its workloads stay
  = 1 unchanged

new  (argocd)  as in sets/sets.yaml  1 to create, 1 to take over
  + rome   create      elements[1]
  ~ lyon   take over   from old: the same object, its workloads stay
`);
    expect(code).toBe(0);
    const { plans } = await json(live('old', ['porto', 'lyon']), files);
    expect(plans[0]?.['handOver']).toEqual([{ name: 'lyon', to: 'new' }]);
    expect(plans[0]?.['keep']).toEqual([]);
  });

  it('move where the old set generates them still', async () => {
    const both = [set('old', ['lyon'], { annotations: { [HAND_OVER]: 'new' } }), NEW];
    const { stdout } = await plan(live('old', ['lyon']), { 'sets.yaml': both });
    expect(stdout).toContain('  > lyon   hand over   to new');
    expect(stdout).not.toContain('unchanged');
  });

  it('move from a live set that is in no file', async () => {
    const old = live('old', ['lyon'], { annotations: { [HAND_OVER]: 'new' } });
    const { code, stdout } = await plan(old, { 'new.yaml': [NEW] });
    expect([code, stdout]).toEqual([0, expect.stringContaining('  ~ lyon   take over   from old')]);
  });

  it('are the new one’s where both sets are new', async () => {
    const both = [set('old', ['lyon'], { annotations: { [HAND_OVER]: 'new' } }), NEW];
    const { code, stdout } = await plan([], { 'sets.yaml': both });
    expect(stdout).toContain('old  (argocd)  as in sets/sets.yaml  1 to hand over\n');
    expect(stdout).toContain('new  (argocd)  as in sets/sets.yaml  2 to create\n');
    expect(code).toBe(0);
    const reference = await plan([], { 'sets.yaml': both }, '--compat', 'argocd');
    expect([reference.code, reference.stdout]).toEqual([
      1,
      expect.stringContaining(
        'argocd/old (elements[0]) and argocd/new (elements[0]) generate one Application',
      ),
    ]);
  });

  it('are a conflict while only one of them says so, which tells how they move', async () => {
    const sets = [set('old', ['porto']), set('new', ['lyon'])];
    const { code, stdout } = await plan(live('old', ['porto', 'lyon']), { 'sets.yaml': sets });
    expect(stdout).toContain(
      `it moves from old to new (elements[0]): with annotations ${HAND_OVER}: new on old and ${TAKE_OVER}: old on new it stays the same object`,
    );
    expect(code).toBe(1);
  });
});

describe.concurrent('a change that would be held', () => {
  const TOWNS = ['bergen', 'lyon', 'oslo', 'porto', 'rome', 'turin', 'vaduz', 'vienna'];

  it('ends with 4, and says what to commit with it', async () => {
    const { code, stdout } = await plan(live('towns', TOWNS), {
      'towns.yaml': [set('towns', ['lyon'])],
    });
    expect(code).toBe(4);
    expect(stdout).toMatch(/^Held: 7 deletions\.$/m);
    expect(stdout).toMatch(/^Ways out: appset migrate accept towns -n argocd$/m);
    expect(stdout).toMatch(
      /commit with the change: appset-operator\.io\/expect-deletions: sha256:[0-9a-f]{64}$/m,
    );
  });
});

it('a set the operator leaves as it is, because it rolls, is not planned as if it did not', async () => {
  const strategy = { type: 'RollingSync', rollingSync: { steps: [{ matchExpressions: [] }] } };
  const params = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'argocd-cmd-params-cm', namespace: 'argocd' },
    data: { 'applicationsetcontroller.enable.progressive.syncs': 'true' },
  };
  const files = { 'web.yaml': [set('web', ['porto'], {}, { strategy })] };
  const { code, stdout } = await plan([params], files);
  expect([code, stdout]).toEqual([1, expect.stringContaining('APPSET_E0705')]);
  expect((await plan([], files)).stdout).toContain('+ porto');
});

describe.concurrent('what is asked', () => {
  const WORLD = live('web', ['porto']);

  it.each([
    [['--prune'], '--prune needs the files that remain'],
    [['-f', 'x', '-l', 'a=b'], '--selector says which sets --prune may remove'],
    [['-f', 'x', '--tracked-by', 'a'], '--tracked-by says which sets --prune may remove'],
    [['a/b/c'], 'name a set as NAME or NAMESPACE/NAME'],
    [['-n', 'b', 'a/web'], 'a/web is in namespace a, and -n says b'],
    [['-f', 'x', 'package.json'], 'package.json would be the name of a set: each file needs its own -f'],
  ])('%j is refused', async (args, message) => {
    const dump = join(root, 'refused.yaml');
    writeFileSync(dump, JSON.stringify(project()));
    const { code, stderr } = await appset(['plan', '--cluster-dump', dump, ...args]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  it('may be one of the sets of the files, by name or with its namespace', async () => {
    const files = { 'all.yaml': [set('web', ['porto']), set('data', ['lyon'])] };
    const { stdout } = await plan(WORLD, files, 'argocd/data');
    expect(stdout).toMatch(/^data .*1 to create\n.*\n$/);
    const none = await plan(WORLD, files, 'tools');
    expect([none.code, none.stderr]).toEqual([1, 'No file has ApplicationSet argocd/tools.\n']);
  });

  it('stands once in the files', async () => {
    const files = { 'a.yaml': [set('web', ['porto'])], 'b.yaml': [set('web', [])] };
    const { code, stderr } = await plan(WORLD, files);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining(
        'ApplicationSet argocd/web is written twice: in sets/a.yaml and in sets/b.yaml',
      ),
    ]);
  });
});

describe.concurrent('a dump', () => {
  const FINE = project();
  const { apiVersion: _, ...unversioned } = set('web', []);
  it.each([
    [
      'an object without apiVersion',
      [FINE, unversioned],
      'dump.yaml, document 2: ApplicationSet web has no apiVersion (argoproj.io/v1alpha1)',
    ],
    [
      'an item of a list without a name',
      [{ apiVersion: 'v1', kind: 'List', items: [FINE, { ...FINE, metadata: {} }] }],
      'dump.yaml, items[1]: AppProject has no metadata.name',
    ],
    [
      'an object of another version',
      [FINE, { ...FINE, apiVersion: 'argoproj.io/v1' }],
      'dump.yaml, document 2: AppProject default has apiVersion "argoproj.io/v1", not argoproj.io/v1alpha1',
    ],
    [
      'nothing of a cluster',
      [{ apiVersion: 'v1', kind: 'Widget', metadata: { name: 'a' } }],
      'no objects of a cluster, only Widget',
    ],
  ])('with %s is refused', async (name, objects, message) => {
    const folder = join(root, name.replaceAll(' ', '-'));
    mkdirSync(folder);
    writeFileSync(join(folder, 'dump.yaml'), objects.map((one) => JSON.stringify(one)).join('\n---\n'));
    const { code, stderr } = await appset(['plan', '--cluster-dump', 'dump.yaml'], { cwd: folder });
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
  });
});
