/**
 * What is so, kept beside the operators, which see it only through a server and a repository that fail:
 * what the authors of five sets want, which clusters, folders and files there are, and so which
 * Applications have to be there in the end, and which may be deleted now.
 */
import type { JsonObject } from '../../../src/api/objects.ts';

export const GIT = 'https://git.example.org/fleet.git';
export const LOCAL = 'https://kubernetes.default.svc';

/** One set as its author has it. */
export interface Authored {
  readonly name: SetName;
  readonly namespace: string;
  exists: boolean;
  /** before the names of its Applications */
  prefix: string;
  release: string;
  policy: 'sync' | 'create-only' | 'create-update';
  /** its template cannot be parsed */
  broken: boolean;
  ignoresRelease: boolean;
  paused: boolean;
}

export interface Wanted {
  readonly path: string;
  readonly release: string;
  readonly server: string;
}

const NAMES = ['towns', 'fleet', 'apps', 'grid', 'sites'] as const;
export type SetName = (typeof NAMES)[number];

export const serverOf = (cluster: string): string => `https://${cluster}.example.org`;

export class Truth {
  readonly sets: ReadonlyMap<SetName, Authored> = new Map(
    NAMES.map((name) => [
      name,
      {
        name,
        namespace: name === 'grid' ? 'team-a' : 'argocd',
        exists: true,
        prefix: name,
        release: 'r1',
        policy: 'sync',
        broken: false,
        ignoresRelease: false,
        paused: false,
      },
    ]),
  );
  readonly cities = new Set<string>();
  readonly stages = new Set<string>();
  /** name → whether its label says that it is live */
  readonly clusters = new Map<string, boolean>();
  readonly folders = new Set<string>();
  readonly sites = new Set<string>();
  /** files of sites that cannot be parsed just now */
  readonly unreadable = new Set<string>();
  isGitDown = false;
  isProjectThere = true;

  get live(): readonly string[] {
    return [...this.clusters].filter(([, isLive]) => isLive).map(([name]) => name);
  }

  #rows(name: SetName): readonly (readonly [key: string, server: string])[] {
    const local = (keys: Iterable<string>) => [...keys].map((key) => [key, LOCAL] as const);
    if (name === 'towns') return local(this.cities);
    if (name === 'apps') return local(this.folders);
    if (name === 'sites') return local(this.sites);
    const { live } = this;
    if (name === 'fleet') return live.map((cluster) => [cluster, serverOf(cluster)] as const);
    return live.flatMap((cluster) =>
      [...this.stages].map((stage) => [`${stage}-${cluster}`, serverOf(cluster)] as const),
    );
  }

  /** Applications of a set that have to be there, by name. */
  wanted({ name, exists, prefix, release }: Authored): ReadonlyMap<string, Wanted> {
    if (!exists) return new Map();
    return new Map(
      this.#rows(name).map(([key, server]) => [
        `${prefix}-${key}`,
        { path: `deploy/${key}`, release, server },
      ]),
    );
  }

  /** Why an Application of a set must not be deleted by an operator now; undefined when it may. */
  whyNot(set: Authored, application: string): string | undefined {
    if (!set.exists) return 'its set is gone: that is garbage collection';
    if (this.wanted(set).has(application)) return 'all of it is there';
    if (set.policy !== 'sync') return `the policy is ${set.policy}`;
    if (set.paused) return 'the set is paused';
    const readsGit = set.name === 'apps' || set.name === 'sites';
    if (readsGit && this.isGitDown) return 'git is down';
    return undefined;
  }

  specOf(set: Authored): JsonObject {
    const { name, prefix, release, broken, policy, ignoresRelease } = set;
    const { generators, key, server } = this.#sourceOf(name);
    return {
      goTemplate: true,
      goTemplateOptions: ['missingkey=error'],
      generators,
      syncPolicy: {
        ...(policy === 'sync' ? {} : { applicationsSync: policy }),
        // where a cluster is gone, what waits for it has to be let go
        ...(name === 'fleet' ? {} : { preserveResourcesOnDeletion: true }),
      },
      ...(ignoresRelease
        ? { ignoreApplicationDifferences: [{ jsonPointers: ['/spec/source/targetRevision'] }] }
        : {}),
      template: {
        metadata: { name: `${prefix}-${key}${broken ? '{{' : ''}`, labels: { of: name } },
        spec: {
          project: 'default',
          source: { repoURL: GIT, path: `deploy/${key}`, targetRevision: release },
          destination: { server, namespace: 'shop' },
        },
      },
    };
  }

  #sourceOf(name: SetName): { generators: JsonObject[]; key: string; server: string } {
    const rows = (column: string, values: Iterable<string>): JsonObject => ({
      list: { elements: [...values].map((value) => ({ [column]: value })) },
    });
    const clusters = { clusters: { selector: { matchLabels: { env: 'live' } } } };
    const git = (more: JsonObject): JsonObject => ({ git: { repoURL: GIT, revision: 'main', ...more } });
    const files = git({ files: [{ path: 'sites/*.json' }] });
    switch (name) {
      case 'towns':
        return { generators: [rows('city', this.cities)], key: '{{.city}}', server: LOCAL };
      case 'fleet':
        return { generators: [clusters], key: '{{.name}}', server: '{{.server}}' };
      case 'apps':
        return {
          generators: [git({ directories: [{ path: 'apps/*' }] })],
          key: '{{.path.basename}}',
          server: LOCAL,
        };
      case 'grid': {
        const matrix = { generators: [rows('stage', this.stages), clusters] };
        return { generators: [{ matrix }], key: '{{.stage}}-{{.name}}', server: '{{.server}}' };
      }
      case 'sites': {
        const merge = { mergeKeys: ['city'], generators: [files, rows('city', ['porto'])] };
        return { generators: [{ merge }], key: '{{.city}}', server: LOCAL };
      }
    }
  }
}
