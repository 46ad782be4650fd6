/** Which sets a fact reaches in normal mode, why, and why the others of its repository do not. */
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/api/objects.ts';
import { type Fact, matchSets } from '../../../src/webhook/index.ts';
import { call, commit, ear, gitDirectories, indexOf, push, setOf } from './calls.ts';

const hear = ear();
const pushed = (change: JsonObject = {}, repository: JsonObject = {}): Fact => {
  const [fact] = hear(call({ 'x-github-event': 'push' }, push(change, repository))).facts;
  if (fact === undefined) throw new TypeError('the push told nothing');
  return fact;
};
const touching = (change: JsonObject): Fact => pushed({ commits: [commit(change)] });

const SHOP = 'https://git.example.org/acme/shop.git';
const files = (path: string, change: JsonObject = {}): JsonObject => ({
  git: { repoURL: SHOP, revision: 'HEAD', files: [{ path }], ...change },
});

describe('path patterns', () => {
  test.each<[string, JsonObject, JsonObject, boolean]>([
    [
      'a file that is changed, for a directory pattern',
      gitDirectories(SHOP),
      { modified: ['apps/web/values.yaml'] },
      false,
    ],
    [
      'a file that is new, in a directory that matches',
      gitDirectories(SHOP),
      { added: ['apps/web/values.yaml'] },
      true,
    ],
    [
      'a file that is new, deep below one that matches',
      gitDirectories(SHOP),
      { added: ['apps/web/a/b/c'] },
      true,
    ],
    [
      'a file that goes, in a directory that matches',
      gitDirectories(SHOP),
      { removed: ['apps/web/x'] },
      true,
    ],
    ['a file that is new, elsewhere', gitDirectories(SHOP), { added: ['docs/x.md'] }, false],
    ['a file that is new, beside the directories', gitDirectories(SHOP), { added: ['README.md'] }, false],
    ['a submodule at a path that matches', gitDirectories(SHOP), { added: ['apps/sub'] }, true],
    [
      'a directory that is excluded',
      gitDirectories(SHOP, { directories: [{ path: 'apps/*' }, { path: 'apps/old', exclude: true }] }),
      { added: ['apps/old/x'] },
      false,
    ],
    ['a file that matches', files('envs/*/config.json'), { modified: ['envs/eu/config.json'] }, true],
    [
      'a file that matches by git own rules: * takes slashes',
      files('envs/*.json'),
      { modified: ['envs/eu/a.json'] },
      true,
    ],
    [
      'a file that matches by doublestar',
      files('envs/**/config.json'),
      { removed: ['envs/config.json'] },
      true,
    ],
    ['a file that does not match', files('envs/*/config.json'), { modified: ['apps/web/x.json'] }, false],
    ['a pattern that comes out of a template', files('{{ .dir }}/*.json'), { modified: ['x'] }, true],
    ['a leaf without patterns', { git: { repoURL: SHOP, revision: 'HEAD' } }, { modified: ['x'] }, true],
  ])('%s', (_, generator, change, reaches) => {
    const { reached, passed } = matchSets(indexOf(setOf('one', generator)), touching(change));
    expect(reached.map(({ set }) => set)).toEqual(reaches ? ['argocd/one'] : []);
    expect(passed.map(({ set }) => set)).toEqual(reaches ? [] : ['argocd/one']);
  });

  test('what is left out says why', () => {
    const { passed } = matchSets(
      indexOf(setOf('one', gitDirectories(SHOP))),
      touching({ added: ['docs/x'] }),
    );
    expect(passed).toEqual([
      { set: 'argocd/one', why: `0.git reads ${SHOP}@HEAD, but nothing that was touched` },
    ]);
  });

  test('what is reached says why', () => {
    const { reached } = matchSets(
      indexOf(setOf('one', gitDirectories(SHOP))),
      touching({ added: ['apps/web/x'] }),
    );
    expect(reached).toEqual([{ set: 'argocd/one', why: `0.git reads apps/web of ${SHOP}@HEAD` }]);
  });

  test('one commit in a repository of 80 sets reaches those whose patterns match', () => {
    const sets = Array.from({ length: 80 }, (_, i) => setOf(`s${i}`, files(`teams/t${i % 8}/*.yaml`)));
    const { reached, passed } = matchSets(indexOf(...sets), touching({ modified: ['teams/t3/app.yaml'] }));
    expect(reached).toHaveLength(10);
    expect(reached.every(({ set }) => Number(set.slice('argocd/s'.length)) % 8 === 3)).toBe(true);
    expect(passed).toHaveLength(70);
  });

  test('a second leaf that reads the path decides', () => {
    const set = setOf('one', gitDirectories(SHOP), files('docs/*'));
    const { reached, passed } = matchSets(indexOf(set), touching({ added: ['docs/x'] }));
    expect([reached.length, passed.length]).toEqual([1, 0]);
  });
});

