/** What a set may do: the four policies, and whose word counts. */
import { expect, test } from 'vitest';
import { effectivePolicy, type PolicyName } from '../../../src/planning/policy.ts';
import { setOf } from './plan-fixtures.ts';

test.each<[PolicyName | '', string | undefined, boolean, string, boolean, boolean]>([
  ['', undefined, true, 'sync', true, true],
  ['create-only', undefined, true, 'create-only', false, false],
  ['create-update', undefined, true, 'create-update', true, false],
  ['create-delete', undefined, true, 'create-delete', false, true],
  ['create-only', 'sync', true, 'sync', true, true],
  ['create-only', 'sync', false, 'create-only', false, false],
  ['sync', 'create-update', false, 'sync', true, true],
  ['', 'no-such-policy', true, 'no-such-policy', false, false],
])('flag %j, set %j, override %s → %s', (flag, own, override, name, update, remove) => {
  const set = setOf({}, own === undefined ? {} : { syncPolicy: { applicationsSync: own } });
  expect(effectivePolicy(set, flag, override)).toEqual({ name, update, delete: remove });
});
