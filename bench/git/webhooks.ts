/**
 * Webhooks against an operator of its own process, on the sandbox's API server over HTTP: how long a call
 * waits for its acknowledgement while many arrive and many sets are registered, and how long it is from
 * a call to the Application it leads to.
 */
import { createHmac } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'undici';
import { RESOURCES } from '../../src/api/client.ts';
import type { JsonObject } from '../../src/api/objects.ts';
import { systemClock } from '../../src/support/clock.ts';
import { type SandboxBackend, startSandboxBackend } from '../../test/harness/backend.ts';
import { type OperatorProcess, startOperatorProcess } from '../../test/harness/operator-process.ts';
import { APPS, SETS } from '../../test/harness/sets.ts';
import { InVain, until } from '../../test/harness/until.ts';
import { TestRepository } from '../../test/unit/git/fixture.ts';
import { type Goal, median } from '../figures.ts';
import { serveApart } from './server.ts';

const SECRET = 'hook-secret';
const REPOSITORIES = 50;
/** calls a second, and seconds of them before any is measured */
const RATE = 500;
const WARM_UP = 2;
/** of so many calls one is for a set: its clone, the git server and this program share the machine */
const WAKING = 500;
/** what the reference needs from a call to the Application: one set, its repo-server beside it, a quiet machine */
const REFERENCE_MS = 150;

const quantile = (values: readonly number[], part: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
};

class Bench {
  readonly #folder = mkdtempSync(join(tmpdir(), 'appset-bench-hooks-'));
  readonly repositories: TestRepository[] = [];
  #server: Awaited<ReturnType<typeof serveApart>> | undefined;
  #backend: SandboxBackend | undefined;
  #operator: OperatorProcess | undefined;
  #pool: Pool | undefined;

  get backend(): SandboxBackend {
    if (this.#backend === undefined) throw new Error('not begun');
    return this.#backend;
  }

  urlOf(repository: number): string {
    return `${this.#server?.url}/r${repository}`;
  }

  /** Sets of `NAME` and number, each on its own folder of one of the repositories. */
  async begin(sets: number, repositories: number): Promise<void> {
    for (let r = 0; r < repositories; r++) {
      const repository = new TestRepository(join(this.#folder, `r${r}`));
      const files: Record<string, string> = { 'docs/readme': 'x' };
      for (let set = r; set < sets; set += repositories) files[`teams/s${set}/web/values.yaml`] = 'a: 1\n';
      repository.write(files).commit();
      this.repositories.push(repository);
    }
    this.#server = await serveApart(this.#folder);
    this.#backend = await startSandboxBackend();
    const { client } = this.#backend;
    await client.create(RESOURCES.secrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: 'argocd-secret',
        namespace: 'argocd',
        labels: { 'app.kubernetes.io/part-of': 'argocd' },
      },
      data: {
        'webhook.github.secret': Buffer.from(SECRET).toString('base64'),
        'server.secretkey': 'dW51c2Vk',
      },
    });
    for (let set = 0; set < sets; set++) await client.create(SETS, this.#set(set, repositories));
    this.#operator = startOperatorProcess(this.backend.kubeconfig, [
      '--webhook-addr=127.0.0.1:0',
      '--metrics-addr=0',
      '--requeue-after=1h',
    ]);
    const { lines, pid } = this.#operator;
    const last = () => this.lastWords();
    const alive = () => {
      if (!existsSync(`/proc/${pid}`)) throw new InVain(`the operator ended: ${last()}`);
    };
    const heard = await until('the operator to listen', () => {
      alive();
      return lines.find(({ msg, listener }) => msg === 'listening' && listener === 'webhooks');
    });
    this.#pool = new Pool(String(heard['url']), { connections: 50 });
    await until(
      `${sets} Applications`,
      async () => {
        alive();
        // a page of one tells how many there are, and keeps the server free for the operator
        const { items, remainingItemCount = 0 } = await client.list(APPS, { namespace: 'argocd', limit: 1 });
        return items.length + remainingItemCount === sets;
      },
      { timeoutMs: 1_800_000, last },
    );
  }

