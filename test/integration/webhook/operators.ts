/**
 * Operators as they run, on one sandbox store, with HTTP on loopback and a real git repository: what the
 * tests of webhooks need. Everything is ended by `end`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { RESOURCES } from '../../../src/api/client.ts';
import type { JsonObject, KubeObject } from '../../../src/api/objects.ts';
import { silentLog } from '../../../src/controller/log.ts';
import { type Operator, type OperatorOptions, startOperator } from '../../../src/controller/operator.ts';
import { DELIVERIES_PATH, type Listeners, Serving, WEBHOOK_PATH } from '../../../src/controller/serving.ts';
import { type ControllerSettings, controllerSettings } from '../../../src/controller/settings.ts';
import { Faults, Store, StoreClient } from '../../../src/sandbox/index.ts';
import type { Delivery } from '../../../src/server/index.ts';
import { systemClock } from '../../../src/support/clock.ts';
import { seededRandom } from '../../../src/support/random.ts';
import { type GitServer, gitServer, TestRepository, temporaryFolder } from '../../unit/git/fixture.ts';
import { hmac } from '../../unit/webhook/calls.ts';

const LOOPBACK = { host: '127.0.0.1', port: 0 };
export const SECRET = 'hook-secret';

export class Running {
  readonly operator: Operator;
  readonly serving: Serving;
  readonly listeners: Listeners;

  constructor(operator: Operator, serving: Serving, listeners: Listeners) {
    this.operator = operator;
    this.serving = serving;
    this.listeners = listeners;
  }

  /** A GitHub call; signed with `secret` unless that is null. */
  async call(body: JsonObject, secret: string | null = SECRET, event = 'push'): Promise<Response> {
    const text = JSON.stringify(body);
    return fetch(`${this.listeners.webhooks?.url}${WEBHOOK_PATH}`, {
      method: 'POST',
      body: text,
      headers: {
        'X-GitHub-Event': event,
        'X-GitHub-Delivery': 'delivery-1',
        ...(secret === null ? {} : { 'X-Hub-Signature-256': `sha256=${hmac(secret, text)}` }),
      },
    });
  }

  async get(listener: 'metrics' | 'probes', path: string): Promise<{ status: number; text: string }> {
    const answer = await fetch(`${this.listeners[listener]?.url}${path}`);
    return { status: answer.status, text: await answer.text() };
  }

  async deliveries(): Promise<readonly Delivery[]> {
    return JSON.parse((await this.get('metrics', DELIVERIES_PATH)).text).deliveries;
  }
}

export class World {
  readonly #folder = temporaryFolder();
  readonly #ends: (() => Promise<void> | void)[] = [];
  readonly store = new Store({ clock: systemClock, random: seededRandom(7) });
  readonly client = this.clientFor('user');
  readonly repository = new TestRepository(join(this.#folder.path, 'shop'));

  #server: GitServer | undefined;

  /** Serves the repository and makes what every installation has. */
  async begin(): Promise<void> {
    this.#server = await gitServer(this.#folder.path);
    await this.#project();
  }

  /** where operators and webhooks find the repository */
  get url(): string {
    return `${this.#server?.url}/shop`;
  }

  /** how often its refs were asked for */
  looks(): number {
    return this.#server?.looks() ?? 0;
  }

  clientFor(user: string): StoreClient {
    return new StoreClient(this.store, new Faults(systemClock), user);
  }

  async start(
    identity: string,
    settings: Partial<ControllerSettings> = {},
    more: Pick<OperatorOptions, 'gitTimeoutMs'> = {},
  ): Promise<Running> {
    const parts = {
      client: this.clientFor(identity),
      settings: controllerSettings({ requeueAfterSeconds: 3_600, ...settings }),
      workers: 2,
      clock: systemClock,
      random: seededRandom(3),
      log: silentLog,
    };
    const gitFolder = mkdtempSync(join(tmpdir(), 'appset-webhook-'));
    const serving = new Serving({
      ...parts,
      metrics: LOOPBACK,
      probes: LOOPBACK,
      webhooks: LOOPBACK,
      webhookWorkers: 2,
    });
    const operator = startOperator({
      ...parts,
      ...more,
      gitFolder,
      allowLocalGit: true,
      identity,
      telemetry: serving.telemetry,
    });
    const listeners = await serving.open(operator);
    this.#ends.push(async () => {
      await operator.stop();
      await serving.close();
      rmSync(gitFolder, { recursive: true, force: true });
    });
    return new Running(operator, serving, listeners);
  }

  async secret(name: string, stringData: Readonly<Record<string, string>>): Promise<void> {
    const data = Object.fromEntries(
      Object.entries(stringData).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
    );
    const labels = { 'app.kubernetes.io/part-of': 'argocd' };
    const secret: KubeObject = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace: 'argocd', labels },
      data,
    };
    const exists = await this.client.get(RESOURCES.secrets, 'argocd', name).catch(() => undefined);
    if (exists === undefined) await this.client.create(RESOURCES.secrets, secret);
    else await this.client.patch(RESOURCES.secrets, 'argocd', name, { data }, { type: 'merge' });
  }

  async #project(): Promise<void> {
    const spec = { sourceRepos: ['*'], destinations: [{ server: '*', namespace: '*' }] };
    const metadata = { name: 'default', namespace: 'argocd' };
    await this.client.create(RESOURCES.appProjects, {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AppProject',
      metadata,
      spec,
    });
  }

  /** A set with an Application for each directory the generators give. */
  async set(name: string, generators: readonly JsonObject[], prefix = name): Promise<void> {
    const spec: JsonObject = {
      goTemplate: true,
      generators,
      template: {
        metadata: { name: `${prefix}-{{ .path.basename }}` },
        spec: {
          project: 'default',
          source: { repoURL: this.url, path: '{{ .path.path }}', targetRevision: 'main' },
          destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' },
        },
      },
    };
    const metadata = { name, namespace: 'argocd' };
    await this.client.create(RESOURCES.applicationSets, {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'ApplicationSet',
      metadata,
      spec,
    });
  }

  async applications(): Promise<readonly string[]> {
    const { items } = await this.client.list(RESOURCES.applications, { namespace: 'argocd' });
    return items.map(({ metadata }) => metadata.name).sort();
  }

  async annotations(set: string): Promise<Readonly<Record<string, string>>> {
    return (await this.client.get(RESOURCES.applicationSets, 'argocd', set)).metadata.annotations ?? {};
  }

  async end(): Promise<void> {
    for (const end of this.#ends.splice(0)) await end();
    await this.#server?.close();
    this.#folder.remove();
  }
}

/** Waits until it holds. */
export const until = (check: () => Promise<void> | void): Promise<void> =>
  vi.waitFor(check, { timeout: 15_000, interval: 20 });
