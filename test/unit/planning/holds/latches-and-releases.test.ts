/** What ends a hold, and what does not: latches, approvals, expectations, and the creations held with it. */
import { describe, expect, test } from 'vitest';
import { EMPTY_STATE, expectationDigest, planDigest, token } from '../../../../src/planning/holds/index.ts';
import { live, part, rendered, setOf } from '../plan-fixtures.ts';
import {
  CONFIRMED,
  candidate,
  held,
  heldBy,
  MINUTE,
  type RunChange,
  Story,
  several,
  UNCONFIRMED,
} from './run-fixtures.ts';

/** Six of eight are gone: more than the budget. */
const six: RunChange = { candidates: several(6), staying: 2 };

describe('a hold stands', () => {
  test('when fewer are left than its budget would allow', () => {
    const story = new Story();
    story.run(six);
    expect(heldBy(story.run({ candidates: several(2), staying: 6 }))).toEqual([
      'DeletionBudget: gone-1 gone-2',
    ]);
  });
  test('through runs that could not read everything', () => {
    const story = new Story();
    story.run(six);
    story.run({ complete: false });
    expect(heldBy(story.run({ candidates: several(1) }))).toEqual(['DeletionBudget: gone-1']);
  });
  test('until a complete run leaves nothing over', () => {
    const story = new Story();
    story.run(six);
    story.run({ staying: 8 });
    expect(story.state.latches.size).toBe(0);
    expect(heldBy(story.run({ candidates: several(1) }))).toEqual([]);
  });
  test('until the setting that explains it is another', () => {
    const story = new Story();
    story.run(six);
    expect(heldBy(story.run({ ...six, own: { maxDeletions: '6' } }))).toEqual([]);
    expect(heldBy(story.run({ ...six, own: { maxDeletions: '5' } }))).not.toEqual([]);
  });
  test('since the time it began, with the message it began with', () => {
    const story = new Story();
    const [first] = story.run(six).holds;
    const [later] = story.later(5 * MINUTE).run({ candidates: several(2), staying: 6 }).holds;
    expect(later).toMatchObject({ since: first?.since, message: first?.message });
  });
  test('but exempt candidates pass', () => {
    const story = new Story();
    story.run(six);
    const closed = candidate('pr', { is: 'confirmed', why: 'closed', closed: true });
    expect(heldBy(story.run({ candidates: [closed] }))).toEqual([]);
  });
});

describe('an approval', () => {
  const approve = (story: Story, change: RunChange = six) => {
    const { digest } = story.run(change);
    return story.run({ ...change, own: { ...change.own, approvedPlan: digest ?? '' } });
  };

  test('of exactly what is held lets it go', () => {
    const decision = approve(new Story());
    expect(decision).toMatchObject({ holds: [] });
    expect(decision.accepted?.tokens.size).toBe(6);
    expect(new Set(decision.kinds.values())).toEqual(new Set(['x']));
  });
  test.each(['', '9c41e07', '0'.repeat(64)])('with the digest %j does nothing', (approvedPlan) => {
    expect(held({ ...six, own: { approvedPlan } })).toHaveLength(1);
  });
  test('of another plan is told', () => {
    const story = new Story();
    const { problems } = story.run({ ...six, own: { approvedPlan: '0'.repeat(64) } });
    expect(problems).toEqual(['approved-plan 000000000000 is not the plan that is held now']);
  });
  test('covers any subset of its list, and is over when none is left', () => {
    const story = new Story();
    approve(story);
    expect(heldBy(story.run({ candidates: several(4), staying: 2 }))).toEqual([]);
    story.run({ staying: 2 });
    expect(story.state.approval).toBeUndefined();
    expect(heldBy(story.run(six))).toHaveLength(1);
  });
  test('is over as soon as there is one it does not cover', () => {
    const story = new Story();
    approve(story);
    expect(heldBy(story.run({ candidates: several(7), staying: 1 }))).toEqual([
      'DeletionBudget: gone-1 gone-2 gone-3 gone-4 gone-5 gone-6 gone-7',
    ]);
    expect(heldBy(story.run(six))).toHaveLength(1);
  });
  test('is over after an hour', () => {
    const story = new Story();
    approve(story);
    expect(heldBy(story.later(60 * MINUTE - 1).run(six))).toEqual([]);
    expect(heldBy(story.later(1).run(six))).toHaveLength(1);
  });
  test('does not reach past a pause or another controller', () => {
    const story = new Story();
    approve(story);
    expect(heldBy(story.run({ ...six, pause: 'deletions' }))).toHaveLength(1);
    expect(heldBy(story.run({ ...six, anotherController: 'alive' }))).toHaveLength(1);
  });
  test('does not use the budget up', () => {
    const story = new Story();
    approve(story);
    const made = several(6).map(({ name, uid }) => ({
      at: story.now,
      name: token(name),
      uid: token(uid),
      kind: 'x' as const,
    }));
    story.state = { ...story.state, deletions: made };
    story.run({ staying: 8 });
    expect(heldBy(story.run({ candidates: [candidate('one-more')], staying: 7 }))).toEqual([]);
  });
  test('of what only waits lets it go at once', () => {
    const waiting = { candidates: [candidate('a', UNCONFIRMED)] };
    expect(approve(new Story(), waiting).holds).toEqual([]);
  });
});

