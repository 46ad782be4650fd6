/**
 * Go programs that the proofs run for real: built from their Go modules, once, and kept in a cache
 * outside the checkout under a name that holds version and platform. `node test/tools/tools.ts NAME…`
 * builds what is missing and prints where each program lies.
 *
 * KUBEBUILDER_ASSETS, when set, is looked into first (kube-apiserver, etcd, kubectl).
 */
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

interface Tool {
  /** folder with the go.mod, relative to `test/` */
  readonly module: string;
  /** package to build */
  readonly pkg: string;
  readonly version: string;
  readonly flags?: readonly string[];
  /** sources of our own, in the module's folder, that the program is made from */
  readonly own?: readonly string[];
  /** parts of the program are C, and gcc is needed */
  readonly cgo?: boolean;
}

const kubernetesFlags = [
  '-ldflags',
  [
    '-s -w',
    '-X k8s.io/component-base/version.gitVersion=v1.34.2',
    '-X k8s.io/component-base/version.gitMajor=1',
    '-X k8s.io/component-base/version.gitMinor=34',
  ].join(' '),
];

const kubernetes = (name: string): Tool => ({
  module: 'e2e/go',
  pkg: `k8s.io/kubernetes/cmd/${name}`,
  version: 'v1.34.2',
  flags: kubernetesFlags,
});

const helmFlags = [
  '-ldflags',
  [
    '-s -w',
    '-X helm.sh/helm/v3/internal/version.version=v3.19.4',
    ...['pkg/chartutil', 'pkg/lint/rules'].flatMap((pkg) => [
      `-X helm.sh/helm/v3/${pkg}.k8sVersionMajor=1`,
      `-X helm.sh/helm/v3/${pkg}.k8sVersionMinor=34`,
    ]),
  ].join(' '),
];

/** One program for all of Argo CD; ARGOCD_BINARY_NAME chooses the part. */
const argoCd: Tool = {
  module: 'argocd/go',
  pkg: 'github.com/argoproj/argo-cd/v3/cmd',
  version: 'v3.2.11',
  flags: ['-ldflags', '-s -w -X github.com/argoproj/argo-cd/v3/common.version=3.2.11'],
};

export const TOOLS = {
  'kube-apiserver': kubernetes('kube-apiserver'),
  'kube-controller-manager': kubernetes('kube-controller-manager'),
  kubectl: kubernetes('kubectl'),
  oracle: { module: 'oracle/go', pkg: '.', version: 'v1', flags: ['-ldflags', '-s -w'], own: ['main.go'] },
  'argocd-oracle': {
    module: 'oracle/argocd',
    pkg: '.',
    version: 'v3.2.11',
    flags: ['-ldflags', '-s -w'],
    own: ['main.go', 'world.go', 'repositories.go', 'webhook.go'],
  },
  argocd: argoCd,
  etcd: {
    module: 'e2e/go',
    pkg: 'go.etcd.io/etcd/server/v3',
    version: 'v3.6.4',
    flags: ['-ldflags', '-s -w'],
  },
  gitea: {
    module: 'e2e/gitea',
    pkg: 'code.gitea.io/gitea',
    version: 'v1.26.0',
    flags: ['-tags', 'sqlite sqlite_unlock_notify', '-ldflags', '-s -w -X main.Version=1.26.0'],
    cgo: true,
  },
  helm: { module: 'chart/go', pkg: 'helm.sh/helm/v3/cmd/helm', version: 'v3.19.4', flags: helmFlags },
  promtool: {
    module: 'chart/promtool',
    pkg: 'github.com/prometheus/prometheus/cmd/promtool',
    version: 'v0.308.0',
    flags: ['-ldflags', '-s -w'],
  },
} as const satisfies Record<string, Tool>;

export type ToolName = keyof typeof TOOLS;

const testFolder = resolve(import.meta.dirname, '..');

/** Where built programs are kept: APPSET_TOOLS_CACHE, else the user's cache folder. */
export function toolsCache(): string {
  return (
    process.env['APPSET_TOOLS_CACHE'] ??
    join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'appset-operator', 'tools')
  );
}

/** Path of the program, built now when the cache has none. Throws with the compiler's words. */
export async function ensureTool(name: ToolName, log: (line: string) => void = () => {}): Promise<string> {
  const assets = process.env['KUBEBUILDER_ASSETS'];
  if (assets !== undefined && existsSync(join(assets, name))) return join(assets, name);
  const tool: Tool = TOOLS[name];
  const target = join(
    toolsCache(),
    `${name}-${tool.version}${sourceKey(tool)}-${process.platform}-${process.arch}`,
  );
  if (existsSync(target)) return target;
  mkdirSync(toolsCache(), { recursive: true });
  log(`building ${name} ${tool.version} (minutes, once)`);
  const partial = `${target}.${process.pid}.partial`;
  await run(
    'go',
    ['build', '-trimpath', ...(tool.flags ?? []), '-o', partial, tool.pkg],
    join(testFolder, tool.module),
    tool.cgo === true,
  );
  renameSync(partial, target);
  return target;
}

function sourceKey(tool: Tool): string {
  if (tool.own === undefined) return '';
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum', ...tool.own])
    hash.update(readFileSync(join(testFolder, tool.module, file)));
  return `-${hash.digest('hex').slice(0, 12)}`;
}

function run(command: string, args: readonly string[], cwd: string, cgo: boolean): Promise<void> {
  return new Promise((resolvePromise, reject) => {
    const child = spawn(command, args, {
      cwd,
      stdio: ['ignore', 'inherit', 'pipe'],
      env: {
        ...process.env,
        CGO_ENABLED: cgo ? '1' : '0',
        GOFLAGS: '-mod=mod -buildvcs=false',
        GOTOOLCHAIN: 'local',
      },
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-20_000);
    });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0
        ? resolvePromise()
        : reject(new Error(`${command} ${args.join(' ')} ended with ${code}:\n${stderr}`)),
    );
  });
}

/** Folder of the sources a tool is built from, once it has been built or its module fetched. */
export function moduleFolder(name: ToolName): Promise<string> {
  const { module, pkg } = TOOLS[name];
  return new Promise((resolvePromise, reject) => {
    const args = ['list', '-m', '-f', '{{.Dir}}', pkg];
    const env = { ...process.env, GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local' };
    execFile('go', args, { cwd: join(testFolder, module), env }, (error, stdout) => {
      if (error === null) resolvePromise(stdout.trim());
      else reject(error);
    });
  });
}

if (import.meta.main) {
  const names = process.argv.slice(2) as ToolName[];
  for (const name of names)
    process.stdout.write(`${await ensureTool(name, (line) => process.stderr.write(`${line}\n`))}\n`);
}