const ANY = { forced: true } as const;

describe('revisions', () => {
  test.each<[string, string, boolean]>([
    ['refs/heads/main', 'HEAD', true],
    ['refs/heads/main', '', true],
    ['refs/heads/main', 'main', true],
    ['refs/heads/dev', 'HEAD', false],
    ['refs/heads/dev', 'dev', true],
    ['refs/heads/feature/x', 'feature/x', true],
    ['refs/tags/v1', 'v1', true],
    ['refs/tags/v1', 'refs/tags/v1', true],
    ['refs/heads/main', 'Main', false],
  ])('%s for a set on "%s": %s', (ref, revision, reaches) => {
    const set = setOf('one', gitDirectories(SHOP, { revision }));
    expect(matchSets(indexOf(set), pushed({ ...ANY, ref })).reached).toHaveLength(reaches ? 1 : 0);
  });

  test('a default branch nobody told may be any', () => {
    const body = {
      push: { changes: [{ new: { type: 'branch', name: 'dev' } }] },
      repository: { full_name: 'acme/shop', links: { html: { href: 'https://git.example.org/acme/shop' } } },
    };
    const [fact] = hear(call({ 'x-event-key': 'repo:push', 'x-hook-uuid': 'u' }, body)).facts;
    expect(matchSets(indexOf(setOf('one', gitDirectories(SHOP))), fact as Fact).reached).toHaveLength(1);
  });
});

describe('templated addresses', () => {
  const set = setOf('one', {
    matrix: {
      generators: [
        { list: { elements: [{ u: SHOP }] } },
        { git: { repoURL: '{{ .u }}', revision: 'HEAD', directories: [{ path: '*' }] } },
      ],
    },
  });

  test('before the first run any push reaches the set', () => {
    const { reached } = matchSets(indexOf(set), pushed(ANY));
    expect(reached).toEqual([
      { set: 'argocd/one', why: '0.matrix.1.git reads a templated repository and has not run yet' },
    ]);
  });

  test.each([
    [SHOP, 1],
    ['https://git.example.org/acme/stock', 0],
  ])('afterwards what the run has read: %s', (repoURL, count) => {
    const index = indexOf(set);
    index.noteReads('argocd/one', [{ repoURL, revision: 'HEAD' }]);
    expect(matchSets(index, pushed(ANY)).reached).toHaveLength(count);
  });

  test('a set that was made again has not run', () => {
    const index = indexOf(set);
    index.noteReads('argocd/one', []);
    index.put({ ...set, metadata: { ...set.metadata, uid: 'another' } });
    expect(matchSets(index, pushed(ANY)).reached).toHaveLength(1);
  });
});

describe('the index', () => {
  test('forgets a set that is gone, and follows one that changes', () => {
    const index = indexOf(setOf('one', gitDirectories(SHOP)), setOf('two', gitDirectories(SHOP)));
    index.remove('argocd/one');
    index.put(setOf('two', gitDirectories('https://git.example.org/acme/stock')));
    expect(matchSets(index, pushed(ANY))).toEqual({ reached: [], passed: [] });
    expect(index.size).toBe(1);
  });
});

