/**
 * Live sources on real servers: a repository, Secrets and ConfigMaps as Argo CD keeps them, and git as
 * the operator runs it. Everything is ended by `end`.
 */
import { join } from 'node:path';
import type { KubeObject } from '../../../src/api/objects.ts';
import type { GitRequest, GitTree, Reading } from '../../../src/generators/contract.ts';
import { Git, type GitSettings } from '../../../src/git/index.ts';
import { createLiveSources, type LiveSources } from '../../../src/sources/live/index.ts';
import { type Clock, systemClock } from '../../../src/support/clock.ts';
import {
  type GitServer,
  type GitServerOptions,
  gitServer,
  TestRepository,
  temporaryFolder,
} from '../../unit/git/fixture.ts';

class View {
  readonly objects = new Map<string, KubeObject>();
  synced = true;
  list(): readonly KubeObject[] {
    return [...this.objects.values()];
  }
}

export class GitWorld {
  readonly #folder = temporaryFolder();
  readonly #ends: (() => Promise<void> | void)[] = [];
  readonly secrets = new View();
  readonly maps = new View();
  readonly repository = new TestRepository(join(this.#folder.path, 'served', 'shop'));
  readonly git: Git;
  readonly sources: LiveSources;

  constructor(settings: Partial<GitSettings> = {}, clock: Clock = systemClock) {
    this.git = new Git({ home: join(this.#folder.path, 'home'), timeoutMs: 10_000, ...settings });
    this.sources = createLiveSources({
      namespace: 'argocd',
      clock,
      clusterSecrets: new View(),
      projects: new View(),
      repositorySecrets: this.secrets,
      trust: { knownHosts: this.maps, tlsCertificates: this.maps, signingKeys: this.maps },
      git: this.git,
    });
  }

  get folder(): string {
    return this.#folder.path;
  }

  onEnd(end: () => Promise<void> | void): void {
    this.#ends.push(end);
  }

  async serve(options: GitServerOptions = {}): Promise<GitServer> {
    const server = await gitServer(join(this.folder, 'served'), options);
    this.onEnd(() => server.close());
    return server;
  }

  /** A Secret of a repository, or with `repo-creds` of a beginning of URLs. */
  secret(data: Readonly<Record<string, string>>, type = 'repository'): void {
    const name = `s${this.secrets.objects.size}`;
    this.secrets.objects.set(name, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace: 'argocd', labels: { 'argocd.argoproj.io/secret-type': type } },
      data: Object.fromEntries(Object.entries(data).map(([k, v]) => [k, Buffer.from(v).toString('base64')])),
    });
  }

  configMap(name: string, data: Readonly<Record<string, string>>): void {
    const metadata = { name, namespace: 'argocd' };
    this.maps.objects.set(name, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
  }

  /** Asks as a run would. */
  async tree(repoURL: string, request: Partial<GitRequest> = {}): Promise<Reading<GitTree>> {
    return this.sources.snapshot().gitTree({ repoURL, revision: 'main', project: 'default', ...request });
  }

  /** The paths of the tree, or code and message of why there are none. */
  async paths(repoURL: string, request: Partial<GitRequest> = {}): Promise<readonly string[] | string> {
    const reading = await this.tree(repoURL, request);
    if (reading.known) return reading.value.entries.map(({ path }) => path);
    return `${reading.error.code} ${reading.error.message}`;
  }

  async end(): Promise<void> {
    for (const end of this.#ends.splice(0)) await end();
    this.#folder.remove();
  }
}
