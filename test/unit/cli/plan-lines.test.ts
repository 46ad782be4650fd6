/** What is held reads as what it would be: a deletion, a creation, an update with its fields. */
import { expect, test } from 'vitest';
import type { ApplicationSet } from '../../../src/api/objects.ts';
import { asMarkdown, asText } from '../../../src/cli/plan/formats.ts';
import type { Planned } from '../../../src/cli/plan/planned.ts';
import { AppsetError } from '../../../src/support/errors.ts';

const held = (name: string) => ({
  name,
  parts: [],
  reason: 'Held',
  error: new AppsetError('APPSET_E0708', `Application "${name}" is held`),
});
const hold = {
  reason: 'RebindBudget',
  message: '2 are more than the 1 allowed',
  wayOut: 'annotation appset-operator.io/max-updates with a larger number or percent',
  deletions: [],
  updates: [
    { name: 'moved', changes: [{ path: 'spec.source.path', before: 'one', after: 'two' }], why: 'changed' },
  ],
};
const NOTHING = { create: [], update: [], delete: [], keep: [], blocked: [], unchanged: ['same'] };
const planned = (plan: object): Planned =>
  ({
    set: { metadata: { name: 'web', namespace: 'argocd' }, spec: {} } as unknown as ApplicationSet,
    preview: {
      evaluation: { rendered: [], generation: { errors: [] }, failedRows: [], invalid: new Map() },
      plan: { ...NOTHING, ...plan },
    },
  }) as unknown as Planned;
const text = (one: Planned): string =>
  asText({ planned: [one], removed: [] }, false, { colour: false, width: undefined });

const HOLDS = { holds: [hold], creates: new Map([['fresh', 'Renamed']]), noWrites: undefined };

test('updates and creations that wait', () => {
  const plan = { blocked: [held('fresh'), held('moved')], holds: HOLDS };
  expect(text(planned(plan))).toBe(`web  (argocd)  2 held
  + fresh   held   Renamed: is created when the deletions are let go
  ~ moved   held   RebindBudget: 2 are more than the 1 allowed
                   spec.source.path: one → two
  = 1 unchanged
Held: 1 update and 1 creation.   Look: appset explain web -n argocd fresh
Ways out: annotation appset-operator.io/max-updates with a larger number or percent
`);
  expect(asMarkdown({ planned: [planned(plan)], removed: [] })).toContain(
    '| ` ` |  |  | spec.source.path: one → two |',
  );
});

const FINALIZER = 'resources-finalizer.argocd.argoproj.io';
test.each([
  ['with its resources finalizer', [FINALIZER], {}, 'its workloads go with it'],
  ['without', [], {}, 'its workloads stay'],
  ['of a set that preserves', [FINALIZER], { preserveResourcesOnDeletion: true }, 'its workloads stay'],
  [
    'of a set that preserves, with a finalizer somebody chose',
    [`${FINALIZER}/background`],
    { preserveResourcesOnDeletion: true },
    'its workloads go with it',
  ],
])('a deletion says what becomes of what runs: %s', (_, finalizers, syncPolicy, words) => {
  const deleted = [{ name: 'old', live: { metadata: { name: 'old', finalizers } } }];
  const one = planned({ delete: deleted, holds: { holds: [], creates: new Map() } });
  const set = { ...one.set, spec: { syncPolicy } };
  const evaluation = { ...one.preview?.evaluation, set };
  const told = text({ ...one, preview: { ...one.preview, evaluation } } as unknown as Planned);
  expect(told).toContain(`  - old   delete   no element generates it any more; ${words}\n`);
});

test('all writes that wait', () => {
  const holds = {
    holds: [{ ...hold, reason: 'Paused', updates: [] }],
    creates: new Map(),
    noWrites: 'Paused',
  };
  expect(text(planned({ blocked: [held('any')], holds }))).toContain(
    '  ! any   held   Paused: nothing is written\n',
  );
});

test('nothing that waits has no ways out', () => {
  expect(text(planned({ holds: HOLDS }))).toBe('web  (argocd)  no changes\n  = 1 unchanged\n');
});

test('an error that leaves nothing to show is no plan without changes', () => {
  const one = planned({ unchanged: [] });
  const failing = {
    ...one,
    preview: { ...one.preview, evaluation: { ...one.preview?.evaluation, generation: { errors: [1] } } },
  } as unknown as Planned;
  expect(text(failing)).toBe('web  (argocd)  no changes that are known, 1 error\n');
});

test('a comment names sets without changes once, and is never longer than a comment may be', () => {
  const many = Array.from({ length: 2_000 }, (_, index) => ({ name: `application-number-${index}` }));
  const markdown = asMarkdown({ planned: [planned({}), planned({ create: many })], removed: [] });
  expect(markdown).toMatch(/\n\n\d+ lines more: appset plan without -o markdown shows all\.\n/);
  expect(markdown).toMatch(/\n\nNo changes: argocd\/web\.\n$/);
  expect(markdown.length).toBeLessThan(65_536);
  expect(asMarkdown({ planned: [planned({})], removed: [] })).toBe('No changes: argocd/web.\n');
});