const pullRequest = (repository: JsonObject = {}): Fact => {
  const body = { action: 'opened', ...push({}, repository) };
  const [fact] = hear(call({ 'x-github-event': 'pull_request' }, body)).facts;
  return fact as Fact;
};
const mergeRequest = (): Fact => {
  const body = {
    project: { web_url: 'https://gl.example.org/plat/kiosk', path_with_namespace: 'plat/kiosk' },
    object_attributes: { action: 'open', target_project_id: 77 },
  };
  const [fact] = hear(call({ 'x-gitlab-event': 'Merge Request Hook' }, body)).facts;
  return fact as Fact;
};

describe('pull requests', () => {
  test.each<[string, JsonObject, Fact, boolean]>([
    [
      'GitHub Enterprise with a path in its API',
      { github: { owner: 'ACME', repo: 'Shop', api: 'https://git.example.org/api/v3/' } },
      pullRequest(),
      true,
    ],
    [
      'another repository',
      { github: { owner: 'acme', repo: 'stock', api: 'https://git.example.org/' } },
      pullRequest(),
      false,
    ],
    [
      'github.com',
      { github: { owner: 'acme', repo: 'shop' } },
      pullRequest({ url: 'https://api.github.com/repos/acme/shop' }),
      true,
    ],
    ['github.com for an enterprise host', { github: { owner: 'acme', repo: 'shop' } }, pullRequest(), false],
    [
      'a GitLab project by number',
      { gitlab: { project: '77', api: 'https://gl.example.org/' } },
      mergeRequest(),
      true,
    ],
    [
      'a GitLab project by name',
      { gitlab: { project: 'plat/kiosk', api: 'https://gl.example.org/api/v4' } },
      mergeRequest(),
      true,
    ],
    ['another GitLab', { gitlab: { project: '77' } }, mergeRequest(), false],
    [
      'an owner that comes out of a template',
      { github: { owner: '{{ .o }}', repo: 'shop', api: 'https://git.example.org' } },
      pullRequest(),
      true,
    ],
  ])('%s', (_, block, fact, reaches) => {
    const nested = { merge: { generators: [{ list: {} }, { pullRequest: block }] } };
    const { reached } = matchSets(indexOf(setOf('one', nested)), fact);
    expect(reached.map(({ set }) => set)).toEqual(reaches ? ['argocd/one'] : []);
  });

  test('a push reaches no pull request generator, and every plugin', () => {
    const index = indexOf(
      setOf('pr', {
        pullRequest: { github: { owner: 'acme', repo: 'shop', api: 'https://git.example.org' } },
      }),
      setOf('plugin', { merge: { generators: [{ plugin: { configMapRef: { name: 'x' } } }] } }),
    );
    expect(matchSets(index, pushed(ANY)).reached.map(({ set }) => set)).toEqual(['argocd/plugin']);
  });
});

describe('listings of repositories', () => {
  const org = (block: JsonObject) => setOf('one', { scmProvider: block });
  test.each<[string, JsonObject, Fact, boolean]>([
    [
      'a push in the organisation',
      { github: { organization: 'acme', api: 'https://git.example.org/' } },
      pushed(),
      true,
    ],
    [
      'a push in another',
      { github: { organization: 'beta', api: 'https://git.example.org/' } },
      pushed(),
      false,
    ],
    ['another host', { github: { organization: 'acme' } }, pushed(), false],
    [
      'the pages of github.com',
      { github: { organization: 'acme' } },
      pushed({}, { html_url: 'https://github.com/acme/shop' }),
      true,
    ],
  ])('%s', (_, block, fact, reaches) => {
    expect(matchSets(indexOf(org(block)), fact).reached).toHaveLength(reaches ? 1 : 0);
  });
});
