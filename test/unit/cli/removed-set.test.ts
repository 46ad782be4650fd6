/** What becomes of the Applications of a set that is deleted: by what is on them, on the set, and by the policy. */
import { describe, expect, test } from 'vitest';
import type { Application, ApplicationSet, JsonObject } from '../../../src/api/objects.ts';
import { type RemovalContext, removedSet } from '../../../src/cli/plan/removed.ts';

const FINALIZER = 'resources-finalizer.argocd.argoproj.io';
const OWNER = { apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', name: 'web', uid: 'u' };
const SYNC = { name: 'sync', update: true, delete: true };
const CREATE_ONLY = { name: 'create-only', update: false, delete: false };

const setOf = (metadata: JsonObject = {}, spec: JsonObject = {}) =>
  ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name: 'web', namespace: 'argocd', uid: 'u', ...metadata },
    spec: { generators: [], template: {}, ...spec },
  }) as unknown as ApplicationSet;

const application = (metadata: JsonObject = {}, name = 'porto') =>
  ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      name,
      namespace: 'argocd',
      finalizers: [FINALIZER],
      ownerReferences: [{ ...OWNER, controller: true }],
      ...metadata,
    },
    spec: {},
  }) as unknown as Application;

const CONTEXT: RemovalContext = {
  policy: SYNC,
  compat: false,
  byArgoCd: false,
  remaining: [],
  taken: new Map(),
  madeAgain: new Map(),
};
const NEW = setOf({ name: 'new', uid: 'n', annotations: { 'appset-operator.io/take-over-from': 'web' } });
const GUARDED = { finalizers: [FINALIZER] };
const HANDING = { annotations: { 'appset-operator.io/hand-over-to': 'new' } };
const KEEP = { annotations: { 'appset-operator.io/keep': 'true' } };
const REVERSE = {
  strategy: { type: 'RollingSync', deletionOrder: 'Reverse', rollingSync: { steps: [{}] } },
};

interface Case {
  readonly set?: ApplicationSet;
  readonly live?: Application;
  readonly context?: Partial<RemovalContext>;
  /** outcome, workloads, words */
  readonly told: readonly [string, string, RegExp];
}

const CASES: Readonly<Record<string, Case>> = {
  'goes with its workloads': { told: ['delete', 'delete', /^with its workloads$/] },
  'goes without them where it has no resources finalizer': {
    live: application({ finalizers: [] }),
    told: ['delete', 'keep', /its workloads stay/],
  },
  'goes with them under the background finalizer too': {
    live: application({ finalizers: [`${FINALIZER}/background`] }),
    told: ['delete', 'delete', /with its workloads/],
  },
  'stays under a policy that forbids deletion, where the set has its finalizer': {
    set: setOf(GUARDED),
    context: { policy: CREATE_ONLY },
    told: ['keep', 'keep', /policy create-only lets go of it first/],
  },
  'goes under such a policy where the set has none': {
    context: { policy: CREATE_ONLY },
    told: ['delete', 'delete', /policy create-only does not help, the set has no finalizer/],
  },
  'stays when it is marked to be kept, where the set has its finalizer': {
    set: setOf(GUARDED),
    live: application(KEEP),
    told: ['keep', 'keep', /annotation appset-operator.io\/keep lets go of it first/],
  },
  'goes, marked or not, where the set has none': {
    live: application(KEEP),
    told: ['delete', 'delete', /keep does not help, the set has no finalizer/],
  },
  'stays while somebody else owns it too': {
    live: application({
      ownerReferences: [
        { ...OWNER, controller: true },
        { ...OWNER, kind: 'Team', name: 'a', uid: 'x' },
      ],
    }),
    told: ['keep', 'keep', /Team a owns it too/],
  },
  'is handed over to who takes it': {
    set: setOf(HANDING),
    context: { remaining: [NEW], taken: new Map([['porto', 'new']]) },
    told: ['handOver', 'keep', /^to new$/],
  },
  'is let go where who takes over does not generate it': {
    set: setOf({ ...HANDING, ...GUARDED }),
    context: { remaining: [NEW] },
    told: ['keep', 'keep', /hand-over-to: new, which does not generate it, lets go of it first/],
  },
  'goes where who takes over goes too': {
    set: setOf({ ...HANDING, ...GUARDED }),
    told: ['delete', 'delete', /with its workloads/],
  },
  'stays with a set whose ordered deletion is not supported': {
    set: setOf(GUARDED, REVERSE),
    told: ['keep', 'keep', /deletionOrder Reverse is not supported yet/],
  },
  'goes and comes back where another set generates it': {
    context: { madeAgain: new Map([['porto', 'new']]) },
    told: ['delete', 'delete', /with its workloads; new makes it again/],
  },
  'is told when it is going already': {
    live: application({ deletionTimestamp: '2030-01-01T00:00:00Z' }),
    told: ['delete', 'delete', /^is being deleted already/],
  },
  'goes in compat mode, whatever our annotations say': {
    set: setOf({ ...HANDING, ...GUARDED }),
    live: application(KEEP),
    context: { compat: true, remaining: [NEW] },
    told: ['delete', 'delete', /^with its workloads$/],
  },
};

test.each(Object.entries(CASES))(
  'an Application %s',
  (_, { set = setOf(), live = application(), ...more }) => {
    const removed = removedSet(set, [live], { ...CONTEXT, ...more.context });
    const [outcome, workloads, words] = more.told;
    expect(removed.applications).toMatchObject([{ name: 'porto', outcome, workloads }]);
    expect(removed.applications[0]?.why).toMatch(words);
  },
);

describe('a set that is deleted', () => {
  test('takes only what is its own by uid', () => {
    const other = application({ ownerReferences: [{ ...OWNER, uid: 'before', controller: true }] });
    expect(removedSet(setOf(), [other], CONTEXT).applications).toEqual([]);
  });

  test('is not, where Argo CD is told to leave it', () => {
    const set = setOf({ annotations: { 'argocd.argoproj.io/sync-options': 'Validate=true, Prune=false' } });
    const { stays, applications } = removedSet(set, [application()], { ...CONTEXT, byArgoCd: true });
    expect([stays, applications]).toEqual(['Argo CD leaves it: sync option Prune=false', []]);
    expect(removedSet(set, [application()], CONTEXT).stays).toBeUndefined();
  });

  test('says what to do before it goes', () => {
    const many = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => application({}, name));
    expect(removedSet(setOf(), many, CONTEXT).notes).toEqual([
      expect.stringContaining(
        'kubectl annotate applicationset -n argocd web appset-operator.io/confirm-delete=true',
      ),
    ]);
    expect(removedSet(setOf(), many.slice(1), CONTEXT).notes).toEqual([]);
    const confirmed = setOf({ annotations: { 'appset-operator.io/confirm-delete': 'true' } });
    expect(removedSet(confirmed, many, CONTEXT).notes).toEqual([]);
    const taken = { ...CONTEXT, remaining: [NEW], taken: new Map([['porto', 'new']]) };
    expect(removedSet(setOf(HANDING), [application()], taken).notes).toEqual([
      expect.stringContaining('only when its condition HandingOver says Done'),
    ]);
    expect(removedSet(setOf({ ...HANDING, ...GUARDED }), [application()], taken).notes).toEqual([]);
  });
});
