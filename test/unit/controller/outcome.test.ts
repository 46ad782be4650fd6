/** What a run comes to: which error is told, and when the set is looked at again. */
import { describe, expect, test } from 'vitest';
import { evaluationError, requeueAfter, writeError } from '../../../src/controller/outcome.ts';
import type { Evaluation } from '../../../src/planning/contract.ts';
import type { Blocked } from '../../../src/planning/plan.ts';
import { broken, evaluationOf, setOf } from '../planning/plan-fixtures.ts';

const set = setOf();
const policy = { name: 'sync', update: true, delete: true };
const blocked = (name: string, reason: Blocked['reason']): Blocked => ({
  name,
  parts: [],
  reason,
  error: broken(`${name} blocked`),
});

describe('the error of an evaluation', () => {
  test('is the last invalid Application by name, and how many more', () => {
    const error = evaluationError(evaluationOf(set, [], { invalid: ['b', 'c', 'a'] }), false);
    expect(error).toMatchObject({
      reason: 'ApplicationValidationError',
      message: 'c is invalid (and 2 more)',
    });
  });
  test('is the first error of generation before anything else', () => {
    const firstError = { reason: 'RenderTemplateParamsError', error: broken('first') } as const;
    expect(evaluationError(evaluationOf(set, [], { invalid: ['a'], firstError }), false)).toMatchObject({
      reason: 'RenderTemplateParamsError',
      message: 'first',
    });
  });
  test('is none where all is well', () => {
    expect(evaluationError(evaluationOf(set, [{ name: 'a' }]), false)).toBeUndefined();
  });
});

describe('the error of writing', () => {
  const failure = (name: string, verb: 'create' | 'update' | 'delete') => ({
    name,
    verb,
    error: broken(`${name} failed`),
  });
  const of = (failures: ReturnType<typeof failure>[], list: Blocked[] = [], with_ = policy) =>
    writeError({ failures, blocked: [] }, { blocked: list }, with_);
  test('is that of the smallest name, writes before deletions', () => {
    expect(of([failure('a', 'delete'), failure('c', 'create'), failure('b', 'update')])).toMatchObject({
      reason: 'UpdateApplicationError',
      message: 'b failed',
    });
  });
  test('is called a creation error where updates are forbidden', () => {
    expect(of([failure('c', 'create')], [], { ...policy, update: false })?.reason).toBe(
      'CreateApplicationError',
    );
  });
  test('of a deletion', () => {
    expect(of([failure('b', 'delete'), failure('a', 'delete')])).toMatchObject({
      reason: 'DeleteApplicationError',
      message: 'a failed',
    });
  });
  test('counts conflicts, not waiting for a terminating one', () => {
    expect(of([], [blocked('a', 'Terminating'), blocked('b', 'Conflict')])?.message).toBe('b blocked');
    expect(of([], [blocked('a', 'StuckTerminating')])).toBeUndefined();
  });
});

describe('looking again', () => {
  const every = (seconds: number, wrong: Parameters<typeof evaluationOf>[2] = {}): Evaluation => {
    const evaluation = evaluationOf(set, [], wrong);
    return { ...evaluation, generation: { ...evaluation.generation, requeueAfterSeconds: seconds } };
  };
  const firstError = { reason: 'RenderTemplateParamsError', error: broken() } as const;
  test.each<[string, Evaluation, readonly number[], number | undefined, number | undefined]>([
    ['nothing polls', every(0), [], undefined, undefined],
    ['the smallest interval', every(60), [], 60, 60],
    [
      'after an error in three minutes; ours sooner where a generator polls sooner',
      every(60, { firstError }),
      [],
      180,
      60,
    ],
    ['an error with a slow generator', every(900, { firstError }), [], 180, 180],
    ['an invalid Application, nothing polls', every(0, { invalid: ['a'] }), [], 180, 180],
    ['an invalid Application, a generator polls', every(900, { invalid: ['a'] }), [], 900, 900],
    ['a negative interval', every(-5), [], -5, undefined],
    ['an Application backs off', every(60), [2_500, 9_000], 60, 2.5],
  ])('%s', (_name, evaluation, waits, compat, normal) => {
    expect(requeueAfter(evaluation, { compat: true, waits })).toBe(compat);
    expect(requeueAfter(evaluation, { compat: false, waits })).toBe(normal);
  });
});
