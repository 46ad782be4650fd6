/** `appset explain` from a dump of a cluster: what is told, what may be missing in it, and the exit code. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { appset } from '../../harness/cli.ts';
import { listOf, setText } from './set-text.ts';

const folder = mkdtempSync(join(tmpdir(), 'appset-explain-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PROJECT = `---
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: { name: default, namespace: argocd }
spec: { sourceRepos: ['*'], destinations: [{ server: '*', namespace: '*', name: '*' }] }
`;
const GIT = `  generators:
    - git: { repoURL: 'https://127.0.0.1:1/acme/platform.git', revision: main, directories: [{ path: '*' }] }`;

let dumps = 0;
function explain(generators: string, ...args: string[]) {
  const dump = join(folder, `dump-${dumps++}.yaml`);
  const set = setText(generators).replace('metadata:\n', 'metadata:\n  namespace: argocd\n');
  writeFileSync(dump, set + PROJECT);
  return appset(['explain', 'sets', ...args, '--cluster-dump', dump]);
}

describe.concurrent('a set', () => {
  it('is its Applications with what they are made of', async () => {
    expect(await explain(listOf('{ name: one }'))).toEqual({
      code: 0,
      stdout: 'sets  1 Application\n  a-one   elements[0]\n',
      stderr: '',
    });
  });

  it('of which an element failed tells so', async () => {
    const { code, stdout, stderr } = await explain(listOf('{ name: one }', '{ nam: two }'));
    expect([code, stdout]).toEqual([1, 'sets  1 Application\n  a-one   elements[0]\n']);
    expect(stderr).toMatch(/^Error APPSET_E0302: .*"name"/);
  });

  it('whose source cannot be read is not taken for an empty one', async () => {
    const { code, stdout, stderr } = await explain(GIT);
    expect([code, stdout]).toEqual([5, 'sets  0 Applications\n']);
    expect(stderr).toMatch(/^Error APPSET_E0402: /);
  });
});

describe.concurrent('an Application', () => {
  it('that is generated is explained, whatever else failed', async () => {
    const { code, stdout, stderr } = await explain(listOf('{ name: one }', '{ nam: two }'), 'a-one');
    expect(stdout).toMatch(
      /^a-one\n {2}would be created\n {2}from generators\[0\]\.list:\n {4}listElement +elements\[0\]/,
    );
    expect([code, stderr]).toEqual([0, '']);
  });

  it('that cannot be made says why', async () => {
    const { code, stdout, stderr } = await explain(listOf('{ name: same }', '{ name: same }'), 'a-same');
    expect(stdout).toMatch(/^a-same\n {2}is generated, but cannot be made\n/);
    expect(stdout).toContain('Error APPSET_E0312');
    expect([code, stderr]).toEqual([1, '']);
  });

  it('that is left over is judged by the settings of the operator there', async () => {
    const dump = join(folder, 'policy.yaml');
    const set = setText(listOf('{ name: one }')).replace(
      'metadata:\n',
      'metadata:\n  namespace: argocd\n  uid: uid-sets\n',
    );
    const params = `---
apiVersion: v1
kind: ConfigMap
metadata: { name: argocd-cmd-params-cm, namespace: argocd }
data: { applicationsetcontroller.policy: create-only }
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: a-old
  namespace: argocd
  uid: uid-old
  ownerReferences:
    - { apiVersion: argoproj.io/v1alpha1, kind: ApplicationSet, name: sets, uid: uid-sets, controller: true }
spec: {}
`;
    writeFileSync(dump, set + PROJECT + params);
    const { code, stdout } = await appset(['explain', 'argocd/sets', 'a-old', '--cluster-dump', dump]);
    expect([code, stdout]).toEqual([
      0,
      'a-old\n  abandoned: PolicyForbidsDeletion: policy create-only forbids deletion\n',
    ]);
  });

  it('that is not generated may be among what could not be read', async () => {
    const { code, stdout, stderr } = await explain(
      `${listOf('{ name: one }')}\n${GIT.split('\n')[1]}`,
      'a-x',
    );
    expect(stdout).toBe('a-x\n  is not known to this set\n  The set generates: a-one\n');
    expect(stderr).toMatch(/^Error APPSET_E0402: /);
    expect(code).toBe(5);
  });
});

describe.concurrent('a missing element', () => {
  it.each([
    ['failed', listOf('{ nam: two }'), 'elements[0]', 0, /^Error APPSET_E0302: /, /^$/],
    ['is there', listOf('{ name: one }'), 'elements', 0, /^It is not missing: it gives a-one\.\n$/, /^$/],
    ['could not be read', GIT, 'x', 5, /^It cannot be told: a source could not be read\.\n$/, /^Error /],
    ['is not there', listOf('{ name: one }'), 'x', 1, /^$/, /it gives elements\[0\]\n/],
  ])('%s', async (_, generators, element, code, stdout, stderr) => {
    expect(await explain(generators, '--missing', element)).toEqual({
      code,
      stdout: expect.stringMatching(stdout),
      stderr: expect.stringMatching(stderr),
    });
  });

  it('has a name, and is not asked for together with an Application', async () => {
    const both = await explain(listOf('{ name: one }'), 'a-one', '--missing', 'x');
    const none = await explain(listOf('{ name: one }'), '--missing', '');
    expect([both.code, none.code]).toEqual([2, 2]);
    expect(both.stderr).toContain('Error APPSET_E0801: name an Application, or with --missing an element');
  });
});