describe('an accepted first run', () => {
  const foreign = (name: string) => candidate(name, CONFIRMED, { live: live(name, { noOrigin: true }) });
  const two: RunChange = { candidates: [foreign('a'), foreign('b')] };
  test('is no first run any more: other holds speak, and the set counts as completed', () => {
    const story = new Story();
    const { digest } = story.run(two);
    const decision = story.run({ ...two, own: { acceptFirstRun: digest ?? '', maxDeletions: '1' } });
    expect(heldBy(decision)).toEqual(['DeletionBudget: a b']);
    expect(decision.firstRun).toBe(digest);
    expect(story.state.completed).toBe(true);
    expect([...story.state.latches.keys()]).toEqual(['DeletionBudget']);
    expect(heldBy(story.run(two))).toEqual([]);
  });
  test('counts only for exactly what is held', () => {
    const { digest } = new Story().run(two);
    const more = { candidates: [foreign('a'), foreign('b'), foreign('c')] };
    const decision = new Story().run({ ...more, own: { acceptFirstRun: digest ?? '' } });
    expect(heldBy(decision)).toEqual(['FirstRun: a b c']);
    expect(decision.firstRun).toBeUndefined();
    expect(decision.problems).toEqual([
      `accept-first-run ${digest?.slice(0, 12)} is not the plan that is held now`,
    ]);
  });
  test('left on the set for good, releases nothing when the state was broken later', () => {
    const story = new Story();
    const { digest } = story.run(two);
    const own = { acceptFirstRun: digest ?? '' };
    story.run({ ...two, own });
    story.state = { ...EMPTY_STATE, corrupt: true };
    const others = { candidates: [foreign('c')], own };
    expect(heldBy(story.run(others))).toEqual(['FirstRun: c']);
    expect(heldBy(story.run(others))).toEqual(['FirstRun: c']);
  });
});

describe('the digest', () => {
  const items = [
    { uid: 'a', detail: 'x' },
    { uid: 'b', detail: 'y' },
  ];
  const set = setOf();
  test('is the same in any order', () => {
    expect(planDigest(set, items)).toBe(planDigest(set, items.toReversed()));
  });
  test.each([
    ['another uid of the set', setOf({ uid: 'other' }), items],
    ['another generation', setOf({ generation: 4 }), items],
    ['another Application', set, [items[0] as (typeof items)[number], { uid: 'c', detail: 'y' }]],
    ['another missing part', set, [items[0] as (typeof items)[number], { uid: 'b', detail: 'z' }]],
    ['one less', set, items.slice(1)],
  ])('is another with %s', (_name, of, list) => {
    expect(planDigest(of, list)).not.toBe(planDigest(set, items));
  });
});

