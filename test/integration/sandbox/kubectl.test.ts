/**
 * The sandbox as the stock kubectl sees it: every command here is one that a user of the demo types.
 * Needs a kubectl on PATH; where there is none the suite is skipped, because nothing else can stand in.
 */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.ts';

function hasKubectl(): boolean {
  try {
    execFileSync('kubectl', ['version', '--client'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const SET = `
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: demo, namespace: argocd}
spec:
  goTemplate: true
  generators: [{list: {elements: [{env: dev}]}}]
  template:
    metadata: {name: '{{.env}}'}
    spec: {project: default, destination: {namespace: default}, source: {repoURL: https://git.example.com/a.git}}
`;

describe.skipIf(!hasKubectl())('kubectl (skipped where no kubectl is on PATH)', () => {
  let sandbox: Sandbox;
  let folder: string;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sandbox-kubectl-'));
    sandbox = await startSandbox();
    const kubeconfig = join(folder, 'kubeconfig');
    sandbox.writeKubeconfig(kubeconfig);
    env = { PATH: process.env.PATH, HOME: folder, KUBECONFIG: kubeconfig };
  });
  afterAll(async () => {
    await sandbox.stop();
    rmSync(folder, { recursive: true });
  });

  interface Ran {
    readonly code: number;
    readonly out: string;
    readonly err: string;
  }
  const run = (args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Ran> =>
    new Promise((resolve) => {
      execFile('kubectl', [...args], { env: { ...env, ...more }, timeout: 30_000 }, (error, out, err) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), out: out.trim(), err: err.trim() });
      });
    });
  /** Output of a command that must succeed. */
  const kubectl = async (...args: string[]): Promise<string> => {
    const { code, out, err } = await run(args);
    expect(code, err).toBe(0);
    return out;
  };
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  /** Words of each line, header left out. */
  const rows = (table: string): string[][] =>
    table
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/));

  /** A set with two Applications that it owns. */
  async function family(name: string): Promise<void> {
    await kubectl('apply', '-f', file(`${name}.yaml`, SET.replace('name: demo', `name: ${name}`)));
    const uid = await kubectl('get', 'appset', name, '-o', 'jsonpath={.metadata.uid}');
    const owner = { apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', name, uid };
    const items = ['one', 'two'].map((child) => ({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: {
        name: `${name}-${child}`,
        namespace: 'argocd',
        labels: { family: name },
        ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }],
      },
      spec: { project: 'default', destination: {}, source: { repoURL: 'https://git.example.com/a.git' } },
    }));
    await kubectl(
      'create',
      '-f',
      file(`${name}.json`, JSON.stringify({ apiVersion: 'v1', kind: 'List', items })),
    );
  }
  const members = (name: string) => kubectl('get', 'app', '-l', `family=${name}`, '-o', 'name');

  it('finds the resources there are', async () => {
    const found = rows(await kubectl('api-resources'));
    expect(found).toContainEqual([
      'applicationsets',
      'appset,appsets',
      'argoproj.io/v1alpha1',
      'true',
      'ApplicationSet',
    ]);
    expect(found).toContainEqual(['namespaces', 'ns', 'v1', 'false', 'Namespace']);
  });

  it('applies, client side, and knows when nothing changed', async () => {
    const set = file('apply.yaml', SET.replace('name: demo', 'name: apply'));
    expect(await kubectl('apply', '-f', set)).toBe('applicationset.argoproj.io/apply created');
    expect(await kubectl('apply', '-f', set)).toBe('applicationset.argoproj.io/apply unchanged');
    file('apply.yaml', SET.replace('name: demo', 'name: apply').replace('  goTemplate: true\n', ''));
    expect(await kubectl('apply', '-f', set)).toBe('applicationset.argoproj.io/apply configured');
    expect(await kubectl('get', 'appset', 'apply', '-o', 'jsonpath={.spec.goTemplate}')).toBe('');
    const difference = await run(['diff', '-f', file('diff.yaml', SET.replace('name: demo', 'name: apply'))]);
    expect([difference.code, difference.out]).toEqual([1, expect.stringContaining('+  goTemplate: true')]);
  });

  it('is told of unknown fields and of what is missing', async () => {
    const typo = SET.replace('name: demo', 'name: typo').replace('goTemplate:', 'goTemplat:');
    expect((await run(['apply', '-f', file('typo.yaml', typo)])).err).toContain(
      'ApplicationSet in version "v1alpha1" cannot be handled as a ApplicationSet: strict decoding error: unknown field "spec.goTemplat"',
    );
    const lax = await run(['apply', '--validate=warn', '-f', file('typo.yaml', typo)]);
    expect([lax.code, lax.err]).toEqual([0, 'Warning: unknown field "spec.goTemplat"']);
    const empty =
      'apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: empty}\nspec: {}\n';
    const missing = (await run(['apply', '-f', file('empty.yaml', empty)])).err;
    expect(missing).toContain('The ApplicationSet "empty" is invalid');
    expect(missing).toContain('spec.generators: Required value');
  });

  it('applies server side, with conflicts that can be forced', async () => {
    const set = file('ssa.yaml', SET.replace('name: demo', 'name: ssa'));
    expect(await kubectl('apply', '--server-side', '-f', set)).toBe(
      'applicationset.argoproj.io/ssa serverside-applied',
    );
    await kubectl('patch', 'appset', 'ssa', '--type=merge', '-p', '{"spec":{"goTemplate":false}}');
    const refused = await run(['apply', '--server-side', '-f', set]);
    expect(refused.err).toContain('Apply failed with 1 conflict: conflict with "kubectl-patch"');
    await kubectl('apply', '--server-side', '--force-conflicts', '-f', set);
    expect(await kubectl('get', 'appset', 'ssa', '-o', 'jsonpath={.spec.goTemplate}')).toBe('true');
  });

  it('takes over from client-side apply', async () => {
    const map = file(
      'map.yaml',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: both}\ndata: {a: "1", b: "2"}\n',
    );
    await kubectl('apply', '-f', map);
    file('map.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: both}\ndata: {a: "1"}\n');
    await kubectl('apply', '-f', map);
    await kubectl('apply', '--server-side', '-f', map);
    file('map.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: both}\ndata: {c: "3"}\n');
    await kubectl('apply', '--server-side', '-f', map);
    expect(JSON.parse(await kubectl('get', 'cm', 'both', '-o', 'jsonpath={.data}'))).toEqual({ c: '3' });
  });

  it('edits', async () => {
    await kubectl('apply', '-f', file('edit.yaml', SET.replace('name: demo', 'name: edit')));
    const script = '#!/bin/sh\nsed -i "s/goTemplate: true/goTemplate: false/" "$1"\n';
    const editor = file('editor.sh', script);
    chmodSync(editor, 0o700);
    const edited = await run(['edit', 'appset', 'edit'], { KUBE_EDITOR: editor });
    expect([edited.out, edited.err]).toEqual(['applicationset.argoproj.io/edit edited', '']);
    expect(await kubectl('get', 'appset', 'edit', '-o', 'jsonpath={.spec.goTemplate}')).toBe('false');
  });

  it('labels, annotates and patches', async () => {
    await family('marks');
    await kubectl('label', 'app', 'marks-one', 'tier=web');
    await kubectl('annotate', 'app', 'marks-one', 'note=hello');
    await kubectl(
      'patch',
      'app',
      'marks-one',
      '--type=json',
      '-p',
      '[{"op":"replace","path":"/spec/project","value":"p"}]',
    );
    const app = JSON.parse(await kubectl('get', 'app', 'marks-one', '-o', 'json')) as Record<string, unknown>;
    expect(app).toMatchObject({
      metadata: { labels: { tier: 'web', family: 'marks' }, annotations: { note: 'hello' } },
      spec: { project: 'p' },
    });
    const label = await run(['label', 'app', 'marks-one', 'tier=other']);
    expect(label.err).toContain("'tier' already has a value (web), and --overwrite is false");
  });

  it('shows tables, wide ones, and YAML', async () => {
    await family('show');
    const status = '{"status":{"sync":{"status":"Synced","revision":"abc"},"health":{"status":"Healthy"}}}';
    await kubectl('patch', 'app', 'show-one', '--type=merge', '-p', status);
    const table = await kubectl('get', 'app', 'show-one');
    expect(
      table
        .split('\n')[0]
        ?.split(/\s{2,}/)
        .map((name) => name.trim()),
    ).toEqual(['NAME', 'SYNC STATUS', 'HEALTH STATUS']);
    expect(rows(table)).toEqual([['show-one', 'Synced', 'Healthy']]);
    expect(rows(await kubectl('get', 'app', 'show-one', '-o', 'wide'))).toEqual([
      ['show-one', 'Synced', 'Healthy', 'abc', 'default'],
    ]);
    expect(await kubectl('get', 'app', 'show-one', '-o', 'yaml')).toContain('status: Healthy');
    expect(rows(await kubectl('get', 'ns')).map(([name]) => name)).toEqual([
      'argocd',
      'default',
      'kube-system',
    ]);
    const missing = await run(['get', 'app', 'nobody']);
    expect(missing.err).toBe('Error from server (NotFound): applications.argoproj.io "nobody" not found');
  });

  it('explains and describes', async () => {
    const explained = await kubectl('explain', 'applicationset.spec.generators');
    expect(explained).toContain('Each entry gives parameters for any number of Applications.');
    expect(explained).toMatch(/list\t<Object>/);
    await family('tell');
    sandbox.store.seed({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'tell.1', namespace: 'argocd' },
      involvedObject: { kind: 'ApplicationSet', name: 'tell', namespace: 'argocd' },
      type: 'Warning',
      reason: 'DeletionsHeld',
      message: '3 deletions held',
    });
    const described = await kubectl('describe', 'appset', 'tell');
    expect(described).toMatch(/Name:\s+tell/);
    expect(rows(await kubectl('get', 'events'))[0]?.slice(1)).toEqual([
      'Warning',
      'DeletionsHeld',
      'applicationset/tell',
      '3',
      'deletions',
      'held',
    ]);
  });

  it('watches', async () => {
    await family('watch');
    const watching = spawn('kubectl', ['get', 'app', '-l', 'family=watch', '-w', '--no-headers'], { env });
    let seen = '';
    watching.stdout.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
    });
    const ended = new Promise((resolve) => watching.on('close', resolve));
    await vi.waitFor(() => expect(seen).toMatch(/watch-two/), { timeout: 10_000 });
    await kubectl(
      'patch',
      'app',
      'watch-one',
      '--type=merge',
      '-p',
      '{"status":{"sync":{"status":"OutOfSync"}}}',
    );
    await vi.waitFor(() => expect(seen).toMatch(/watch-one\s+OutOfSync/), { timeout: 10_000 });
    watching.kill();
    await ended;
  });

  it.each([
    ['background', []],
    ['foreground', []],
    ['orphan', ['application.argoproj.io/orphan-one', 'application.argoproj.io/orphan-two']],
  ])('deletes with --cascade=%s', async (cascade, left) => {
    await family(cascade);
    const deleted = await kubectl('delete', 'appset', cascade, `--cascade=${cascade}`);
    expect(deleted).toMatch(/^applicationset.argoproj.io "\w+" deleted/);
    await kubectl('wait', '--for=delete', `appset/${cascade}`, '--timeout=10s');
    await vi.waitFor(async () => expect((await members(cascade)).split('\n').filter(Boolean)).toEqual(left), {
      timeout: 10_000,
    });
    const owners = await kubectl(
      'get',
      'app',
      '-l',
      `family=${cascade}`,
      '-o',
      'jsonpath={.items[*].metadata.ownerReferences}',
    );
    expect(owners).toBe('');
  });

  it('creates what its typed commands create', async () => {
    await kubectl('create', 'namespace', 'team');
    await kubectl('create', 'configmap', 'conf', '-n', 'team', '--from-literal=a=b');
    await kubectl(
      'create',
      'secret',
      'generic',
      'token',
      '-n',
      'team',
      '--from-literal=user=x',
      '--from-literal=empty=',
    );
    await kubectl('create', 'serviceaccount', 'robot', '-n', 'team');
    expect(
      sandbox.store.seed({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace: 'team' } }),
    ).toHaveLength(1);
    expect(
      JSON.parse(await kubectl('get', 'secret', 'token', '-n', 'team', '-o', 'jsonpath={.data}')),
    ).toEqual({
      user: 'eA==',
      empty: '',
    });
    expect(rows(await kubectl('get', 'cm,secret,sa', '-n', 'team')).flat()).toEqual(
      expect.arrayContaining(['configmap/conf', 'secret/token', 'serviceaccount/robot']),
    );
    expect(await kubectl('auth', 'can-i', 'create', 'app')).toBe('yes');
    await kubectl('delete', 'namespace', 'team');
    expect((await run(['get', 'ns', 'team'])).err).toContain('(NotFound)');
  });

  it('adds a kind with a CRD', async () => {
    const crd = file(
      'crd.yaml',
      `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.acme.io}
spec:
  group: acme.io
  scope: Namespaced
  names: {kind: Widget, plural: widgets}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
`,
    );
    await kubectl('apply', '-f', crd);
    await kubectl('wait', '--for=condition=Established', 'crd/widgets.acme.io', '--timeout=10s');
    await kubectl(
      'apply',
      '-f',
      file('widget.yaml', 'apiVersion: acme.io/v1\nkind: Widget\nmetadata: {name: w}\n'),
    );
    expect(rows(await kubectl('get', 'widgets'))).toEqual([['w', expect.stringMatching(/^\d+s$/)]]);
    await kubectl('delete', 'crd', 'widgets.acme.io');
  });

  it('hears of a dry run, and of a set that is replaced', async () => {
    const set = file('dry.yaml', SET.replace('name: demo', 'name: dry'));
    expect(await kubectl('apply', '--dry-run=server', '-f', set)).toContain('created (server dry run)');
    expect((await run(['get', 'appset', 'dry'])).code).toBe(1);
    await kubectl('create', '-f', set);
    expect(await kubectl('replace', '-f', set)).toBe('applicationset.argoproj.io/dry replaced');
  });
});
