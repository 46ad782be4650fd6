/** The other holds of the table, each on its own. */
import { describe, expect, test } from 'vitest';
import type { ApplicationSet, JsonObject } from '../../../../src/api/objects.ts';
import { decideHolds, EMPTY_STATE, misplacedGuards, token } from '../../../../src/planning/holds/index.ts';
import { LIMITS } from '../../../../src/support/limits.ts';
import { live, NOW, part, rendered, setOf } from '../plan-fixtures.ts';
import {
  CONFIRMED,
  candidate,
  held,
  MINUTE,
  type RunChange,
  runOf,
  several,
  UNCONFIRMED,
} from './run-fixtures.ts';

describe('AnotherController', () => {
  test('keeps everything back, and says so when nothing is to be deleted', () => {
    const anotherController = 'Pod argocd/argocd-applicationset-controller-0 is ready';
    expect(held({ candidates: several(2), anotherController })).toEqual(['AnotherController: gone-1 gone-2']);
    expect(held({ anotherController })).toEqual(['AnotherController:']);
  });

  const fought = (...names: string[]) =>
    new Map(names.map((name) => [name, { how: 'was changed by us and put back', forMs: 1_000 }]));
  test('keeps back what is fought over, and nothing else', () => {
    const change = { candidates: several(2), disputed: fought('gone-2') };
    expect(held(change)).toEqual(['AnotherController: gone-2']);
    expect(held({ candidates: several(2), disputed: fought('somebody-else') })).toEqual([]);
  });
  test('keeps everything back where three are fought over, whoever approved', () => {
    const disputed = fought('gone-1', 'stays-1', 'stays-2');
    expect(held({ candidates: several(2), disputed })).toEqual(['AnotherController: gone-1 gone-2']);
    const decision = decideHolds(runOf({ disputed }));
    expect([decision.noWrites, decision.waits]).toEqual(['AnotherController', [1_000, 1_000, 1_000]]);
  });
});

describe('Paused', () => {
  test.each<[string, RunChange, readonly string[]]>([
    ['deletions of the set', { own: { paused: 'deletions' } }, ['Paused: gone-1']],
    ['all of the set', { own: { paused: 'all' } }, ['Paused: gone-1']],
    ['deletions of all sets', { pause: 'deletions' }, ['Paused: gone-1']],
    ['a word nobody knows counts as deletions', { own: { paused: 'please' } }, ['Paused: gone-1']],
    ['false', { own: { paused: 'false' }, pause: '' }, []],
  ])('%s', (_name, change, expected) => {
    expect(held({ candidates: several(1), ...change })).toEqual(expected);
  });
});

test.each([
  [{ own: { paused: 'deletions' as const } }, 'appset resume web -n argocd'],
  [{ pause: 'all' }, 'appset resume --all'],
])('Paused says how to resume what is paused: %j', (change, expected) => {
  const set = setOf({ name: 'web', namespace: 'argocd' });
  const { holds } = decideHolds(runOf({ set, candidates: several(1), ...change }));
  expect(holds[0]?.wayOut).toBe(expected);
});

