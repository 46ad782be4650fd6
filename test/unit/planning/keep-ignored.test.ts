/**
 * Ignored fields in normal mode keep their live values, also when the list they stand in is written for
 * another reason. (The reference loses them: spec controller-and-operations §15 #2.)
 */
import { describe, expect, test } from 'vitest';
import type {
  Application,
  ApplicationSet,
  ApplicationSetSpec,
  Json,
  JsonObject,
} from '../../../src/api/objects.ts';
import { compileIgnoreRules } from '../../../src/planning/ignored-paths.ts';
import { preservedKeys } from '../../../src/planning/preserve.ts';
import { planUpdate } from '../../../src/planning/update.ts';

const set = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'ApplicationSet',
  metadata: { name: 'shops', namespace: 'argocd', uid: 'u1' },
  spec: {},
} as ApplicationSet;
const owner = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'ApplicationSet',
  name: 'shops',
  uid: 'u1',
  controller: true,
  blockOwnerDeletion: true,
};
const application = (spec: JsonObject, metadata: JsonObject = {}): Application =>
  ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'web', namespace: 'argocd', ownerReferences: [owner], ...metadata },
    spec: { project: 'default', ...spec },
  }) as unknown as Application;

type Rules = NonNullable<ApplicationSetSpec['ignoreApplicationDifferences']>;
const patch = (live: JsonObject, desired: JsonObject, rules: Rules, compat = false): Json | undefined =>
  planUpdate(application(live), application(desired), {
    set,
    compat,
    preserved: preservedKeys({}, { labels: [], annotations: [] }, !compat),
    ignore: compileIgnoreRules({ ignoreApplicationDifferences: rules }),
  })?.patch;

const helm = (...parameters: [string, string][]): JsonObject => ({
  source: { repoURL: 'r', helm: { parameters: parameters.map(([name, value]) => ({ name, value })) } },
});
const parameters = (...list: [string, string][]) => ({
  spec: { source: { helm: { parameters: list.map(([name, value]) => ({ name, value })) } } },
});
const TAG: Rules = [{ jqPathExpressions: ['.spec.source.helm.parameters[] | select(.name == "image.tag")'] }];

describe('an ignored list item', () => {
  test('is no difference by itself', () => {
    expect(
      patch(helm(['image.tag', '9'], ['n', '2']), helm(['image.tag', '1'], ['n', '2']), TAG),
    ).toBeUndefined();
  });
  test('keeps its live value when another item is written', () => {
    expect(patch(helm(['image.tag', '9'], ['n', '5']), helm(['image.tag', '1'], ['n', '2']), TAG)).toEqual(
      parameters(['image.tag', '9'], ['n', '2']),
    );
  });
  test('is lost in compat mode, as in the reference', () => {
    expect(
      patch(helm(['image.tag', '9'], ['n', '5']), helm(['image.tag', '1'], ['n', '2']), TAG, true),
    ).toEqual(parameters(['n', '2']));
  });
  test('keeps its place beside a new item of the template', () => {
    expect(
      patch(
        helm(['a', '1'], ['image.tag', '9'], ['b', '1']),
        helm(['a', '1'], ['image.tag', '1'], ['b', '1'], ['c', '1']),
        TAG,
      ),
    ).toEqual(parameters(['a', '1'], ['image.tag', '9'], ['b', '1'], ['c', '1']));
  });
  test('that a user took out is not put back', () => {
    expect(patch(helm(['n', '2']), helm(['image.tag', '1'], ['n', '2']), TAG)).toBeUndefined();
  });
  test('that only the user has stays', () => {
    expect(patch(helm(['n', '5'], ['image.tag', '9']), helm(['n', '2']), TAG)).toEqual(
      parameters(['n', '2'], ['image.tag', '9']),
    );
  });
  test('in another order than the template is no difference', () => {
    expect(
      patch(helm(['n', '2'], ['image.tag', '9']), helm(['image.tag', '1'], ['n', '2']), TAG),
    ).toBeUndefined();
  });
});

describe('an ignored field inside list items', () => {
  const rules: Rules = [{ jqPathExpressions: ['.spec.sources[].targetRevision'] }];
  const sources = (...list: JsonObject[]): JsonObject => ({ sources: list });
  test('stays with its item, found by repository and path, when the template reorders them', () => {
    const live = sources(
      { repoURL: 'a', path: 'x', targetRevision: 'pinA' },
      { repoURL: 'b', path: 'y', targetRevision: 'pinB' },
    );
    const desired = sources(
      { repoURL: 'b', path: 'y', targetRevision: 'main' },
      { repoURL: 'a', path: 'x', targetRevision: 'main' },
    );
    expect(patch(live, desired, rules)).toEqual({
      spec: {
        sources: [
          { repoURL: 'b', path: 'y', targetRevision: 'pinB' },
          { repoURL: 'a', path: 'x', targetRevision: 'pinA' },
        ],
      },
    });
  });
  test('a new item has what the template says', () => {
    const live = sources({ repoURL: 'a', path: 'x', targetRevision: 'pinA' });
    const desired = sources({ repoURL: 'a', path: 'x', targetRevision: 'main' }, { repoURL: 'c', path: 'z' });
    expect(patch(live, desired, rules)).toEqual({
      spec: {
        sources: [
          { repoURL: 'a', path: 'x', targetRevision: 'pinA' },
          { repoURL: 'c', path: 'z' },
        ],
      },
    });
  });
});

describe('an ignored field', () => {
  test('under a block the template does not have stays, the rest of the block goes', () => {
    const rules: Rules = [{ jsonPointers: ['/spec/source/kustomize/images'] }];
    const live = { source: { repoURL: 'r', kustomize: { images: ['a=b'], namePrefix: 'p' } } };
    expect(patch(live, { source: { repoURL: 'r' } }, rules)).toEqual({
      spec: { source: { kustomize: { namePrefix: null } } },
    });
    expect(
      patch(
        { source: { repoURL: 'r', kustomize: { images: ['a=b'] } } },
        { source: { repoURL: 'r' } },
        rules,
      ),
    ).toBeUndefined();
  });
  test('that a user took away is not put back', () => {
    const rules: Rules = [{ jsonPointers: ['/spec/syncPolicy/automated'] }];
    const desired = { syncPolicy: { automated: { prune: true }, syncOptions: ['A=1'] } };
    expect(patch({ syncPolicy: { syncOptions: ['A=1'] } }, desired, rules)).toBeUndefined();
  });
  test('never is the name, the owner or a waiting operation', () => {
    const rules: Rules = [{ jsonPointers: ['/metadata/name', '/metadata/ownerReferences', '/operation'] }];
    expect(patch({}, {}, rules)).toBeUndefined();
    const live = application({}, { ownerReferences: [] });
    const update = planUpdate(live, application({}), {
      set,
      compat: false,
      preserved: preservedKeys({}, { labels: [], annotations: [] }, true),
      ignore: compileIgnoreRules({ ignoreApplicationDifferences: rules }),
    });
    expect(update?.patch).toEqual({ metadata: { ownerReferences: [owner] } });
  });
});
