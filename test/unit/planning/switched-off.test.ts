/**
 * Switches of automated sync that are off. What went wrong: Argo CD 3.2 made Applications without the
 * `allowEmpty: false` of their template, and taking them over wrote each of them.
 */
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/api/objects.ts';
import { planSet } from '../../../src/planning/plan.ts';
import { evaluationOf, inputOf, live, setOf } from './plan-fixtures.ts';

const set = setOf();
const automated = (block: JsonObject | undefined): JsonObject => ({
  syncPolicy: { syncOptions: ['PruneLast=true'], ...(block === undefined ? {} : { automated: block }) },
});
const patchOf = (template: JsonObject | undefined, there: JsonObject | undefined, compat = false) => {
  const rows = [{ name: 'a', spec: automated(template) }];
  const applications = [live('a', { spec: automated(there) })];
  const { plan } = planSet(inputOf(set, evaluationOf(set, rows), applications, { compat }));
  return (plan.update[0]?.patch.spec as JsonObject | undefined)?.syncPolicy;
};

describe('a switch that is off on both sides is not written', () => {
  test.each<[JsonObject, JsonObject]>([
    [{ prune: true, allowEmpty: false }, { prune: true }],
    [{ prune: false, selfHeal: false, allowEmpty: false }, {}],
    [{ prune: true }, { prune: true, selfHeal: false }],
    [{ prune: false }, { allowEmpty: false }],
  ])('%j in the template, %j in the Application', (template, there) => {
    expect(patchOf(template, there)).toBeUndefined();
  });
});

test.each<[JsonObject | undefined, JsonObject | undefined, JsonObject]>([
  // switched on, or off
  [{ prune: true }, { prune: false }, { automated: { prune: true } }],
  [{ prune: false }, { prune: true }, { automated: { prune: false } }],
  [{}, { prune: true }, { automated: { prune: null } }],
  // the others ride along as they are there
  [{ prune: true, selfHeal: false }, { allowEmpty: false }, { automated: { prune: true } }],
  // absent it is on
  [{ enabled: false }, {}, { automated: { enabled: false } }],
  [{}, { enabled: false }, { automated: { enabled: null } }],
  // automated sync itself comes and goes
  [{ prune: false }, undefined, { automated: { prune: false } }],
  [undefined, { prune: false }, { automated: null }],
])(
  'what makes a difference is written: %j in the template, %j in the Application',
  (template, there, patch) => {
    expect(patchOf(template, there)).toEqual(patch);
  },
);

test('in compat mode false and absence differ, as in the reference', () => {
  expect(patchOf({ prune: false }, {}, true)).toEqual({ automated: { prune: false } });
  expect(patchOf({}, { prune: false }, true)).toEqual({ automated: { prune: null } });
});
