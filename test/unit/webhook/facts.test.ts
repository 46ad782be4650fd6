/** What payloads tell, beyond the corpus: what was touched, and the providers the reference does not have. */
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/api/objects.ts';
import type { Fact } from '../../../src/webhook/index.ts';
import { call, commit, ear, push } from './calls.ts';

const hear = ear();
const github = (body: unknown): readonly Fact[] => hear(call({ 'x-github-event': 'push' }, body)).facts;
const touched = (body: unknown): unknown => {
  const [fact] = github(body);
  const paths = fact?.kind === 'push' ? fact.paths : undefined;
  return paths && { moved: [...paths.moved].sort(), modified: [...paths.modified].sort() };
};

describe('what a push touched', () => {
  test('is told by all its commits', () => {
    const commits = [
      commit({ id: 'c'.repeat(40), added: ['a/new'], modified: ['b'] }),
      commit({ removed: ['c/old'], modified: ['d', 'b'] }),
    ];
    expect(touched(push({ commits }))).toEqual({ moved: ['a/new', 'c/old'], modified: ['b', 'd'] });
  });

  test.each<[string, JsonObject]>([
    ['a forced push', { forced: true }],
    ['a new branch', { before: '0'.repeat(40) }],
    ['a removed branch', { after: '0'.repeat(40) }],
    ['no commits', { commits: [] }],
    ['a list that ends elsewhere', { commits: [commit({ id: 'd'.repeat(40), added: ['x'] })] }],
    ['commits without any path', { commits: [commit()] }],
    ['a list that is cut', { total_commits: 40 }],
    [
      'more commits than the provider lists',
      { commits: Array.from({ length: 2_048 }, () => commit({ added: ['x'] })) },
    ],
    [
      'more paths than are kept',
      { commits: [commit({ added: Array.from({ length: 20_001 }, (_, i) => `p${i}`) })] },
    ],
  ])('%s may have touched anything', (_, change) => {
    expect(github(push(change))).toHaveLength(1);
    expect(touched(push(change))).toBeUndefined();
  });

  test('GitLab cuts its list at 20 commits and says how many there are', () => {
    const gitlab = (total: number) =>
      hear(
        call(
          { 'x-gitlab-event': 'Push Hook' },
          {
            ref: 'refs/heads/main',
            before: 'a'.repeat(40),
            after: 'b'.repeat(40),
            project_id: 7,
            project: { web_url: 'https://gl.example.org/g/p', default_branch: 'main' },
            commits: [commit({ modified: ['x'] })],
            total_commits_count: total,
          },
        ),
      ).facts[0];
    expect(gitlab(1)).toMatchObject({ paths: { modified: new Set(['x']) } });
    expect(gitlab(21)).toHaveProperty('paths', undefined);
  });
});

