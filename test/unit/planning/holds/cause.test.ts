/** What a deletion goes back to, in one word that many sets share. */
import { expect, test } from 'vitest';
import { causeOf, decideHolds, heldCondition, leavesOf } from '../../../../src/planning/holds/index.ts';
import type { PartId } from '../../../../src/planning/origin.ts';
import { live, part, setOf } from '../plan-fixtures.ts';
import { CONFIRMED, candidate, runOf } from './run-fixtures.ts';

const repoURL = 'https://user:secret@git.example.org/fleet.git';
const byGit = setOf({}, { generators: [{ git: { repoURL, directories: [{ path: 'apps/*' }] } }] } as never);
const [leaf = ''] = leavesOf(byGit).keys();

test.each<[string, PartId[], string]>([
  ['a cluster Secret', [part('eu-7', 'l', 'cluster')], 'Secret/argocd/eu-7'],
  ['a cluster before anything else', [part('x', 'l'), part('eu-7', 'l', 'cluster')], 'Secret/argocd/eu-7'],
  [
    'a folder, with its repository and without its password',
    [part('apps/web', leaf, 'directory')],
    'git/https://git.example.org/fleet.git//apps/web',
  ],
  [
    'an item of a file',
    [part('sites/eu 7.yaml#0123456789abcdef', leaf, 'file')],
    'git/https://git.example.org/fleet.git//sites/eu%207.yaml',
  ],
  [
    'a folder of a generator that is not there any more',
    [part('apps/web', 'l', 'directory')],
    'ApplicationSet/argocd/shops',
  ],
  ['an element of a list', [part('0123', 'l', 'listElement')], 'ApplicationSet/argocd/shops'],
  ['nothing that is missing', [], 'ApplicationSet/argocd/shops'],
  ['a pull request', [part('42', 'l', 'pullRequest')], 'pullRequest/42'],
])('%s', (_name, missing, expected) => {
  expect(causeOf({ missing }, byGit, 'argocd')).toBe(expected);
});

const cluster = (name: string, of: string) => {
  const parts = [part(of, 'l', 'cluster')];
  return candidate(name, CONFIRMED, { live: live(name, { parts }) });
};
test.each([
  ['one', ['eu-7', 'eu-7'], 'Secret/argocd/eu-7'],
  ['several', ['eu-7', 'eu-70'], undefined],
])('the condition names the cause of a plan when there is %s', (_name, clusters, expected) => {
  const candidates = clusters.map((of, index) => cluster(`a-${index}`, of));
  const decision = decideHolds(runOf({ candidates, own: { maxDeletions: '1' } }));
  expect(decision.cause).toBe(expected);
  const { message } = heldCondition(setOf(), decision) ?? {};
  if (expected === undefined) expect(message).not.toContain('Cause ');
  else expect(message).toContain(`Plan ${decision.digest}. Cause ${expected}. Ways out`);
});
