/**
 * One script of stock kubectl commands on the sandbox and on a real API server: exit codes, output and
 * error texts are equal once uids, versions, times and addresses are taken out. What the sandbox is used
 * for in demos and tests is what a cluster would do.
 */
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Backend, startRealBackend, startSandboxBackend } from '../harness/backend.ts';
import { ensureTool } from '../tools/tools.ts';

let backends: readonly Backend[] = [];
let kubectl: string;
let folder: string;
beforeAll(async () => {
  kubectl = await ensureTool('kubectl');
  folder = mkdtempSync(join(tmpdir(), 'appset-kubectl-'));
  backends = await Promise.all([startSandboxBackend(), startRealBackend({ controllerManager: true })]);
});
afterAll(async () => {
  await Promise.all(backends.map((backend) => backend.stop()));
  rmSync(folder, { recursive: true, force: true });
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function run(backend: Backend, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const home = join(folder, backend.kind);
  const all = { PATH: process.env['PATH'], HOME: home, KUBECONFIG: backend.kubeconfig, ...env };
  return new Promise((resolve) => {
    execFile(kubectl, [...args], { env: all, timeout: 60_000, cwd: folder }, (error, out, err) => {
      const text = normalised(backend);
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), out: text(out), err: text(err) });
    });
  });
}