describe('expected deletions', () => {
  const names = several(6)
    .map(({ name }) => name)
    .join(', ');
  test('by name are let go, any subset of them', () => {
    expect(held({ ...six, own: { expectDeletions: names } })).toEqual([]);
    expect(
      held({ candidates: several(2), staying: 0, generated: [], own: { expectDeletions: names } }),
    ).toEqual([]);
  });
  test('that name others let those be held', () => {
    expect(held({ ...six, own: { expectDeletions: 'gone-1, gone-2', maxDeletions: '3' } })).toEqual([
      'DeletionBudget: gone-3 gone-4 gone-5 gone-6',
    ]);
  });
  test('are void two generations later', () => {
    const story = new Story();
    const own = { expectDeletions: names };
    expect(heldBy(story.run({ ...six, own, set: setOf({ generation: 3 }) }))).toEqual([]);
    expect(heldBy(story.run({ ...six, own, set: setOf({ generation: 4 }) }))).toEqual([]);
    expect(heldBy(story.run({ ...six, own, set: setOf({ generation: 5 }) }))).toHaveLength(1);
  });
  test('by hash are let go when it is exactly theirs, and then what is left of them', () => {
    const expectDeletions = expectationDigest(setOf(), six.candidates?.map(({ name }) => name) ?? []);
    const story = new Story();
    expect(heldBy(story.run({ candidates: several(7), staying: 2, own: { expectDeletions } }))).toHaveLength(
      1,
    );
    expect(heldBy(story.run({ ...six, own: { expectDeletions } }))).toEqual([]);
    expect(heldBy(story.run({ candidates: several(3), staying: 2, own: { expectDeletions } }))).toEqual([]);
  });
  test('wait for their time as any other', () => {
    const candidates = [candidate('a', UNCONFIRMED)];
    expect(held({ candidates, own: { expectDeletions: 'a' } })).toEqual(['Grace: a']);
  });
});

describe('creations', () => {
  const create = (name: string, parts = [part(name)]) => ({ name, parts, application: rendered(name) });
  test('that share a part with a held candidate are held with it; mere waiting holds none', () => {
    const parts = [part('eu-7', 'leaf-1', 'cluster'), part('apps/a', 'leaf-2', 'directory')];
    const old = candidate('old', UNCONFIRMED, { live: live('old', { parts }) });
    const creates = [create('beside', [parts[0] as (typeof parts)[number], part('apps/b')]), create('apart')];
    const story = new Story();
    expect([...story.run({ candidates: [old], creates }).creates.keys()]).toEqual([]);
    expect([...story.run({ candidates: [old], creates, pause: 'deletions' }).creates]).toEqual([
      ['beside', 'Paused'],
    ]);
  });
  test('that are the new name of a held one are held with it, whatever they are made of', () => {
    const old = candidate('old', UNCONFIRMED, { missing: [] });
    const next = {
      name: 'new',
      parts: [part('other')],
      application: rendered('new', { source: { repoURL: 'r', path: 'old' } }),
    };
    expect([...new Story().run({ candidates: [old], creates: [next], generated: [next] }).creates]).toEqual([
      ['new', 'Renamed'],
    ]);
  });
});

test('a corrupt state holds until a complete run leaves nothing over, also after it was written anew', () => {
  const story = new Story();
  story.state = { ...EMPTY_STATE, corrupt: true };
  expect(heldBy(story.run({ candidates: several(1) }))).toEqual(['FirstRun: gone-1']);
  expect(story.state.corrupt).toBe(false);
  expect(heldBy(story.run({ candidates: several(1) }))).toEqual(['FirstRun: gone-1']);
  story.run();
  expect(heldBy(story.run({ candidates: several(1) }))).toEqual([]);
});
