/**
 * The operator with its own API server (`npm run bench:sandbox`): from start to ready, one set to 1,000
 * Applications against bare creates of the same objects over HTTP in the same run, an unchanged resync,
 * and memory with 5,000 Applications. The operator is a process of its own; medians of RUNS runs.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import PQueue from 'p-queue';
import { RESOURCES } from '../src/api/client.ts';
import type { KubeObject } from '../src/api/objects.ts';
import { HttpObjectClient, loadConnection, Transport } from '../src/kube/index.ts';
import { judge, machine, median } from './figures.ts';

const RUNS = 5;
const program = resolve(import.meta.dirname, '../bin/appset.js');

interface Running {
  readonly child: ChildProcess;
  readonly client: HttpObjectClient;
  readonly readyMs: number;
  stop(): Promise<void>;
}

async function start(): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'appset-bench-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const began = performance.now();
  const child = spawn(process.execPath, [program, 'run', '--sandbox', '--sandbox-kubeconfig', kubeconfig], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let log = '';
  await new Promise<void>((ready, reject) => {
    child.on('exit', (code) => reject(new Error(`appset run ended with ${code}:\n${log}`)));
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-10_000);
      if (log.includes('"msg":"leading"')) ready();
    });
  });
  const readyMs = performance.now() - began;
  const transport = new Transport(await loadConnection({ kubeconfig }));
  return {
    child,
    client: new HttpObjectClient(transport),
    readyMs,
    stop: async () => {
      child.removeAllListeners('exit');
      const gone = new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      await gone;
      await transport.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const set = (name: string, size: number): KubeObject => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'ApplicationSet',
  metadata: { name, namespace: 'argocd' },
  spec: {
    goTemplate: true,
    generators: [{ list: { elements: Array.from({ length: size }, (_, i) => ({ name: `${name}-${i}` })) } }],
    template: {
      metadata: { name: '{{.name}}', labels: { team: 'platform' } },
      spec: {
        project: 'default',
        source: { repoURL: 'https://git.example.com/a.git', targetRevision: 'main', path: 'apps/{{.name}}' },
        destination: { server: 'https://kubernetes.default.svc', namespace: '{{.name}}' },
      },
    },
  },
});

async function countOf(client: HttpObjectClient): Promise<number> {
  const page = await client.list(RESOURCES.applications, { namespace: 'argocd', limit: 1 });
  return page.items.length + (page.remainingItemCount ?? 0);
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 120_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited too long for ${what}`);
    await new Promise((next) => setTimeout(next, 10));
  }
}

/** Milliseconds to bare creates of the same objects over 16 connections. */
async function floor(client: HttpObjectClient, size: number): Promise<number> {
  const { template } = set('floor', 0).spec as { template: { spec: object } };
  const queue = new PQueue({ concurrency: 16 });
  const began = performance.now();
  await queue.addAll(
    Array.from({ length: size }, (_, i) => async () => {
      const metadata = { name: `floor-${i}`, namespace: 'argocd', labels: { team: 'platform' } };
      await client.create(RESOURCES.applications, {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Application',
        metadata,
        spec: template.spec as KubeObject['spec'] & object,
      });
    }),
  );
  return performance.now() - began;
}

const rssMiB = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

const ready: number[] = [];
const floors: number[] = [];
const ours: number[] = [];
const memory: number[] = [];
for (let run = 0; run < RUNS; run++) {
  const running = await start();
  try {
    ready.push(running.readyMs);
    floors.push(await floor(running.client, 1_000));
    const began = performance.now();
    await running.client.create(RESOURCES.applicationSets, set('big', 1_000));
    await until('1,000 Applications', async () => (await countOf(running.client)) === 2_000);
    ours.push(performance.now() - began);
    for (const name of ['b', 'c', 'd', 'e'])
      await running.client.create(RESOURCES.applicationSets, set(name, 1_000));
    await until('5,000 Applications', async () => (await countOf(running.client)) === 6_000);
    memory.push(rssMiB(running.child.pid ?? 0));
  } finally {
    await running.stop();
  }
}

console.log(`Operator with its own API server, medians of ${RUNS} runs on ${await machine()}\n`);
judge([
  { what: 'start of `appset run --sandbox` until it leads', measured: median(ready), unit: 'ms' },
  { what: 'bare creates of 1,000 Applications over 16 connections', measured: median(floors), unit: 'ms' },
  { what: 'one set to 1,000 Applications', measured: median(ours), unit: 'ms' },
  {
    what: 'one set to 1,000 Applications against bare creates',
    measured: median(ours) / median(floors),
    unit: 'times',
  },
  {
    what: 'memory of operator and API server with 6,000 Applications',
    measured: median(memory),
    unit: 'MiB',
  },
]);