/** What differs between two clusters, or two runs, in the same place and means nothing. */
const normalised = (backend: Backend) => (text: string) =>
  text
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UID')
    .replaceAll(/(resourceVersion"?: ?"?)\d+/g, '$1N')
    .replaceAll(/(Resource Version: +)\d+/g, '$1N')
    .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( ?[+-]\d{4}( [A-Z]+)?|Z)?/g, 'TIME')
    .replaceAll(/\b\d+(s|ms|m\d+s)\b/g, 'AGE')
    .replaceAll(/(LIVE|MERGED)-\d+/g, '$1')
    .replaceAll(/https?:\/\/127\.0\.0\.1:\d+(\/token\/[^/\s"]+)?/g, 'SERVER')
    .replaceAll(join(folder, backend.kind), 'HOME')
    .replaceAll(/ +$/gm, '')
    .trim();

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return name;
};

const SET = (name: string, more = '') => `
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: ${name}, namespace: argocd, labels: {team: web}}
spec:
  goTemplate: true
  generators: [{list: {elements: [{env: dev}, {env: prod}]}}]
  template:
    metadata: {name: '{{.env}}'}
    spec: {project: default, destination: {namespace: default}, source: {repoURL: https://git.example.com/a.git}}
${more}`;

const APPLICATION = (name: string, owner = '') => `
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: ${name}, namespace: argocd, labels: {app: ${name}, family: shops}${owner}}
spec: {project: default, destination: {namespace: default}, source: {repoURL: https://git.example.com/a.git}}
`;

/** One step: words of a kubectl command, files written before it, and an editor for `edit`. */
interface Step {
  readonly run: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly editor?: string;
  /** exit code; 0 when absent */
  readonly code?: number;
}

const SCRIPT: readonly Step[] = [
  { run: 'api-resources --api-group=argoproj.io' },
  { run: 'get crd applications.argoproj.io applicationsets.argoproj.io appprojects.argoproj.io -o name' },
  { run: 'get ns argocd -o name' },
  { run: 'auth can-i create applicationsets' },

  { run: 'apply -f set.yaml', files: { 'set.yaml': SET('shops') } },
  { run: 'apply -f set.yaml' },
  { run: 'get appset' },
  { run: 'get appset shops -o wide' },
  { run: 'get appset shops -o yaml' },
  { run: 'get appset shops -o json --show-managed-fields' },
  { run: 'describe appset shops' },
  {
    run: 'diff -f set.yaml',
    files: { 'set.yaml': SET('shops', '  preservedFields: {labels: [a]}\n') },
    code: 1,
  },
  { run: 'apply -f set.yaml --dry-run=server' },
  { run: 'apply -f set.yaml' },
  { run: 'diff -f set.yaml' },
  { run: 'get appset shops -o jsonpath={.spec.preservedFields}{.metadata.generation}' },
  { run: 'apply view-last-applied appset shops' },
  { run: 'replace -f set.yaml', files: { 'set.yaml': SET('shops') } },
  { run: 'create -f set.yaml', code: 1 },

  {
    run: 'apply -f typo.yaml',
    files: { 'typo.yaml': SET('typo').replace('goTemplate:', 'goTemplat:') },
    code: 1,
  },
  { run: 'apply --validate=warn -f typo.yaml' },
  { run: 'get appset typo -o jsonpath={.spec.goTemplat}' },
  { run: 'delete appset typo' },
  {
    run: 'apply -f empty.yaml',
    files: {
      'empty.yaml':
        'apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: empty}\nspec: {}\n',
    },
    code: 1,
  },
  {
    run: 'apply --validate=false -f types.yaml',
    files: { 'types.yaml': SET('types').replace('goTemplate: true', 'goTemplate: "yes"') },
    code: 1,
  },
  { run: 'create -f name.yaml', files: { 'name.yaml': SET('Not_A_Name') }, code: 1 },
  { run: 'get appset nobody', code: 1 },
  { run: 'get nothings', code: 1 },

  { run: 'apply --server-side -f ssa.yaml', files: { 'ssa.yaml': SET('ssa') } },
  { run: 'patch appset ssa --type=merge -p {"spec":{"goTemplate":false}}' },
  { run: 'apply --server-side -f ssa.yaml', code: 1 },
  { run: 'apply --server-side --force-conflicts -f ssa.yaml' },
  { run: 'get appset ssa -o json --show-managed-fields' },
  { run: 'patch appset ssa --type=json -p [{"op":"test","path":"/spec/goTemplate","value":false}]', code: 1 },
  { run: 'patch appset ssa --type=json -p [{"op":"remove","path":"/spec/goTemplate"}]' },
  { run: 'patch appset ssa --subresource=status --type=merge -p {"status":{"resourcesCount":2}}' },
  { run: 'get appset ssa -o jsonpath={.status}/{.metadata.generation}' },
  { run: 'edit appset ssa', editor: 's/team: web/team: shop/' },
  { run: 'get appset -L team' },
  { run: 'get appset -l team=shop -o name' },
  { run: 'get appset -l team!=shop -o name' },
  { run: 'get appset --field-selector metadata.name=ssa -o name' },

  {
    run: 'apply -f apps.yaml',
    files: { 'apps.yaml': `${APPLICATION('one')}---${APPLICATION('two')}---${APPLICATION('three')}` },
  },
  {
    run: 'patch app one --type=merge -p {"status":{"sync":{"status":"Synced","revision":"abc"},"health":{"status":"Healthy"}}}',
  },
  { run: 'get app' },
  { run: 'get app -o wide' },
  { run: 'get app one -o yaml' },
  { run: 'get app --sort-by=.metadata.name --no-headers' },
  { run: 'get app -o custom-columns=NAME:.metadata.name,PROJECT:.spec.project' },
  { run: 'get app,appset -o name' },
  { run: 'label app one tier=front' },
  { run: 'label app one tier=back', code: 1 },
  { run: 'label app one tier=back --overwrite' },
  { run: 'label app one tier-' },
  { run: 'annotate app --all note=seen' },
  { run: 'wait --for=jsonpath={.status.health.status}=Healthy app/one --timeout=5s' },
  { run: 'patch app one --type=merge -p {"metadata":{"uid":"another"}}', code: 1 },
  { run: 'patch app one --subresource=status --type=merge -p {"status":{}}', code: 1 },
  { run: 'delete app one --dry-run=server' },
  { run: 'delete app one' },
  { run: 'delete app one', code: 1 },
  { run: 'delete app one --ignore-not-found' },
  { run: 'delete app -l family=shops' },

  { run: 'explain applicationset.spec.generators.list' },
  { run: 'explain application.spec.destination' },
  { run: 'create configmap settings --from-literal=a=b --from-literal=c=d' },
  { run: 'get configmap settings -o yaml' },
  { run: 'create secret generic token --from-literal=user=x' },
  { run: 'get secret token -o yaml' },
  { run: 'create namespace team' },
  { run: 'create configmap settings -n team' },
  { run: 'get cm -n team -o jsonpath={.items[?(@.metadata.name=="settings")].metadata.name}' },
  { run: 'delete cm settings -n team' },
  { run: 'delete configmap,secret --all' },
  { run: 'delete appset --all --cascade=foreground' },
  { run: 'get appset,app' },
];

const linesOf = ({ code, out, err }: Ran): string[] => [
  `exit code ${code}`,
  ...out.split('\n'),
  ...err.split('\n'),
];
const onlyIn = (a: Ran, b: Ran): string[] => {
  const others = linesOf(b);
  return linesOf(a).filter((line) => !others.includes(line));
};

test('one script, equal results', async () => {
  const [sandbox, real] = backends;
  if (sandbox === undefined || real === undefined) throw new Error('no backends');
  const differences: object[] = [];
  for (const step of SCRIPT) {
    for (const [name, text] of Object.entries(step.files ?? {})) file(name, text);
    const env: NodeJS.ProcessEnv = {};
    if (step.editor !== undefined) {
      const editor = join(folder, file('editor.sh', `#!/bin/sh\nsed -i '${step.editor}' "$1"\n`));
      chmodSync(editor, 0o700);
      env['KUBE_EDITOR'] = editor;
    }
    const [ours, theirs] = await Promise.all(
      [sandbox, real].map((one) => run(one, step.run.split(' '), env)),
    );
    if (ours === undefined || theirs === undefined) continue;
    expect([step.run, theirs.code, theirs.err]).toEqual([step.run, step.code ?? 0, theirs.err]);
    const difference = [
      ...onlyIn(ours, theirs).map((line) => `sandbox: ${line}`),
      ...onlyIn(theirs, ours).map((line) => `real: ${line}`),
    ];
    if (difference.length > 0 || ours.out !== theirs.out)
      differences.push({ command: `kubectl ${step.run}`, difference });
  }
  process.stdout.write(`kubectl: ${SCRIPT.length - differences.length} of ${SCRIPT.length} commands equal\n`);
  expect(differences).toEqual([]);
});

/** A set with two Applications that it owns; then it goes. */
test.each([
  ['background', ''],
  ['foreground', ''],
  ['orphan', 'application.argoproj.io/one\napplication.argoproj.io/two'],
])('delete --cascade=%s leaves the same', async (cascade, left) => {
  for (const backend of backends) {
    await backend.reset();
    await run(backend, ['apply', '-f', file('family.yaml', SET('family'))]);
    const { items } = await backend.client.list({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'ApplicationSet',
      plural: 'applicationsets',
      namespaced: true,
    });
    const uid = items[0]?.metadata.uid ?? '';
    const owner = `, ownerReferences: [{apiVersion: argoproj.io/v1alpha1, kind: ApplicationSet, name: family, uid: ${uid}, controller: true, blockOwnerDeletion: true}]`;
    const children = file('children.yaml', `${APPLICATION('one', owner)}---${APPLICATION('two', owner)}`);
    expect(await run(backend, ['create', '-f', children])).toMatchObject({ code: 0 });
    expect(
      await run(backend, ['delete', 'appset', 'family', `--cascade=${cascade}`, '--timeout=30s']),
    ).toEqual({
      code: 0,
      out: expect.stringMatching(/^applicationset\.argoproj\.io "family" deleted/),
      err: '',
    });
    await backend.collected();
    expect(await run(backend, ['get', 'app', '-o', 'name'])).toEqual({ code: 0, out: left, err: '' });
    expect(
      await run(backend, ['get', 'app', '-o', 'jsonpath={.items[*].metadata.ownerReferences}']),
    ).toMatchObject({ out: '' });
  }
});
