/**
 * A property over random worlds, edits and faults: no Application is deleted while every part it is made
 * of is there, nor before its absence stood for its time, nor beyond its budget. What is true is kept
 * by the test beside the operator, which sees it through sources that fail and lie. A failure prints the
 * seed; SEED=N runs one world, WORLDS=N so many.
 */
import { describe, expect, test } from 'vitest';
import { RESOURCES } from '../../../src/api/client.ts';
import type { JsonObject } from '../../../src/api/objects.ts';
import { ControllerMemory } from '../../../src/controller/memory.ts';
import type { ReconcileDeps } from '../../../src/controller/reconcile.ts';
import { worldSources } from '../../../src/sources/recorded/index.ts';
import { type Random, seededRandom } from '../../../src/support/random.ts';
import { GIT, Operator } from './operator.ts';

const SETTLE = 30;
const SECOND_READING = 60;
const WINDOW = 600;
const STEPS = 40;
const WORLDS = Number(process.env['WORLDS'] ?? 40);
const ONLY = process.env['SEED'];
const CLUSTER_LABEL = 'argocd.argoproj.io/secret-type';

const NAME =
  '{{if .city}}{{if .name}}m-{{.name}}-{{.city}}{{else}}l-{{.city}}{{end}}{{else if .name}}k-{{.name}}{{else}}g-{{.path.basename}}{{end}}';

/** What is so, and since when what is not. */
class Truth {
  elements = new Set<string>();
  stages = new Set<string>();
  clusters = new Set<string>();
  folders = new Set<string>();
  readonly #absentSince = new Map<string, number>();
  /** parts of lists that were emptied: nothing confirms their absence */
  readonly emptied = new Set<string>();

  parts(application: string): readonly string[] {
    const [kind, first, second] = application.split('-');
    if (kind === 'm') return [`k-${first}`, `s-${second}`];
    return [`${kind}-${first}`];
  }
  isThere(part: string): boolean {
    const id = part.slice(2);
    const of = { l: this.elements, s: this.stages, k: this.clusters, g: this.folders }[part[0] ?? ''];
    return of?.has(id) === true;
  }
  /** To be called after every change. */
  note(known: Iterable<string>, now: number): void {
    for (const part of known) {
      if (this.isThere(part)) this.#absentSince.delete(part);
      else if (!this.#absentSince.has(part)) this.#absentSince.set(part, now);
    }
  }
  absentFor(part: string, now: number): number {
    return now - (this.#absentSince.get(part) ?? now);
  }
}

interface Lies {
  git: 'none' | 'down' | 'older' | 'empty';
  clusters: 'none' | 'hidden';
}

const TRUE: Lies = { git: 'none', clusters: 'none' };

class World extends Operator {
  readonly truth = new Truth();
  readonly random: Random;
  readonly seen = new Set<string>();
  readonly deleted: { at: number; confirmed: boolean }[] = [];
  readonly story: string[] = [];
  lies: Lies = { git: 'none', clusters: 'none' };
  /** folders of an older commit, served by a replica that lags */
  older: readonly string[] = [];
  /** ids of what the branch really was, in order */
  readonly #commits: string[] = [];

  constructor(seed: number) {
    super({ clusterSettleSeconds: SETTLE });
    this.random = seededRandom(seed);
    this.descends = async (older, newer) => ({
      descends:
        this.#commits.indexOf(older) >= 0 && this.#commits.lastIndexOf(newer) >= this.#commits.indexOf(older),
      branch: true,
    });
    const { truth } = this;
    for (let i = this.random.int(1, 12); i > 0; i -= 1) truth.elements.add(`e${i}`);
    for (let i = this.random.int(1, 4); i > 0; i -= 1) truth.stages.add(`t${i}`);
    for (let i = this.random.int(1, 6); i > 0; i -= 1) this.#register(`c${i}`);
    for (let i = this.random.int(1, 14); i > 0; i -= 1) truth.folders.add(`f${i}`);
    this.older = [...truth.folders];
    this.author();
  }

  get now(): number {
    return this.clock.now() / 1_000;
  }

  /** The set as its author has it now. */
  author(): void {
    const { elements, stages } = this.truth;
    const rows = (of: ReadonlySet<string>) => ({ list: { elements: [...of].map((city) => ({ city })) } });
    const clusters = { clusters: { selector: { matchLabels: { env: 'live' } } } };
    const git = { git: { repoURL: GIT, revision: 'main', directories: [{ path: 'apps/*' }] } };
    this.apply({
      goTemplate: true,
      syncPolicy: { preserveResourcesOnDeletion: true },
      generators: [rows(elements), clusters, git, { matrix: { generators: [clusters, rows(stages)] } }],
      template: {
        metadata: { name: NAME },
        spec: {
          project: 'default',
          source: { repoURL: GIT, path: NAME, targetRevision: 'main' },
          destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' },
        },
      },
    } as unknown as JsonObject);
  }

  #register(name: string): void {
    this.clusterSecret(name, `https://${name}.example.org`, { env: 'live' });
    this.truth.clusters.add(name);
  }

  override sources(truly = false): ReturnType<Operator['sources']> {
    const { store } = this.client;
    const secrets = store.list(store.kind(RESOURCES.secrets), { namespace: 'argocd' }).items;
    const appProjects = store.list(store.kind(RESOURCES.appProjects), { namespace: 'argocd' }).items;
    const { git, clusters } = truly ? TRUE : this.lies;
    const shown = { none: [...this.truth.folders], down: [], older: [...this.older], empty: [] }[git];
    const files = Object.fromEntries(shown.map((folder) => [`apps/${folder}/app.yaml`, '']));
    const main = git === 'down' ? { files: {}, error: 'no route to host' } : { files };
    return worldSources(
      {
        clusterSecrets: secrets.filter(
          ({ metadata }) =>
            metadata.labels?.[CLUSTER_LABEL] === 'cluster' &&
            (clusters === 'none' || this.random.next() < 0.5),
        ) as unknown as JsonObject[],
        appProjects: appProjects as unknown as JsonObject[],
        repositories: { [GIT]: { main } },
      },
      { clock: this.clock },
    );
  }

  #pick(of: ReadonlySet<string>): string | undefined {
    return [...of][this.random.int(0, Math.max(1, of.size))];
  }

