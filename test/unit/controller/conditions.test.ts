/** Conditions of a set: pairing, times, order, our own types; and health. */
import { describe, expect, test } from 'vitest';
import type { Condition } from '../../../src/api/objects.ts';
import { failure, healthOf, mergeConditions, SUCCESS } from '../../../src/controller/conditions.ts';
import { LIMITS } from '../../../src/support/limits.ts';

const THEN = '2029-01-01T00:00:00Z';
const NOW = '2030-01-01T00:00:00Z';
const merge = (
  stored: readonly Condition[],
  changes: Parameters<typeof mergeConditions>[1],
  rolling = false,
) => mergeConditions(stored, changes, { rolling, now: NOW });
const stored = (type: string, status: Condition['status'], reason = 'R', message = 'm'): Condition => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: THEN,
});

test('success says three things, sorted', () => {
  expect(merge([], SUCCESS).map(({ type, status, reason }) => `${type} ${status} ${reason}`)).toEqual([
    'ErrorOccurred False ApplicationSetUpToDate',
    'ParametersGenerated True ParametersGenerated',
    'ResourcesUpToDate True ApplicationSetUpToDate',
  ]);
});

test.each([
  ['ApplicationGenerationFromParamsError', 'False'],
  ['RenderTemplateParamsError', 'False'],
  ['ApplicationValidationError', 'True'],
  ['UpdateApplicationError', 'True'],
] as const)('%s says ParametersGenerated %s', (reason, generated) => {
  const conditions = merge([], failure(reason, 'E'));
  expect(conditions.find(({ type }) => type === 'ErrorOccurred')).toMatchObject({
    status: 'True',
    reason,
    message: 'E',
  });
  expect(conditions.find(({ type }) => type === 'ParametersGenerated')?.status).toBe(generated);
  expect(conditions.find(({ type }) => type === 'ResourcesUpToDate')).toMatchObject({
    status: 'False',
    reason: 'ErrorOccurred',
    message: 'E',
  });
});

describe('times', () => {
  const first = merge([], failure('UpdateApplicationError', 'E')).map((condition) => ({
    ...condition,
    lastTransitionTime: THEN,
  }));
  test('stay when nothing changes', () => {
    expect(
      merge(first, failure('UpdateApplicationError', 'E')).every(
        ({ lastTransitionTime }) => lastTransitionTime === THEN,
      ),
    ).toBe(true);
  });
  test('move where the message changes, and only there', () => {
    const times = Object.fromEntries(
      merge(first, failure('UpdateApplicationError', 'F')).map(({ type, lastTransitionTime }) => [
        type,
        lastTransitionTime,
      ]),
    );
    expect(times).toEqual({ ErrorOccurred: NOW, ParametersGenerated: THEN, ResourcesUpToDate: NOW });
  });
});

describe('conditions of others', () => {
  test('stay where they are; a missing time is filled in', () => {
    const { lastTransitionTime: _, ...untimed } = stored('Apple', 'Unknown');
    const result = merge([stored('Zebra', 'True'), untimed], SUCCESS);
    expect(result.map(({ type }) => type)).toEqual([
      'Apple',
      'ErrorOccurred',
      'ParametersGenerated',
      'ResourcesUpToDate',
      'Zebra',
    ]);
    expect(result[0]?.lastTransitionTime).toBe(NOW);
    expect(result[4]?.lastTransitionTime).toBe(THEN);
  });
  test('of a rollout go when the strategy is not rolling', () => {
    const rollout = [stored('RolloutProgressing', 'True'), stored('InvalidRolloutConfig', 'False')];
    expect(merge(rollout, SUCCESS)).toHaveLength(3);
    expect(merge(rollout, SUCCESS, true)).toHaveLength(5);
  });
});

test('types of our own are there while they are said, and gone after', () => {
  const kept = { type: 'ApplicationsKept', status: 'True', reason: 'SourceUnknown', message: 'm' } as const;
  const said = merge([], [...SUCCESS, kept]);
  expect(said.map(({ type }) => type)).toContain('ApplicationsKept');
  expect(merge(said, SUCCESS).map(({ type }) => type)).not.toContain('ApplicationsKept');
});

test('a message is cut at its bound', () => {
  const [condition] = merge([], failure('UpdateApplicationError', 'x'.repeat(LIMITS.statusTextBytes + 1)));
  expect(condition?.message).toHaveLength(LIMITS.statusTextBytes);
});

test.each<[readonly Condition[], string, string]>([
  [[], 'Unknown', 'No status conditions found for ApplicationSet'],
  [[stored('ErrorOccurred', 'True', 'R', 'bad'), stored('RolloutProgressing', 'True')], 'Degraded', 'bad'],
  [
    [stored('RolloutProgressing', 'True', 'R', 'step 1'), stored('ResourcesUpToDate', 'True')],
    'Progressing',
    'step 1',
  ],
  [[stored('ErrorOccurred', 'False'), stored('ResourcesUpToDate', 'True', 'R', 'good')], 'Healthy', 'good'],
  [[stored('ResourcesUpToDate', 'False')], 'Unknown', 'Waiting for health status to be determined'],
])('health of %j', (conditions, status, message) => {
  expect(healthOf(conditions)).toEqual({ status, message });
});
