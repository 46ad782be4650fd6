/** The plan of a set: creating, updating, taking over, waiting, and what it rests on. */
import { describe, expect, test } from 'vitest';
import type { Application, ApplicationSet } from '../../../src/api/objects.ts';
import { decodeOrigin } from '../../../src/planning/origin.ts';
import { type PlanSettings, planSet, planSetInTurns } from '../../../src/planning/plan.ts';
import { effectivePolicy } from '../../../src/planning/policy.ts';
import { ManualClock } from '../../../src/support/clock.ts';
import { broken, evaluationOf, inputOf, live, owner, part, type Row, setOf } from './plan-fixtures.ts';

const set = setOf();
const plan = (
  rows: readonly Row[],
  applications: readonly Application[],
  settings: Partial<PlanSettings> = {},
  of: ApplicationSet = set,
) => planSet(inputOf(of, evaluationOf(of, rows), applications, settings)).plan;

describe('a new Application', () => {
  test('is owned by the set, normalised, and says what it was made of', () => {
    const [create] = plan(
      [{ name: 'a', parts: [part('A')], spec: { project: '', syncPolicy: {} } }],
      [],
    ).create;
    expect(create?.application.metadata.ownerReferences).toEqual([owner()]);
    expect(create?.application.spec).toEqual({ project: 'default', source: { repoURL: 'r', path: 'a' } });
    const annotations = create?.application.metadata.annotations ?? {};
    expect(annotations['appset-operator.io/owner']).toBe('argocd/shops');
    expect(decodeOrigin(annotations['appset-operator.io/origin'])).toEqual({
      generation: 3,
      parts: [{ leaf: 'leaf-1', kind: 'listElement', id: 'A' }],
    });
  });
  test('made from last known good facts records no origin', () => {
    const [create] = plan([{ name: 'a', stale: true }], []).create;
    expect(Object.keys(create?.application.metadata.annotations ?? {})).toEqual(['appset-operator.io/owner']);
  });
  test('has none of our annotations in compat mode', () => {
    expect(
      plan([{ name: 'a' }], [], { compat: true }).create[0]?.application.metadata.annotations,
    ).toBeUndefined();
  });
});

describe('an owned Application', () => {
  test('that is as it should be is not written, whatever origin it recorded', () => {
    expect(plan([{ name: 'a', parts: [part('other')] }], [live('a')])).toMatchObject({
      update: [],
      unchanged: ['a'],
    });
  });
  test('that differs is patched where it differs, and the origin rides along', () => {
    const [update] = plan([{ name: 'a', parts: [part('B')], spec: { project: 'p' } }], [live('a')]).update;
    expect(update?.changes).toEqual([{ path: 'spec.project', before: 'default', after: 'p' }]);
    expect(update?.patch).toEqual({
      spec: { project: 'p' },
      metadata: {
        annotations: {
          'appset-operator.io/owner': 'argocd/shops',
          'appset-operator.io/origin': '{"generation":3,"parts":[["leaf-1","listElement","B"]]}',
        },
      },
    });
  });
  test('is not touched under a policy without updates', () => {
    const createOnly = effectivePolicy(set, 'create-only', true);
    expect(
      plan([{ name: 'a', spec: { project: 'p' } }], [live('a')], { policy: createOnly }).unchanged,
    ).toEqual(['a']);
  });
  test('whose row is invalid stays exactly as it is', () => {
    const evaluation = evaluationOf(set, [{ name: 'a', spec: { project: 'p' } }], { invalid: ['a'] });
    const result = planSet(inputOf(set, evaluation, [live('a')])).plan;
    expect(result).toMatchObject({ create: [], update: [], delete: [], keep: [] });
  });
});

test('a plan made in turns is the plan made at once', async () => {
  const rows = [{ name: 'a' }, { name: 'b', spec: { project: 'p' } }, { name: 'c' }];
  const input = inputOf(set, evaluationOf(set, rows), [live('a'), live('b'), live('d')]);
  const { plan: inTurns } = await planSetInTurns(input, new ManualClock());
  expect(inTurns).toEqual(planSet(input).plan);
  expect(inTurns).toMatchObject({
    create: [{ name: 'c' }],
    update: [{ name: 'b' }],
    delete: [{ name: 'd' }],
    unchanged: ['a'],
  });
});

