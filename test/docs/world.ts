/**
 * What the commands of a page are run on: a real API server with Argo CD's kinds, the real kubectl and
 * helm, and the operator as a process of its own, which follows the replicas of the Deployment a release
 * has made, as a kubelet would. Its ports are free ones; the addresses pages name are put in their place.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import {
  isAlreadyExists,
  isNotFound,
  type ObjectClient,
  RESOURCES,
  type ResourceType,
} from '../../src/api/client.ts';
import type { JsonObject, KubeObject } from '../../src/api/objects.ts';
import { freePorts } from '../e2e/cluster.ts';
import { type RealBackend, startRealBackend } from '../harness/backend.ts';
import { APPSET, NODE, ROOT } from '../harness/cli.ts';
import { type OperatorProcess, startOperatorProcess } from '../harness/operator-process.ts';
import { until } from '../harness/until.ts';
import { ensureTool } from '../tools/tools.ts';
import { type Ran, Shell } from './shell.ts';

export const DEPLOYMENTS: ResourceType = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  plural: 'deployments',
  namespaced: true,
};
/** Kinds of the Prometheus operator, of which only the name counts here. */
const PROMETHEUS = ['ServiceMonitor', 'PrometheusRule'];
/** What a page's folder has of the checkout. */
const SEEN = [
  'Dockerfile',
  'bin',
  'charts',
  'crds',
  'docs',
  'examples',
  'node_modules',
  'package.json',
  'src',
  'test',
];
const OPERATOR = 'appset-operator';

const unless = async (expected: (error: unknown) => boolean, work: Promise<unknown>): Promise<void> => {
  await work.catch((error: unknown) => {
    if (!expected(error)) throw error;
  });
};

export class World {
  readonly #backend: RealBackend;
  /** with kubectl, helm and an npx that knows appset */
  readonly #programs: string;
  #folder = '';
  #operator: OperatorProcess | undefined;
  #ports: readonly number[] = [];
  readonly #staying = new Set<ChildProcess>();
  readonly #shells = new Set<Shell>();

  private constructor(backend: RealBackend, programs: string) {
    this.#backend = backend;
    this.#programs = programs;
  }

  static async start(): Promise<World> {
    const programs = mkdtempSync(join(tmpdir(), 'appset-docs-bin-'));
    const log = (line: string) => process.stderr.write(`${line}\n`);
    for (const name of ['kubectl', 'helm'] as const)
      symlinkSync(await ensureTool(name, log), join(programs, name));
    writeFileSync(
      join(programs, 'npx'),
      `#!/bin/sh\ntest "$1" = appset || exit 64\nshift\nexec '${NODE}' '${APPSET}' "$@"\n`,
    );
    chmodSync(join(programs, 'npx'), 0o755);
    const backend = await startRealBackend({ controllerManager: true });
    for (const kind of PROMETHEUS)
      await backend.client.create(RESOURCES.customResourceDefinitions, anyObject(kind));
    return new World(backend, programs);
  }

  get client(): ObjectClient {
    return this.#backend.client;
  }