  /** One thing happens. */
  change(): void {
    const { truth, random } = this;
    const events: Record<string, () => void> = {
      'an element goes': () => {
        const one = this.#pick(truth.elements);
        if (one !== undefined && truth.elements.size > 1) truth.elements.delete(one);
        this.author();
      },
      'an element comes': () => {
        truth.elements.add(`e${random.int(1, 20)}`);
        this.author();
      },
      'half of the elements go': () => {
        for (const one of [...truth.elements].slice(1)) if (random.next() < 0.5) truth.elements.delete(one);
        this.author();
      },
      'the list is emptied': () => {
        for (const one of truth.elements) truth.emptied.add(`l-${one}`);
        truth.elements.clear();
        this.author();
      },
      'a stage goes': () => {
        const one = this.#pick(truth.stages);
        if (one !== undefined && truth.stages.size > 1) truth.stages.delete(one);
        this.author();
      },
      'a cluster is deleted': () => {
        const one = this.#pick(truth.clusters);
        if (one === undefined) return;
        truth.clusters.delete(one);
        this.remove(RESOURCES.secrets, one);
      },
      'a cluster comes': () => {
        const name = `c${random.int(10, 30)}`;
        if (!truth.clusters.has(name)) this.#register(name);
      },
      'a folder goes': () => {
        this.older = [...truth.folders];
        const one = this.#pick(truth.folders);
        if (one !== undefined) truth.folders.delete(one);
      },
      'many folders go': () => {
        this.older = [...truth.folders];
        for (const one of truth.folders) if (random.next() < 0.4) truth.folders.delete(one);
      },
      'a folder comes': () => {
        this.older = [...truth.folders];
        truth.folders.add(`f${random.int(1, 30)}`);
      },
      'git is down': () => {
        this.lies = { ...this.lies, git: 'down' };
      },
      'git is an older one': () => {
        this.lies = { ...this.lies, git: 'older' };
      },
      'git is empty': () => {
        this.lies = { ...this.lies, git: 'empty' };
      },
      'clusters are hidden': () => {
        this.lies = { ...this.lies, clusters: 'hidden' };
      },
      'all is well': () => {
        this.lies = { git: 'none', clusters: 'none' };
        this.client.faults.clear();
      },
      'the operator restarts': () => {
        this.memory = new ControllerMemory();
      },
      'deletions are refused': () => {
        this.client.faults.add({
          verb: 'delete',
          kind: 'Application',
          effect: { type: 'refuse', code: 500 },
          times: random.int(1, 4),
        });
      },
      'an answer is lost': () => {
        this.client.faults.add({
          verb: ['create', 'patch', 'delete'],
          effect: { type: 'cut', when: 'after' },
          times: random.int(1, 3),
        });
      },
      'Secrets cannot be read': () => {
        this.client.faults.add({
          verb: ['get', 'list'],
          kind: 'Secret',
          effect: { type: 'refuse', code: 403 },
          times: random.int(1, 6),
        });
      },
    };
    const names = Object.keys(events);
    const name = names[random.int(0, names.length)] ?? '';
    this.story.push(name);
    events[name]?.();
    this.#note();
  }

