/** The chain of guards: each rule of safety.md Part 1 on its own, and their order. */
import { describe, expect, test } from 'vitest';
import type { ApplicationSet } from '../../../src/api/objects.ts';
import type { Evaluation } from '../../../src/planning/contract.ts';
import { replacementFailed } from '../../../src/planning/guards.ts';
import { planSet } from '../../../src/planning/plan.ts';
import { effectivePolicy } from '../../../src/planning/policy.ts';
import { broken, evaluationOf, inputOf, live, origin, part, setOf } from './plan-fixtures.ts';

const unknownLeaf = { leaf: 'leaf-9', path: '1.git', error: broken('no route to host') };

/** What becomes of the owned Applications that are not generated. */
function verdicts(
  evaluation: Evaluation,
  applications: Parameters<typeof inputOf>[2],
  more: { set?: ApplicationSet; noClusters?: boolean } = {},
): Record<string, string> {
  const set = more.set ?? evaluation.set;
  const { plan } = planSet(
    inputOf(
      set,
      evaluation,
      applications,
      { policy: effectivePolicy(set, '', true) },
      { noClusters: more.noClusters ?? false },
    ),
  );
  return Object.fromEntries([
    ...plan.delete.map(({ name }) => [name, 'delete'] as const),
    ...plan.keep.map(({ name, outcome, reason }) => [name, `${outcome} ${reason}`] as const),
  ]);
}
const set = setOf();

test('a candidate nothing speaks for is deleted', () => {
  expect(verdicts(evaluationOf(set, [{ name: 'a' }]), [live('a'), live('b')])).toEqual({ b: 'delete' });
});

test('a terminating Application is no candidate', () => {
  const gone = live('b', { metadata: { deletionTimestamp: '2029-12-31T23:59:00Z' } });
  expect(verdicts(evaluationOf(set, []), [gone])).toEqual({});
});

test('1. a policy without deletion abandons, whatever else holds', () => {
  const createOnly = setOf({}, { syncPolicy: { applicationsSync: 'create-only' } });
  const evaluation = evaluationOf(createOnly, [], { unknown: [unknownLeaf] });
  const marked = live('b', { metadata: { annotations: { 'appset-operator.io/keep': 'true' } } });
  expect(verdicts(evaluation, [marked])).toEqual({ b: 'abandoned PolicyForbidsDeletion' });
});

describe('2. an unknown leaf', () => {
  const lost = live('b', { parts: [part('eu-7', 'leaf-1', 'cluster')] });
  test('keeps every candidate, also those of other leaves', () => {
    expect(verdicts(evaluationOf(set, [], { unknown: [unknownLeaf] }), [lost])).toEqual({
      b: 'kept SourceUnknown',
    });
  });

  const partial = setOf({ annotations: { 'appset-operator.io/partial-deletions': 'true' } });
  test.each<[string, ReturnType<typeof live>, string]>([
    ['a missing part of a known leaf, where the set asks for it', lost, 'delete'],
    [
      'an origin of another generation',
      live('b', {
        metadata: {
          annotations: {
            'appset-operator.io/origin': '{"generation":2,"parts":[["leaf-1","cluster","eu-7"]]}',
          },
        },
      }),
      'kept SourceUnknown',
    ],
    [
      'an origin with a part of the unknown leaf',
      live('b', { parts: [part('eu-7', 'leaf-1', 'cluster'), part('x', 'leaf-9')] }),
      'kept SourceUnknown',
    ],
    ['no recorded origin', live('b', { noOrigin: true }), 'kept SourceUnknown'],
    [
      'an origin that cannot be read',
      live('b', { metadata: { annotations: { 'appset-operator.io/origin': '{' } } }),
      'kept SourceUnknown',
    ],
    ['parts that are all still there', live('b', { parts: [part('here')] }), 'kept SourceUnknown'],
  ])('with partial deletions: %s', (_name, application, verdict) => {
    const evaluation = evaluationOf(partial, [{ name: 'a', parts: [part('here')] }], {
      unknown: [unknownLeaf],
    });
    expect(verdicts(evaluation, [live('a'), application])).toEqual({ b: verdict });
  });

  test('a pull request that is gone needs no leave', () => {
    const preview = live('b', { parts: [part('42', 'leaf-1', 'pullRequest')] });
    expect(verdicts(evaluationOf(set, [], { unknown: [unknownLeaf] }), [preview])).toEqual({ b: 'delete' });
  });

  test('an empty list of clusters counts as unknown for what points at a cluster', () => {
    const remote = live('b', { spec: { destination: { server: 'https://far' } } });
    const local = live('c', { spec: { destination: { server: 'https://kubernetes.default.svc/' } } });
    const byName = live('d', { spec: { destination: { name: 'in-cluster' } } });
    expect(verdicts(evaluationOf(set, []), [remote, local, byName], { noClusters: true })).toEqual({
      b: 'kept SourceUnknown',
      c: 'delete',
      d: 'delete',
    });
  });
});