  #set(index: number, repositories: number) {
    const repoURL = this.urlOf(index % repositories);
    return {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'ApplicationSet',
      metadata: { name: `s${index}`, namespace: 'argocd' },
      spec: {
        goTemplate: true,
        generators: [{ git: { repoURL, revision: 'main', directories: [{ path: `teams/s${index}/*` }] } }],
        template: {
          metadata: { name: `s${index}-{{.path.basename}}` },
          spec: {
            project: 'default',
            source: { repoURL, path: '{{.path.path}}', targetRevision: 'main' },
            destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' },
          },
        },
      },
    };
  }

  /** Commits a file of a set's repository; answers what GitHub would say of it. */
  push(set: number, path: string): JsonObject {
    const number = set % this.repositories.length;
    const repository = this.repositories[number];
    if (repository === undefined) throw new Error(`no repository ${number}`);
    const before = repository.git('rev-parse', 'HEAD');
    const after = repository.write({ [path]: `at: ${before}\n` }).commit();
    return {
      ref: 'refs/heads/main',
      before,
      after,
      repository: { name: `r${number}`, html_url: this.urlOf(number), default_branch: 'main' },
      commits: [{ id: after, added: [path], removed: [], modified: [] }],
    };
  }

  /** Sends a signed call; answers how long its acknowledgement took, in ms. */
  async call(text: string): Promise<number> {
    if (this.#pool === undefined) throw new Error('not begun');
    const started = performance.now();
    const { statusCode, body } = await this.#pool.request({
      path: '/api/webhook',
      method: 'POST',
      body: text,
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'push',
        'x-hub-signature-256': `sha256=${createHmac('sha256', SECRET).update(text).digest('hex')}`,
      },
    });
    await body.dump();
    if (statusCode !== 200) throw new Error(`a call was answered with ${statusCode}`);
    return performance.now() - started;
  }

  /** Milliseconds from a call to the Application of a new folder of each of these sets, one after another. */
  async latencies(sets: readonly number[]): Promise<readonly number[]> {
    const { client } = this.backend;
    const stop = new AbortController();
    const seen = new Map<string, number>();
    const { resourceVersion } = await client.list(APPS, { namespace: 'argocd' });
    const watching = (async () => {
      const options = { namespace: 'argocd', resourceVersion, signal: stop.signal };
      for await (const event of client.watch(APPS, options)) {
        if (event.type === 'ADDED') seen.set(event.object.metadata.name, performance.now());
      }
    })().catch((error: unknown) => {
      if (!stop.signal.aborted) throw error;
    });
    const taken: number[] = [];
    for (const [index, set] of sets.entries()) {
      const text = JSON.stringify(this.push(set, `teams/s${set}/new${index}/values.yaml`));
      const started = performance.now();
      await this.call(text);
      const name = `s${set}-new${index}`;
      taken.push((await until(`Application ${name}`, () => seen.get(name))) - started);
    }
    stop.abort();
    await watching;
    return taken;
  }

  /** What the operator said last. */
  lastWords(): string {
    const { stderr = '', lines = [] } = this.#operator ?? {};
    return [stderr, ...lines.slice(-3).map((line) => JSON.stringify(line))].join('\n');
  }

  async end(): Promise<void> {
    await this.#pool?.close();
    await this.#operator?.stop();
    await this.#backend?.stop();
    this.#server?.end();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function withBench<T>(
  sets: number,
  repositories: number,
  work: (bench: Bench) => Promise<T>,
): Promise<T> {
  const bench = new Bench();
  try {
    await bench.begin(sets, repositories);
    return await work(bench);
  } catch (error) {
    console.error(bench.lastWords());
    throw error;
  } finally {
    await bench.end();
  }
}

/** From a call to the Application: with one set, and with 1,000 sets on 50 repositories. */
export async function latencyCase(): Promise<readonly Goal[]> {
  const one = await withBench(1, 1, (bench) => bench.latencies(Array(20).fill(0)));
  const spread = Array.from({ length: 60 }, (_, index) => (index * 37) % 1_000);
  const many = await withBench(1_000, REPOSITORIES, (bench) => bench.latencies(spread));
  return [
    { what: 'call to Application, one set, median', measured: median(one), unit: 'ms', atMost: REFERENCE_MS },
    { what: 'call to Application, 1000 sets on 50 repositories, median', measured: median(many), unit: 'ms' },
    { what: 'the same, p95', measured: quantile(many, 0.95), unit: 'ms', atMost: 1_000 },
  ];
}

/** Acknowledgements while calls arrive at 500 a second, one of them a second for a set. */
export async function acknowledgementCase(options: {
  readonly sets: number;
  readonly seconds: number;
}): Promise<readonly Goal[]> {
  const { sets, seconds } = options;
  return withBench(sets, REPOSITORIES, async (bench) => {
    // one at a time: the API server lives in this process, and the operator needs it for its Lease
    const pushes = async (of: readonly (readonly [set: number, path: string])[]) => {
      const texts: string[] = [];
      for (const [set, path] of of) {
        texts.push(JSON.stringify(bench.push(set, path)));
        await systemClock.sleep(20);
      }
      return texts;
    };
    const quiet = await pushes(bench.repositories.map((_, number) => [number, 'docs/readme']));
    const waking = await pushes(
      Array.from({ length: Math.ceil(((seconds + WARM_UP) * RATE) / WAKING) }, (_, index) => {
        const set = (index * 37) % sets;
        return [set, `teams/s${set}/new/values.yaml`];
      }),
    );
    const calls: Promise<number>[] = [];
    const started = performance.now();
    const total = (seconds + WARM_UP) * RATE;
    for (let sent = 0; sent < total; ) {
      const due = Math.min(total, Math.floor(((performance.now() - started) / 1_000) * RATE));
      for (; sent < due; sent++) {
        const text = sent % WAKING === 0 ? waking[sent / WAKING] : quiet[sent % quiet.length];
        const call = bench.call(text ?? '');
        call.catch(() => {
          // told when all are waited for
        });
        calls.push(call);
      }
      await systemClock.sleep(2);
    }
    const every = await Promise.all(calls);
    const taken = every.slice(WARM_UP * RATE);
    const rate = every.length / ((performance.now() - started) / 1_000);
    return [
      { what: `calls a second, ${sets} sets registered`, measured: rate, unit: '/s', atLeast: 450 },
      { what: 'acknowledgement, median', measured: median(taken), unit: 'ms' },
      { what: 'acknowledgement, p99', measured: quantile(taken, 0.99), unit: 'ms', atMost: 100 },
    ];
  });
}