  #note(): void {
    for (const application of this.names)
      for (const part of this.truth.parts(application)) this.seen.add(part);
    this.truth.note(this.seen, this.now);
    for (const part of this.truth.emptied) if (this.truth.isThere(part)) this.truth.emptied.delete(part);
  }

  /** Takes note of the commit the branch really is at. */
  async push(): Promise<void> {
    const request = { repoURL: GIT, revision: 'main', project: 'default' };
    const reading = await this.sources(true).gitTree(request);
    if (reading.known && this.#commits.at(-1) !== reading.value.commit)
      this.#commits.push(reading.value.commit);
  }

  /** A run, and what may be said of its deletions. */
  async look(deps: Partial<ReconcileDeps> = {}): Promise<void> {
    await this.push();
    const before = this.names;
    await this.run(deps);
    const left = new Set(this.names);
    const gone = before.filter((name) => !left.has(name));
    this.#note();
    if (gone.length > 0) this.story.push(`deleted ${gone.join(' ')}`);
    for (const name of gone) {
      const missing = this.truth.parts(name).filter((part) => !this.truth.isThere(part));
      expect(missing, `${name} was deleted, and all of it is there`).not.toEqual([]);
      const confirmed = missing.some((part) => !this.truth.emptied.has(part));
      const stood = Math.max(...missing.map((part) => this.truth.absentFor(part, this.now)));
      expect(stood, `${name} was deleted ${stood} s after it was taken away`).toBeGreaterThanOrEqual(
        confirmed ? SETTLE : SECOND_READING,
      );
      this.deleted.push({ at: this.now, confirmed });
    }
    const recent = this.deleted.filter(({ at }) => at > this.now - WINDOW);
    const owned = left.size + recent.length;
    expect(recent.length, 'deletions in ten minutes').toBeLessThanOrEqual(Math.max(5, Math.floor(owned / 5)));
    expect(
      recent.filter(({ confirmed }) => !confirmed).length,
      'deletions in ten minutes that nothing confirms',
    ).toBeLessThanOrEqual(Math.max(1, Math.floor(owned / 10)));
  }
}

describe('whatever happens', () => {
  const seeds = ONLY === undefined ? Array.from({ length: WORLDS }, (_, seed) => seed + 1) : [Number(ONLY)];
  test(`nothing is deleted that is there, too early, or beyond its budget (${seeds.length} worlds)`, async () => {
    let deleted = 0;
    let held = 0;
    for (const seed of seeds) {
      const world = new World(seed);
      try {
        await world.look();
        for (let step = 0; step < STEPS; step += 1) {
          await world.push();
          if (world.random.next() < 0.6) world.change();
          const seconds = [1, 10, 31, 61, 200, 700][world.random.int(0, 6)] ?? 1;
          world.story.push(`${seconds} s`);
          world.clock.advance(seconds);
          await world.look();
          if (world.condition('DeletionsHeld') !== undefined) held += 1;
        }
      } catch (error) {
        throw new Error(`seed ${seed}: ${world.story.join(', ')}`, { cause: error });
      }
      deleted += world.deleted.length;
    }
    process.stdout.write(`${seeds.length} worlds: ${deleted} deletions, ${held} looks at holds\n`);
    if (seeds.length >= 20) expect(Math.min(deleted, held)).toBeGreaterThan(seeds.length / 2);
  }, 600_000);
});

test('a cluster the list lacks, whose Secret is there, keeps its Application for as long as that is so', async () => {
  const operator = new Operator();
  const names = ['eu-1', 'eu-2', 'eu-3'];
  for (const name of names) operator.clusterSecret(name, `https://${name}.example.org`);
  operator.apply({
    goTemplate: true,
    syncPolicy: { preserveResourcesOnDeletion: true },
    generators: [{ clusters: {} }],
    template: {
      metadata: { name: 'shop-{{.name}}' },
      spec: {
        project: 'default',
        source: { repoURL: GIT, path: '{{.name}}', targetRevision: 'main' },
        destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' },
      },
    },
  });
  await operator.run();
  const before = operator.names;
  expect(before).toContain('shop-eu-3');
  const whole = operator.sources();
  const sources = {
    ...whole,
    clusters: async () => {
      const reading = await whole.clusters();
      if (!reading.known) return reading;
      return { ...reading, value: reading.value.filter(({ secretName }) => secretName !== 'eu-3') };
    },
  };
  for (const seconds of [0, 10, 61, 700, 3_600]) {
    operator.clock.advance(seconds);
    await operator.run({ facts: async () => ({ sources, inClusterEnabled: true }) });
    expect(operator.names).toEqual(before);
  }
  expect(operator.condition('DeletionsHeld')).toMatch(
    /^True Grace .*is there, though the list of clusters lacks it/,
  );
});