describe('3. a failed element', () => {
  const applications = [
    live('a', { parts: [part('A')] }),
    live('b', { parts: [part('B')] }),
    live('c', { parts: [part('C')] }),
  ];
  const failedRow = (parts: string[], applicationName?: string) => ({
    entry: 0,
    parts: parts.map((id) => part(id)),
    error: broken(),
    ...(applicationName === undefined ? {} : { applicationName }),
  });

  test('keeps the Application of its name and lets others go', () => {
    const evaluation = evaluationOf(set, [{ name: 'a', parts: [part('A')] }], {
      failedRows: [failedRow(['B'], 'b')],
    });
    expect(verdicts(evaluation, applications)).toEqual({ c: 'delete' });
  });
  test('without name keeps what was made of its parts', () => {
    const evaluation = evaluationOf(set, [{ name: 'a', parts: [part('A')] }], {
      failedRows: [failedRow(['B'])],
    });
    expect(verdicts(evaluation, applications)).toEqual({ b: 'kept ElementFailed', c: 'delete' });
  });
  test('keeps the Application its parts made under an earlier name', () => {
    const evaluation = evaluationOf(set, [], { failedRows: [failedRow(['B'], 'b-renamed')] });
    expect(verdicts(evaluation, applications)).toEqual({ a: 'delete', b: 'kept ElementFailed', c: 'delete' });
  });
  test('with a part nobody recorded keeps every candidate', () => {
    const failed = [{ path: '0.git', parts: [part('new')], error: broken() }];
    expect(verdicts(evaluationOf(set, [], { failed }), applications)).toEqual({
      a: 'kept ElementFailed',
      b: 'kept ElementFailed',
      c: 'kept ElementFailed',
    });
  });
  test('of unknown parts keeps every candidate', () => {
    const failed = [{ path: '0.git', parts: [], error: broken() }];
    expect(verdicts(evaluationOf(set, [], { failed }), applications)).toMatchObject({
      c: 'kept ElementFailed',
    });
  });
  test('keeps every candidate while one has no recorded origin', () => {
    const failed = [{ path: '0.git', parts: [part('B')], error: broken() }];
    const old = live('old', { noOrigin: true });
    expect(verdicts(evaluationOf(set, []), [...applications, old])).toMatchObject({ c: 'delete' });
    expect(verdicts(evaluationOf(set, [], { failed }), [...applications, old])).toEqual({
      a: 'kept ElementFailed',
      b: 'kept ElementFailed',
      c: 'kept ElementFailed',
      old: 'kept ElementFailed',
    });
  });
  test('of a recorded part that another Application still has explains no candidate', () => {
    const failed = [{ path: '0.matrix', parts: [part('A')], error: broken() }];
    const evaluation = evaluationOf(set, [{ name: 'a', parts: [part('A')] }], { failed });
    expect(verdicts(evaluation, applications)).toEqual({ b: 'delete', c: 'delete' });
  });
  test('an invalid Application stays, and so does the one its parts made under an earlier name', () => {
    const evaluation = evaluationOf(set, [{ name: 'b-new', parts: [part('B')] }], { invalid: ['b-new'] });
    expect(verdicts(evaluation, applications)).toEqual({ a: 'delete', b: 'kept ElementFailed', c: 'delete' });
  });
  test('an invalid new Application may be the next of one without recorded origin', () => {
    const evaluation = evaluationOf(set, [{ name: 'b-new', parts: [part('B')] }], { invalid: ['b-new'] });
    expect(verdicts(evaluation, [live('b', { noOrigin: true })])).toEqual({ b: 'kept ElementFailed' });
  });
});

test('4. the keep mark keeps, and our owner reference goes', () => {
  const marked = live('b', { metadata: { annotations: { 'appset-operator.io/keep': 'true' } } });
  const { plan } = planSet(inputOf(set, evaluationOf(set, []), [marked]));
  expect(plan.keep).toMatchObject([{ name: 'b', reason: 'MarkedKeep' }]);
  expect(plan.update).toMatchObject([
    { name: 'b', why: 'released', patch: { metadata: { ownerReferences: null } } },
  ]);
  expect(plan.delete).toEqual([]);
});

describe('compat mode knows only the policy', () => {
  test('a marked Application is deleted', () => {
    const marked = live('b', { metadata: { annotations: { 'appset-operator.io/keep': 'true' } } });
    const { plan } = planSet(inputOf(set, evaluationOf(set, []), [marked], { compat: true }));
    expect(plan.delete.map(({ name }) => name)).toEqual(['b']);
  });
});

describe('order: a deletion waits for the creation that may replace it', () => {
  const refused = [{ name: 'new', parts: origin([part('A')]).parts }];
  test.each([
    ['it shares a part', origin([part('A'), part('x')]), true],
    ['it has no recorded origin', undefined, true],
    ['it shares nothing', origin([part('B')]), false],
  ])('%s', (_name, recorded, waits) => {
    expect(replacementFailed(recorded, refused)?.reason).toBe(waits ? 'ReplacementFailed' : undefined);
  });
  test('nothing waits when every creation was answered', () => {
    expect(replacementFailed(undefined, [])).toBeUndefined();
  });
});