describe('taking over', () => {
  const orphan = (change: Parameters<typeof live>[1] = {}) =>
    live('a', { noOrigin: true, ...change, metadata: { ownerReferences: [], ...change.metadata } });

  test.each<[string, Application, Partial<PlanSettings>, Partial<ApplicationSet['metadata']>, string]>([
    ['nobody owns it and it is equal', orphan(), {}, {}, 'adopted'],
    ['nobody owns it and it differs', orphan({ spec: { project: 'other' } }), {}, {}, 'Conflict'],
    [
      'it differs and was ours before',
      orphan({
        spec: { project: 'other' },
        metadata: { annotations: { 'appset-operator.io/owner': 'argocd/shops' } },
      }),
      {},
      {},
      'adopted',
    ],
    [
      'it differs and was another set’s before',
      orphan({
        spec: { project: 'other' },
        metadata: { annotations: { 'appset-operator.io/owner': 'argocd/other' } },
      }),
      {},
      {},
      'Conflict',
    ],
    [
      'it differs and invites us',
      orphan({
        spec: { project: 'other' },
        metadata: { annotations: { 'appset-operator.io/adopt': 'true' } },
      }),
      {},
      {},
      'adopted',
    ],
    [
      'it differs and the set lists it',
      orphan({ spec: { project: 'other' } }),
      {},
      { annotations: { 'appset-operator.io/adopt': 'x, a' } },
      'adopted',
    ],
    [
      'it differs and the flag says always',
      orphan({ spec: { project: 'other' } }),
      { adopt: 'always' },
      {},
      'adopted',
    ],
    ['it is equal and the flag says never', orphan(), { adopt: 'never' }, {}, 'Conflict'],
    ['it differs, in compat mode', orphan({ spec: { project: 'other' } }), { compat: true }, {}, 'adopted'],
    [
      'our reference without controller flag',
      live('a', {
        spec: { project: 'other' },
        metadata: { ownerReferences: [{ ...owner(), controller: false }] },
      }),
      {},
      {},
      'adopted',
    ],
    [
      'another set owns it',
      live('a', { metadata: { ownerReferences: [owner('x', 'other')] } }),
      {},
      {},
      'Conflict',
    ],
    [
      'another set owns it and it invites us',
      live('a', {
        metadata: {
          ownerReferences: [owner('x', 'other')],
          annotations: { 'appset-operator.io/adopt': 'true' },
        },
      }),
      {},
      {},
      'Conflict',
    ],
    [
      'another kind owns it',
      live('a', { metadata: { ownerReferences: [owner('x', 'shops', 'Other')] } }),
      { adopt: 'always' },
      {},
      'Conflict',
    ],
    [
      'our name with another uid',
      live('a', { metadata: { ownerReferences: [owner('set-0')] } }),
      {},
      {},
      'repaired',
    ],
  ])('%s', (_name, application, settings, metadata, outcome) => {
    const result = plan([{ name: 'a' }], [application], settings, setOf(metadata));
    expect([...result.update.map(({ why }) => why), ...result.blocked.map(({ reason }) => reason)]).toEqual([
      outcome,
    ]);
  });

  test('a conflict names the Application and the first fields', () => {
    const [blocked] = plan([{ name: 'a' }], [orphan({ spec: { project: 'other' } })]).blocked;
    expect(blocked?.error.code).toBe('APPSET_E0702');
    expect(blocked?.error.message).toBe(
      'Application argocd/a exists and is owned by nobody; it differs in spec.project',
    );
  });
  test('another owner is told in the words of the reference', () => {
    const [blocked] = plan(
      [{ name: 'a' }],
      [live('a', { metadata: { ownerReferences: [owner('x', 'other')] } })],
    ).blocked;
    expect(blocked?.error.message).toBe(
      'Object argocd/a is already owned by another ApplicationSet controller other',
    );
  });
  test('under a policy without updates only the owner reference is written', () => {
    const policy = effectivePolicy(set, 'create-only', true);
    const [update] = plan([{ name: 'a' }], [orphan({ spec: { project: 'other' } })], { policy }).update;
    expect(update?.patch).toEqual({ metadata: { ownerReferences: [owner()] } });
  });
  test('an Application of our name and another uid that is not generated is repaired, not deleted', () => {
    const result = plan([], [live('a', { metadata: { ownerReferences: [owner('set-0')] } })]);
    expect(result.delete).toEqual([]);
    expect(result.update).toMatchObject([
      { name: 'a', why: 'repaired', patch: { metadata: { ownerReferences: [owner()] } } },
    ]);
    expect(result.keep).toMatchObject([{ name: 'a', reason: 'OwnerRepaired' }]);
  });
});

