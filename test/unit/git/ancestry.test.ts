/** Whether a commit descends from another: by commits alone, the last ones first, and never by asking for a lost one. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Git } from '../../../src/git/index.ts';
import { LIMITS } from '../../../src/support/limits.ts';
import { type Folder, TestRepository, temporaryFolder } from './fixture.ts';

let folder: Folder;
let repository: TestRepository;
let git: Git;
beforeEach(() => {
  folder = temporaryFolder();
  repository = new TestRepository(`${folder.path}/repo`);
  git = new Git({ home: `${folder.path}/home`, allowLocal: true });
});
afterEach(() => folder.remove());

const commit = (name: string): string => {
  repository.write({ [name]: name });
  repository.git('add', '--all');
  repository.git('commit', '--quiet', '--message', name);
  return repository.git('rev-parse', 'HEAD');
};
const descends = (older: string, newer: string) => git.isAncestor({ url: repository.url }, older, newer);

test('a commit descends from itself and from those before it, not from those after it', async () => {
  const [first, second, third] = [commit('a'), commit('b'), commit('c')];
  expect(await descends(first, first)).toBe(true);
  expect(await descends(first, third)).toBe(true);
  expect(await descends(second, third)).toBe(true);
  expect(await descends(third, first)).toBe(false);
});

test('a branch that was rewritten does not descend from what it was', async () => {
  const base = commit('a');
  const lost = commit('b');
  repository.git('reset', '--quiet', '--hard', base);
  const rewritten = commit('c');
  expect(await descends(lost, rewritten)).toBe(false);
  expect(await descends(base, rewritten)).toBe(true);
});

test('a commit that is fetched later descends from one seen before', async () => {
  const first = commit('a');
  const second = commit('b');
  expect(await descends(first, second)).toBe(true);
  const third = commit('c');
  expect(await descends(second, third)).toBe(true);
});

test('a commit nobody has is no ancestor', async () => {
  const first = commit('a');
  expect(await descends('0123456789012345678901234567890123456789', first)).toBe(false);
});

test('a history longer than what is fetched first is followed to its end', async () => {
  const first = commit('a');
  for (let index = 0; index < LIMITS.gitHistoryDepth + 5; index++) {
    repository.git('commit', '--quiet', '--allow-empty', '--message', 'x');
  }
  expect(await descends(first, repository.git('rev-parse', 'HEAD'))).toBe(true);
  expect(await descends('0123456789012345678901234567890123456789', first)).toBe(false);
});

test('a repository that cannot be read is an error, not an answer', async () => {
  const first = commit('a');
  const second = commit('b');
  folder.remove();
  await expect(descends(first, second)).rejects.toMatchObject({ code: 'APPSET_E0402' });
});