  /** The log of the operator's last lines, for messages. */
  get log(): string {
    return (this.#operator?.lines ?? [])
      .slice(-10)
      .map((line) => JSON.stringify(line))
      .join('\n');
  }

  /** An empty cluster and a folder of its own for the next page. */
  async begin(): Promise<void> {
    this.#folder = mkdtempSync(join(tmpdir(), 'appset-docs-'));
    for (const name of SEEN) symlinkSync(join(ROOT, name), join(this.#folder, name));
    mkdirSync(join(this.#folder, 'home'));
    const kubeconfig = JSON.parse(readFileSync(this.#backend.kubeconfig, 'utf8')) as {
      contexts: { name: string }[];
    };
    const [context] = kubeconfig.contexts;
    kubeconfig.contexts.push({ ...context, name: 'my-cluster' });
    writeFileSync(this.#kubeconfig, JSON.stringify(kubeconfig), { mode: 0o600 });
  }

  get #kubeconfig(): string {
    return join(this.#folder, 'kubeconfig');
  }

  /** Ends what the page has left, also the release. */
  async end(): Promise<void> {
    for (const shell of this.#shells) await shell.end();
    this.#shells.clear();
    await this.stopStaying();
    await this.stopOperator();
    const shell = this.shell();
    await shell.run('helm uninstall appset-operator --namespace argocd --ignore-not-found --wait=false');
    await shell.end();
    this.#shells.clear();
    for (const name of ['argocd-applicationset-controller', OPERATOR])
      await unless(isNotFound, this.client.delete(DEPLOYMENTS, 'argocd', name));
    await this.#backend.reset();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async stop(): Promise<void> {
    await this.#backend.stop();
    rmSync(this.#programs, { recursive: true, force: true });
  }

  /** A shell in the page's folder, as the reader's. */
  shell(more: Readonly<Record<string, string>> = {}): Shell {
    const shell = new Shell({ cwd: this.#folder, env: { ...this.#environment, ...more } });
    this.#shells.add(shell);
    return shell;
  }

  get #environment(): NodeJS.ProcessEnv {
    return {
      PATH: [this.#programs, join(ROOT, 'node_modules', '.bin'), process.env['PATH'] ?? ''].join(delimiter),
      HOME: join(this.#folder, 'home'),
      KUBECONFIG: this.#kubeconfig,
      // an editor that changes nothing
      KUBE_EDITOR: 'true',
    };
  }

  /** The command with the addresses of this world in place of those a page names. */
  here(command: string): string {
    const [metrics, probes, webhooks] = this.#ports;
    return command
      .replaceAll('http://127.0.0.1:8081', `http://127.0.0.1:${probes}`)
      .replaceAll('http://appset-operator:7000', `http://127.0.0.1:${webhooks}`)
      .replace(/^npx appset webhooks\b/, `$& --operator http://127.0.0.1:${metrics}`);
  }

  /** Starts a command that stays, and waits until it works. */
  async stay(command: string): Promise<void> {
    const elsewhere = '--metrics-addr 0 --probe-addr 0 --webhook-addr 0';
    const line = `exec ${command.replace(/ +#.*$/, '')} ${elsewhere}`;
    const child = spawn('bash', ['-c', line], {
      cwd: this.#folder,
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#staying.add(child);
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    await until(`${command} to lead`, () => said.includes('"msg":"leading"'), {
      timeoutMs: 60_000,
      last: () => said,
    });
  }

  /** Ends, as Ctrl-C does, what stays. */
  async stopStaying(): Promise<void> {
    for (const child of this.#staying) {
      const code = await new Promise<number | null>((done) => {
        child.once('exit', done);
        if (!child.kill('SIGINT')) done(child.exitCode);
      });
      if (code !== 0) throw new Error(`what stayed ended with ${code}`);
    }
    this.#staying.clear();
  }

  /** A file of the reader's own. */
  write(name: string, text: string): void {
    writeFileSync(join(this.#folder, name), text);
  }

  /** A Deployment without Pods. */
  async deployment(name: string): Promise<void> {
    const labels = { 'app.kubernetes.io/name': name };
    await unless(
      isAlreadyExists,
      this.client.create(DEPLOYMENTS, {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name, namespace: 'argocd', labels },
        spec: {
          replicas: 1,
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'argocd' }] } },
        } as unknown as JsonObject,
      }),
    );
  }

  /** The release of the chart, and the operator with it. */
  async release(): Promise<void> {
    const shell = this.shell();
    const { code, output } = await shell.run(
      'helm install appset-operator charts/appset-operator --namespace argocd --set image.repository=registry.example.com/platform/appset-operator',
    );
    if (code !== 0) throw new Error(output);
    await this.follow();
  }

  /** Starts or stops the operator as the replicas of its Deployment say. */
  async follow(): Promise<void> {
    const deployment = await this.client.get(DEPLOYMENTS, 'argocd', OPERATOR).catch((error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
    const wanted = Number(deployment?.spec?.replicas ?? 0) > 0;
    if (wanted && this.#operator === undefined) await this.#startOperator();
    if (!wanted) await this.stopOperator();
  }

  async #startOperator(): Promise<void> {
    this.#ports = await freePorts(3);
    const [metrics, probes, webhooks] = this.#ports.map((port) => `127.0.0.1:${port}`);
    const addresses = ['--metrics-addr', metrics, '--probe-addr', probes, '--webhook-addr', webhooks].map(
      String,
    );
    this.#operator = startOperatorProcess(this.#kubeconfig, [...addresses, '--cluster-settle', '1s']);
    await this.#operator.said('leading', 60_000);
  }

  /** Ends the operator of the release; it comes back when its Deployment is looked at again. */
  async stopOperator(): Promise<void> {
    await this.#operator?.stop();
    this.#operator = undefined;
  }

  /** Whether an object is there, as kubectl names it: `deployment/appset-operator`. */
  async has(name: string): Promise<boolean> {
    const shell = this.shell();
    const { code } = await shell.run(`kubectl -n argocd get ${name}`);
    await shell.end();
    this.#shells.delete(shell);
    return code === 0;
  }

  /** Files the page has made. */
  get files(): readonly string[] {
    return readdirSync(this.#folder).filter((name) => ![...SEEN, 'home', 'kubeconfig'].includes(name));
  }
}

function anyObject(kind: string): KubeObject {
  const singular = kind.toLowerCase();
  const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${singular}s.monitoring.coreos.com` },
    spec: {
      group: 'monitoring.coreos.com',
      scope: 'Namespaced',
      names: { kind, singular, plural: `${singular}s` },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    } as unknown as JsonObject,
  };
}

export type { Ran };