describe('beyond the reference', () => {
  test.each<[string, Record<string, string>, JsonObject, readonly JsonObject[]]>([
    [
      'a GitLab tag push',
      { 'x-gitlab-event': 'Tag Push Hook' },
      {
        ref: 'refs/tags/v2',
        project_id: 7,
        project: { web_url: 'https://gl.example.org/g/p', default_branch: 'main' },
      },
      [{ kind: 'push', ref: 'v2', isTag: true, touchesDefault: false }],
    ],
    [
      'all refs of an Azure DevOps push',
      { 'x-vss-activityid': 'a' },
      {
        eventType: 'git.push',
        resource: {
          refUpdates: [{ name: 'refs/heads/dev' }, { name: 'refs/heads/main' }],
          repository: {
            remoteUrl: 'https://dev.azure.com/o/p/_git/r',
            defaultBranch: 'refs/heads/main',
            project: { name: 'p' },
          },
        },
      },
      [
        { ref: 'dev', touchesDefault: false },
        { ref: 'main', touchesDefault: true },
      ],
    ],
    [
      'a Bitbucket Cloud push of two branches and a removed tag',
      { 'x-event-key': 'repo:push', 'x-hook-uuid': 'u' },
      {
        push: {
          changes: [
            { new: { type: 'branch', name: 'main' }, old: null },
            { new: { type: 'branch', name: 'feature/x' } },
            { new: null, old: { type: 'tag', name: 'v1' } },
          ],
        },
        repository: { full_name: 'acme/shop', links: { html: { href: 'https://bitbucket.org/acme/shop' } } },
      },
      [
        {
          ref: 'main',
          touchesDefault: undefined as unknown as null,
          urls: ['https://bitbucket.org/acme/shop'],
        },
        { ref: 'feature/x' },
        { ref: 'v1', isTag: true },
      ],
    ],
    [
      'a Bitbucket Server push, under all clone links',
      { 'x-event-key': 'repo:refs_changed' },
      {
        changes: [{ ref: { id: 'refs/heads/main' } }],
        repository: {
          slug: 'shop',
          project: { key: 'ACME' },
          links: {
            clone: [
              { href: 'https://bb.example.org/scm/acme/shop.git' },
              { href: 'ssh://git@bb.example.org:7999/acme/shop.git' },
            ],
          },
        },
      },
      [
        {
          ref: 'main',
          urls: ['https://bb.example.org/scm/acme/shop', 'ssh://git@bb.example.org:7999/acme/shop'],
        },
      ],
    ],
    [
      'a Gitea pull request',
      { 'x-gitea-event': 'pull_request' },
      {
        action: 'synchronized',
        repository: {
          name: 'shop',
          owner: { login: 'acme' },
          html_url: 'https://gitea.example.org/acme/shop',
        },
      },
      [
        {
          kind: 'pullRequest',
          repository: { provider: 'gitea', host: 'gitea.example.org', owner: 'acme', name: 'shop', id: '' },
        },
      ],
    ],
    [
      'a new repository on GitHub',
      { 'x-github-event': 'repository' },
      { action: 'created', ...push() },
      [
        {
          kind: 'listing',
          repository: { provider: 'github', host: 'git.example.org', owner: 'acme', name: 'shop', id: '' },
        },
      ],
    ],
  ])('%s', (_, headers, body, wanted) => {
    expect(hear(call(headers, body)).facts).toMatchObject(wanted);
  });

  test('an Azure push without refs, which crashes the reference, concerns nobody', () => {
    const body = {
      eventType: 'git.push',
      resource: { refUpdates: [], repository: { remoteUrl: 'https://x/y' } },
    };
    expect(hear(call({ 'x-vss-activityid': 'a' }, body))).toMatchObject({
      answer: { status: 200 },
      report: { verdict: 'ignored' },
    });
  });

  test('a Bitbucket Server payload without clone links is refused with that reason', () => {
    const body = { changes: [], repository: { slug: 'shop' } };
    expect(hear(call({ 'x-event-key': 'repo:refs_changed' }, body)).answer.body).toContain(
      'has no clone links',
    );
  });
});

describe('payloads that are not what they should be', () => {
  test.each<[unknown, string]>([
    ['[]', 'json: cannot unmarshal array into Go value of type PushPayload'],
    ['{"ref": 7}', 'json: cannot unmarshal number into Go struct field PushPayload.ref of type string'],
    [
      '{"repository": "x"}',
      'json: cannot unmarshal string into Go struct field PushPayload.repository of type struct',
    ],
    [
      '{"commits": {}}',
      'json: cannot unmarshal object into Go struct field PushPayload.commits of type slice',
    ],
    ['{"ref": "x"} trailing', "invalid character 't' after top-level value"],
  ])('%s', (body, message) => {
    const { report, answer } = hear(call({ 'x-github-event': 'push' }, body));
    expect(report).toMatchObject({ verdict: 'refused', reason: message });
    expect(answer.status).toBe(400);
  });

  test('null is an empty payload, as Go decodes it', () => {
    expect(hear(call({ 'x-github-event': 'push' }, 'null')).answer.status).toBe(200);
  });

  test('a payload whose keys are those of objects changes nothing', () => {
    const body = '{"__proto__": {"ref": "refs/heads/main"}, "constructor": 1}';
    expect(github(body)[0]).toMatchObject({ ref: '', urls: [''] });
  });
});
