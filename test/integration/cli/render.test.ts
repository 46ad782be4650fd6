/** `appset render` as a pipeline uses it: formats, standard input, facts, exit codes. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseYamlDocuments } from '../../../src/support/yaml.ts';
import { appset, environment, ROOT } from '../../harness/cli.ts';
import { listOf, setText } from './set-text.ts';

const folder = mkdtempSync(join(tmpdir(), 'appset-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const two = setText(listOf('{ name: one }', '{ name: two }'));
const FACTS = ['--clusters', 'examples/clusters.yaml', '--projects', 'examples/projects.yaml'];
const REPO = 'https://git.example.com/acme/platform.git';

describe.concurrent('formats', () => {
  it('yaml is what a pipe gets: a document an Application', async () => {
    const { stdout, stderr, code } = await appset(['render', '-f', '-', ...FACTS], { stdin: two });
    expect([code, stderr]).toEqual([0, '']);
    const documents = parseYamlDocuments(stdout).map(({ value }) => value);
    expect(documents).toMatchObject([
      { kind: 'Application', metadata: { name: 'a-one', namespace: 'argocd' } },
      { kind: 'Application', metadata: { name: 'a-two', namespace: 'argocd' } },
    ]);
    expect(stdout).toMatch(/^apiVersion: [^\n]+\n[\s\S]*\n---\napiVersion: [\s\S]*\n$/);
  });

  it('name is a line an Application', async () => {
    const { stdout } = await appset(['render', '-f', '-', '-o', 'name', ...FACTS], { stdin: two });
    expect(stdout).toBe('argocd/a-one\nargocd/a-two\n');
  });

  it('table aligns, and is not cut in a pipe', async () => {
    const long = 'x'.repeat(150);
    const stdin = setText(listOf('{ name: one }', `{ name: ${long} }`));
    const { stdout } = await appset(['render', '-f', '-', '-o', 'table', ...FACTS], { stdin });
    const [header = '', ...rows] = stdout.trimEnd().split('\n');
    expect(header).toMatch(/^SET +APPLICATION +PROJECT +CLUSTER +NAMESPACE +SOURCE$/);
    expect(rows).toHaveLength(2);
    expect(stdout).toContain(`a-${long}`);
    expect(rows.map((row) => row.indexOf('default'))).toEqual([
      header.indexOf('PROJECT'),
      header.indexOf('PROJECT'),
    ]);
  });

  it('json has what failed beside what did not', async () => {
    const stdin = setText(listOf('{ name: one }', '{ nam: two }'));
    const { stdout, code } = await appset(['render', '-f', '-', '-o', 'json', ...FACTS], { stdin });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      apiVersion: 'appset-operator.io/v1',
      kind: 'Render',
      applications: [{ metadata: { name: 'a-one' } }],
      failed: [
        {
          set: 'argocd/sets',
          code: 'APPSET_E0302',
          generator: 'generators[0].list',
          element: 'elements[1]',
          field: 'spec.template.metadata.name',
          file: 'standard input',
          line: 15,
          column: 18,
        },
      ],
      errors: [],
    });
  });
});

describe.concurrent('facts', () => {
  it('what kubectl prints is read: a List, with what the server adds', async () => {
    const { value } = parseYamlDocuments(two)[0] ?? { value: {} };
    const set = value as { metadata: object };
    const item = {
      ...set,
      metadata: {
        ...set.metadata,
        namespace: 'team',
        uid: '1',
        resourceVersion: '7',
        generation: 1,
        creationTimestamp: '2026-01-01T00:00:00Z',
        managedFields: [{ manager: 'kubectl', operation: 'Update', fieldsV1: { 'f:spec': {} } }],
      },
      status: { conditions: [], resources: [{ kind: 'Application', name: 'a-one' }] },
    };
    const stdin = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [item, { kind: 'Secret' }] });
    const { stdout, stderr } = await appset(['render', '-f', '-', '-o', 'name', ...FACTS], { stdin });
    expect([stdout, stderr]).toEqual(['team/a-one\nteam/a-two\n', '']);
  });

  it('--facts answers as the files do', async () => {
    const files = {
      'apps/web/overlays/production/kustomization.yaml': '',
      'apps/web/overlays/staging/kustomization.yaml': '',
    };
    const secret = {
      metadata: { name: 'eu', labels: { 'argocd.argoproj.io/secret-type': 'cluster', env: 'production' } },
      stringData: { name: 'eu', server: 'https://eu.example.com' },
    };
    const facts = file(
      'facts.json',
      JSON.stringify({
        clusterSecrets: [secret],
        appProjects: [{ metadata: { name: 'default' } }],
        repositories: { [REPO]: { revisions: { main: { files } } } },
      }),
    );
    const { stdout, stderr, code } = await appset(
      ['render', '-f', 'examples/apps-on-clusters.yaml', '--facts', facts, '-o', 'name'],
      {},
    );
    expect([stdout, stderr, code]).toEqual(['argocd/web-eu\n', '', 0]);
  });

  it('a fact that a file of facts leaves out is unknown', async () => {
    const facts = file('some-facts.json', '{"clusterSecrets": []}');
    const { stderr, code } = await appset(
      ['render', '-f', 'examples/apps-on-clusters.yaml', '--facts', facts],
      {},
    );
    expect(stderr).toContain(`Error APPSET_E0404:`);
    expect(stderr).toContain(`repository ${REPO}: not given (--repo ${REPO}=DIR)`);
    expect(code).toBe(5);
  });

  it.each([
    ['--clusters', 'kind: AppProject\n', 'no cluster Secret, only AppProject'],
    ['--projects', '[{ name: eu, server: https://eu }]\n', 'no AppProject, only an object without kind'],
    ['--clusters', '', 'is empty: write [] where there are none'],
    ['--projects', 'kind: AppProject\n', 'an AppProject without metadata.name'],
    ['--facts', '{"repositories": {"u": {"main": 1}}}', 'repositories[u] must be an object of revisions'],
    ['--facts', '{"appProjects": [{}]}', 'an AppProject without metadata.name'],
    ['--facts', '{', 'is not valid JSON: '],
  ])('a file that is no answer is not taken for an empty one: %s %j', async (flag, text, words) => {
    const facts = file(`no-answer-${words.length}${flag}.yaml`, text);
    const { stdout, stderr, code } = await appset(['render', '-f', '-', flag, facts], { stdin: two });
    expect(stderr).toMatch(/^Error APPSET_E0102: /);
    expect(stderr).toContain(words);
    expect([stdout, code]).toEqual(['', 1]);
  });

  it('an empty list of clusters is known to be empty', async () => {
    const stdin = setText('  generators:\n    - clusters: { selector: { matchLabels: { a: b } } }');
    const args = ['--clusters', file('none.yaml', '[]\n'), '--projects', 'examples/projects.yaml'];
    expect(await appset(['render', '-f', '-', ...args], { stdin })).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
  });

  it('a repository that the facts do not list is unknown, with the flag that gives it', async () => {
    const facts = file('other-facts.json', '{"repositories": {"https://git.example.com/other.git": {}}}');
    const { stderr, code } = await appset(
      ['render', '-f', 'examples/apps-on-clusters.yaml', '--facts', facts],
      {},
    );
    expect(stderr).toContain(`repository ${REPO}: not given (--repo ${REPO}=DIR)`);
    expect(code).toBe(5);
  });

  it('without git it says so, and not that the revision is missing', async () => {
    const { stderr, code } = await appset(
      ['render', '-f', 'examples/apps-on-clusters.yaml', '--repo', `${REPO}=.@HEAD`],
      { env: { PATH: folder } },
    );
    expect(stderr).toContain('git could not be started');
    expect(stderr).not.toContain('does not exist');
    expect(code).toBe(5);
  });

  it('a file in the place of a folder is wrong usage', async () => {
    const args = ['render', '-f', '-', '--repo', `${REPO}=package.json`];
    const { stderr, code } = await appset(args, { stdin: two });
    expect(stderr).toContain('package.json is no folder');
    expect(code).toBe(2);
  });

  it('what was not given is not checked, and that is said once', async () => {
    const { stderr, code } = await appset(['render', '-f', '-', '-o', 'name'], { stdin: two });
    expect(stderr).toBe(
      'Note: not checked, because not given: AppProject default (--projects); the clusters (--clusters)\n',
    );
    expect(code).toBe(0);
  });

  it('with projects and clusters given, both are checked', async () => {
    const stdin = readFileSync(join(ROOT, 'examples/environments.yaml'), 'utf8')
      .replace(/\n {2}annotations:[\s\S]*?\nspec/, '\nspec')
      .replace('https://kubernetes.default.svc', 'https://nowhere.example.com')
      .replace("project: 'shop-{{.env}}'", "project: 'shop-{{.env | trunc 7}}'");
    const { stdout, stderr, code } = await appset(['render', '-f', '-', '-o', 'name', ...FACTS], { stdin });
    expect(stderr).toContain('application references project shop-product which does not exist');
    expect(stderr).toMatch(/application destination spec is invalid: .*https:\/\/nowhere\.example\.com/);
    expect(stderr).toContain('Note APPSET_E0503: the project "shop-{{.env | trunc 7}}"');
    expect([stdout, code]).toEqual(['', 1]);
  });

  it('a set without the clusters it asks for ends with 5', async () => {
    const stdin = setText('  generators:\n    - clusters: {}');
    const { stdout, stderr, code } = await appset(['render', '-f', '-'], { stdin });
    expect([stdout, code]).toEqual(['', 5]);
    expect(stderr).toContain('error getting cluster secrets: the clusters: not given (--clusters)');
  });

  it('a repository that is not there ends with 5, and the other sets are rendered', async () => {
    const git = `  generators:\n    - git:\n        repoURL: ${REPO}\n        revision: gone\n        directories: [{ path: '*' }]`;
    const stdin = `${setText(git)}---\n${two}`;
    const repository = join(folder, 'repository');
    execFileSync('git', ['init', '--quiet', repository], { env: environment() });
    const { stdout, stderr, code } = await appset(
      ['render', '-f', '-', '-o', 'name', '--repo', `${REPO}=${repository}@no-such-commit`, ...FACTS],
      { stdin },
    );
    expect(stdout).toBe('argocd/a-one\nargocd/a-two\n');
    expect(stderr).toMatch(/^Error APPSET_E0403: /);
    expect(stderr).toContain('no-such-commit');
    expect(code).toBe(5);
  });
});

describe.concurrent('compat mode', () => {
  it('one bad element stops the whole set, as in the reference', async () => {
    const stdin = setText(listOf('{ name: one }', '{ nam: two }'));
    const args = ['render', '-f', '-', '-o', 'name', '--compat=argocd', ...FACTS];
    const { stdout, stderr, code } = await appset(args, { stdin });
    expect([stdout, code]).toEqual(['', 1]);
    expect(stderr.match(/^Error /gm)).toHaveLength(1);
  });
});