describe('MisplacedGuard', () => {
  const spec = (change: JsonObject): ApplicationSet['spec'] => change as ApplicationSet['spec'];
  const inTemplate = (syncPolicy: JsonObject) => spec({ template: { spec: { project: 'p', syncPolicy } } });

  const PRESERVING = { spec: { syncPolicy: { preserveResourcesOnDeletion: true } } };

  test.each<[string, ApplicationSet['spec'], string | undefined]>([
    [
      'preserve in the sync policy of the template',
      inTemplate({ preserveResourcesOnDeletion: true }),
      'spec.template.spec.syncPolicy.preserveResourcesOnDeletion',
    ],
    [
      'a policy in the sync policy of the template',
      inTemplate({ applicationsSync: 'create-only' }),
      'spec.template.spec.syncPolicy.applicationsSync',
    ],
    ['a policy that deletes anyway', inTemplate({ applicationsSync: 'sync' }), undefined],
    ['preserve that is false', inTemplate({ preserveResourcesOnDeletion: false }), undefined],
    [
      'preserve as a sync option',
      inTemplate({ syncOptions: ['CreateNamespace=true', 'PreserveResourcesOnDeletion=true'] }),
      'sync option PreserveResourcesOnDeletion=true',
    ],
    [
      'preserve beside the template',
      spec({ preserveResourcesOnDeletion: true }),
      'spec.preserveResourcesOnDeletion',
    ],
    [
      'where the right field says it too',
      spec({
        syncPolicy: { preserveResourcesOnDeletion: true },
        template: { spec: { syncPolicy: { preserveResourcesOnDeletion: true } } },
      }),
      undefined,
    ],
    ['nothing of the kind', inTemplate({ automated: {} }), undefined],
    [
      'preserve in the template of a generator',
      spec({ generators: [{ list: { elements: [] } }, { git: { template: PRESERVING } }] }),
      'spec.generators[1].git.template.spec.syncPolicy.preserveResourcesOnDeletion',
    ],
    [
      'a policy in the template of a matrix',
      spec({
        generators: [{ matrix: { generators: [], template: { spec: { applicationsSync: 'create-only' } } } }],
      }),
      'spec.generators[0].matrix.template.spec.applicationsSync',
    ],
    [
      'preserve in a template below two combinators',
      spec({
        generators: [
          {
            matrix: {
              generators: [{ list: {} }, { merge: { generators: [{ clusters: { template: PRESERVING } }] } }],
            },
          },
        ],
      }),
      'spec.generators[0].matrix.generators[1].merge.generators[0].clusters.template.spec.syncPolicy.preserveResourcesOnDeletion',
    ],
    [
      'preserve as a sync option of a generator',
      spec({
        generators: [
          {
            plugin: {
              template: { spec: { syncPolicy: { syncOptions: ['preserveResourcesOnDeletion=true'] } } },
            },
          },
        ],
      }),
      'sync option preserveResourcesOnDeletion=true of spec.generators[0].plugin.template',
    ],
    [
      'in the elements of a list it is data',
      spec({
        generators: [{ list: { elements: [{ template: PRESERVING, preserveResourcesOnDeletion: true }] } }],
      }),
      undefined,
    ],
    [
      'preserve in the patch, between actions',
      spec({
        templatePatch: `{{- if .prune }}
spec:
  project: '{{ .project }}'
  syncPolicy:
    {{- if .auto }}
    automated: { prune: true }
    {{- end }}
    preserveResourcesOnDeletion: true
{{- end }}`,
      }),
      'spec.templatePatch.spec.syncPolicy.preserveResourcesOnDeletion',
    ],
    [
      'a comment of the patch says nothing',
      spec({ templatePatch: 'spec:\n  syncPolicy: {}\n  # preserveResourcesOnDeletion: true\n' }),
      undefined,
    ],
    [
      'values the patch hands to a chart are data',
      spec({
        templatePatch:
          'spec:\n  source:\n    helm:\n      valuesObject: { syncPolicy: { preserveResourcesOnDeletion: true } }\n',
      }),
      undefined,
    ],
    ['a patch that only a row can read says nothing', spec({ templatePatch: '{{ .patch }}: [' }), undefined],
    ['an action that does not end', spec({ templatePatch: 'spec: {{ .patch' }), undefined],
  ])('%s', (_name, of, expected) => {
    const set = setOf({}, of);
    expect(misplacedGuards(set)[0]).toBe(expected);
    expect(held({ set, candidates: several(1) })).toEqual(
      expected === undefined ? [] : ['MisplacedGuard: gone-1'],
    );
  });

  const pruned = (live: JsonObject, applied: JsonObject) =>
    setOf(
      {
        annotations: {
          'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ spec: applied }),
        },
      },
      spec(live),
    );
  const applied = { template: { spec: { project: 'p', syncPolicy: { preserveResourcesOnDeletion: true } } } };

  test('is seen in what was last applied, where the CRD has pruned it', () => {
    const set = pruned({ template: { spec: { project: 'p', syncPolicy: {} } } }, applied);
    expect(misplacedGuards(set)).toEqual(['spec.template.spec.syncPolicy.preserveResourcesOnDeletion']);
  });
  test('but not when somebody changed the template since', () => {
    expect(misplacedGuards(pruned({ template: { spec: { project: 'other' } } }, applied))).toEqual([]);
  });
  test('in the template of a generator too, as long as that is what was applied', () => {
    const generators = (template: JsonObject) => ({ generators: [{ list: { elements: [], template } }] });
    const before = generators({ spec: { project: 'p', syncPolicy: { preserveResourcesOnDeletion: true } } });
    expect(misplacedGuards(pruned(generators({ spec: { project: 'p' } }), before))).toEqual([
      'spec.generators[0].list.template.spec.syncPolicy.preserveResourcesOnDeletion',
    ]);
    expect(misplacedGuards(pruned(generators({ spec: { project: 'other' } }), before))).toEqual([]);
  });
  test('an annotation that cannot be read says nothing', () => {
    const set = setOf({ annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{' } });
    expect(misplacedGuards(set)).toEqual([]);
  });
});

test('SchemaChanged: another spec at the same generation', () => {
  expect(held({ candidates: several(1), specChanged: true })).toEqual(['SchemaChanged: gone-1']);
});

describe('FirstRun', () => {
  const foreign = candidate('old', UNCONFIRMED, { live: live('old', { noOrigin: true }) });
  test.each<[string, RunChange, readonly string[]]>([
    ['candidates somebody else made', { candidates: [foreign] }, ['FirstRun: old']],
    ['with one of ours among them, all wait', { candidates: [foreign, candidate('b')] }, ['FirstRun: old b']],
    ['candidates we made', { candidates: [candidate('b')] }, []],
    [
      'a set we completed',
      { candidates: [foreign], state: { ...EMPTY_STATE, completed: true } },
      ['Grace: old'],
    ],
    [
      'a state that cannot be read',
      { candidates: several(1), state: { ...EMPTY_STATE, corrupt: true } },
      ['FirstRun: gone-1'],
    ],
  ])('%s', (_name, change, expected) => {
    expect(held(change)).toEqual(expected);
  });
});

describe('HistoryRewritten', () => {
  const rewritten = { is: 'rewritten', why: 'it does not descend' } as const;
  const one = candidate('a', rewritten);
  const since = (ms: number) => ({ ...EMPTY_STATE, dwell: new Map([[token(one.uid), NOW - ms]]) });
  test.each<[string, RunChange, readonly string[]]>([
    ['the first reading only waits', {}, ['Grace: a']],
    ['one within the minute too', { state: since(MINUTE - 1) }, ['Grace: a']],
    ['the second holds', { state: since(MINUTE) }, ['HistoryRewritten: a']],
  ])('%s', (_name, change, expected) => {
    expect(held({ candidates: [one], ...change })).toEqual(expected);
  });
});

describe('Renamed', () => {
  const create = (name: string, parts = [part(name)], spec: JsonObject = {}) => ({
    name,
    parts,
    application: rendered(name, spec),
  });
  const old = candidate('old', UNCONFIRMED, { missing: [] });
  const same = create('new', [part('old')]);
  const elsewhere = create('new', [part('x')], { source: { repoURL: 'r', path: 'old' } });
  const renamed = (made: typeof same, own: RunChange['own'] = {}): RunChange => ({
    candidates: [old],
    creates: [made],
    generated: [made],
    own,
  });

  test.each<[string, RunChange, readonly string[]]>([
    ['the same parts under another name', renamed(same), ['Renamed: old']],
    ['the same destination and source', renamed(elsewhere), ['Renamed: old']],
    ['another thing', renamed(create('new')), ['Grace: old']],
    ['a wish nobody knows holds', renamed(same, { onRename: 'move' }), ['Renamed: old']],
    ['replace', renamed(same, { onRename: 'replace' }), []],
    ['release', renamed(same, { onRename: 'release' }), []],
  ])('%s', (_name, change, expected) => {
    expect(held(change)).toEqual(expected);
  });

  test('previews of pull requests are replaced', () => {
    const parts = [part('42', 'leaf-1', 'pullRequest')];
    const preview = candidate('old', CONFIRMED, { live: live('old', { parts }), missing: [] });
    expect(
      held({ candidates: [preview], generated: [create('new', parts)], creates: [create('new', parts)] }),
    ).toEqual([]);
  });

  test('as many as there are, when the set says how', () => {
    const candidates = several(30, UNCONFIRMED).map((one) => ({ ...one, missing: [] }));
    const creates = candidates.map(({ name }) => create(`new-${name}`, [part(name)]));
    expect(held({ candidates, creates, generated: creates, own: { onRename: 'release' } })).toEqual([]);
    expect(held({ candidates, creates, generated: creates })).toEqual([
      `Renamed: ${candidates.map(({ name }) => name).join(' ')}`,
    ]);
  });
});

test('many that would become one are lost, whatever the set says of renames', () => {
  // thirty that deploy the same place, told apart by their values alone
  const spec = { source: { repoURL: 'r', path: 'one' } };
  const candidates = several(30, UNCONFIRMED).map((one) => ({
    ...one,
    live: { ...one.live, spec: { ...one.live.spec, ...spec } },
  }));
  const made = { name: 'new', parts: [part('x')], application: rendered('new', spec) };
  const change: RunChange = { candidates, creates: [made], generated: [made] };
  expect(held({ ...change, own: { onRename: 'replace' } })).toEqual([
    `DeletionBudget: ${candidates.map(({ name }) => name).join(' ')}`,
  ]);
});

describe('Flapping', () => {
  const state = {
    ...EMPTY_STATE,
    deletions: [
      { at: NOW - MINUTE, name: token('gone-1'), uid: token('uid-of-the-one-before'), kind: 'c' as const },
    ],
  };
  test('an Application that was deleted a minute ago is a candidate again', () => {
    expect(held({ candidates: several(2), state })).toEqual(['Flapping: gone-1 gone-2']);
  });
  test('one that would be made again', () => {
    const creates = [{ name: 'gone-1', parts: [part('gone-1')], application: rendered('gone-1') }];
    expect(held({ candidates: [candidate('other')], creates, state })).toEqual(['Flapping: other']);
  });
  test('others say nothing', () => {
    expect(held({ candidates: [candidate('other')], state })).toEqual([]);
  });
});

describe('Grace', () => {
  const settings = { settleMs: MINUTE, maxDeletionsTotal: undefined, controllerNamespace: 'argocd' };
  const since = (ms: number) => ({
    ...EMPTY_STATE,
    dwell: new Map([[token(candidate('a').uid), NOW - ms]]),
  });
  test.each<[string, RunChange, boolean]>([
    ['new', {}, true],
    ['nearly a minute', { state: since(MINUTE - 1) }, true],
    ['a minute', { state: since(MINUTE) }, false],
    ['a grace of its own', { state: since(MINUTE), own: { deletionGrace: '10m' } }, true],
    ['which is over', { state: since(10 * MINUTE), own: { deletionGrace: '10m' } }, false],
    ['a shorter one', { own: { deletionGrace: '0s' } }, false],
    [
      'one that cannot be read never ends',
      { state: since(99 * MINUTE), own: { deletionGrace: 'soon' } },
      true,
    ],
    [
      'unconfirmed takes a minute at least',
      { candidates: [candidate('a', UNCONFIRMED)], own: { deletionGrace: '0s' } },
      true,
    ],
    [
      'and not more',
      {
        candidates: [candidate('a', UNCONFIRMED)],
        own: { deletionGrace: '0s' },
        state: since(LIMITS.secondReadingMs),
      },
      false,
    ],
    [
      'a source that cannot be asked',
      { candidates: [candidate('a', { is: 'unread', why: 'no route' })], state: since(99 * MINUTE) },
      true,
    ],
  ])('%s', (_name, change, waits) => {
    expect(held({ candidates: [candidate('a')], settings, ...change })).toEqual(waits ? ['Grace: a'] : []);
  });
});
