/** Which namespaces are looked at. */
import { expect, test } from 'vitest';
import { allowedNamespaces } from '../../../src/controller/namespaces.ts';

test.each([
  [[], 'argocd', true],
  [[], 'other', false],
  [['team-a'], 'team-a', true],
  [['team-a'], 'team-ab', false],
  [['team-*'], 'team-a', true],
  [['/^dev-[0-9]+$/'], 'dev-1', true],
  [['/^dev-[0-9]+$/'], 'dev-one', false],
  [['/dev/'], 'my-dev-1', true],
  [['/(/', 'x'], 'x', true],
] as const)('list %j: %s → %s', (entries, namespace, allowed) => {
  expect(allowedNamespaces('argocd', entries).allows(namespace)).toBe(allowed);
});

test('an entry that is not valid is told', () => {
  expect(allowedNamespaces('argocd', ['/(/']).problems).toHaveLength(1);
});

test.each([
  [[], true],
  [['argocd'], true],
  [['team-a'], false],
])('list %j is the controller’s own namespace only: %s', (entries, single) => {
  expect(allowedNamespaces('argocd', entries).single).toBe(single);
});