describe('a terminating Application', () => {
  test.each([
    ['waits', '2029-12-31T23:50:00Z', 'Terminating'],
    ['is stuck after ten minutes', '2029-12-31T23:49:59Z', 'StuckTerminating'],
  ])('%s', (_name, deletionTimestamp, reason) => {
    const result = plan(
      [{ name: 'a', spec: { project: 'p' } }],
      [live('a', { metadata: { deletionTimestamp } })],
    );
    expect(result.update).toEqual([]);
    expect(result.blocked).toMatchObject([{ name: 'a', reason }]);
    expect(result.blocked[0]?.error.message).toContain('resources-finalizer.argocd.argoproj.io');
  });
});

describe('an ignore rule that cannot be used', () => {
  const ruled = setOf({}, { ignoreApplicationDifferences: [{ jqPathExpressions: ['.spec['] }] });
  test('blocks updates, names the rule, and lets creations pass', () => {
    const result = plan([{ name: 'a', spec: { project: 'p' } }, { name: 'new' }], [live('a')], {}, ruled);
    expect(result.create.map(({ name }) => name)).toEqual(['new']);
    expect(result.blocked).toMatchObject([{ name: 'a', reason: 'Invalid' }]);
    expect(result.blocked[0]?.error.message).toBe(
      'failed to apply ignore differences: failed to normalize application spec: unexpected token ")" in spec.ignoreApplicationDifferences[0].jqPathExpressions[0], character 7 of .spec[',
    );
  });
});

describe('a run that must not write at all', () => {
  test('validation was not possible', () => {
    const evaluation = evaluationOf(set, [{ name: 'new' }], { validationUnknown: broken('no answer') });
    const result = planSet(inputOf(set, evaluation, [live('b')])).plan;
    expect(result).toMatchObject({ create: [], update: [], delete: [], stopped: { message: 'no answer' } });
  });
  const failing = evaluationOf(set, [{ name: 'new' }], {
    firstError: { reason: 'RenderTemplateParamsError', error: broken('bad template') },
    failedRows: [{ entry: 0, parts: [part('x')], applicationName: 'x', error: broken() }],
  });
  test('the first error in compat mode', () => {
    expect(planSet(inputOf(set, failing, [live('b')], { compat: true })).plan.create).toEqual([]);
  });
  test('in normal mode the rest goes on', () => {
    const result = planSet(inputOf(set, failing, [live('b')])).plan;
    expect(result.create.map(({ name }) => name)).toEqual(['new']);
    expect(result.delete.map(({ name }) => name)).toEqual(['b']);
  });
});

describe('the digest', () => {
  const digest = (rows: readonly Row[], applications: readonly Application[], of = set) =>
    plan(rows, applications, {}, of).digest;
  test('is the same for the same facts', () => {
    expect(digest([{ name: 'a' }], [live('b')])).toBe(digest([{ name: 'a' }], [live('b')]));
  });
  test.each([
    ['another generation of the set', digest([{ name: 'a' }], [live('b')], setOf({ generation: 4 }))],
    ['another object to be deleted', digest([{ name: 'a' }], [live('b', { metadata: { uid: 'x' } })])],
    ['another missing part', digest([{ name: 'a' }], [live('b', { parts: [part('c')] })])],
    ['another spec to be created', digest([{ name: 'a', spec: { project: 'p' } }], [live('b')])],
  ])('changes with %s', (_name, other) => {
    expect(other).not.toBe(digest([{ name: 'a' }], [live('b')]));
  });
});
