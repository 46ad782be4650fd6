/**
 * Facts as they are now: cluster Secrets and projects from watch caches the caller keeps, git from the
 * network. `snapshot()` gives the `Sources` of one run: asked twice, a snapshot answers the same, and
 * what a cache or a server cannot tell is unknown, never empty.
 */
import { createHash } from 'node:crypto';
import type { ObjectClient } from '../../api/client.ts';
import type { KubeObject } from '../../api/objects.ts';
import {
  type ClusterFact,
  type GitRequest,
  type Known,
  known,
  type Reading,
  type Sources,
  unknown,
} from '../../generators/contract.ts';
import type { ScmBudget } from '../../scm/budgets.ts';
import { GitHubAppTokens } from '../../scm/github-app.ts';
import { BoundedCache } from '../../support/bounded-cache.ts';
import type { Clock } from '../../support/clock.ts';
import { LIMITS } from '../../support/limits.ts';
import { clusterFacts } from './cluster-secrets.ts';
import { type Descent, GitFacts, type GitReader, once } from './git-facts.ts';
import { notSynced, type ObjectsView } from './objects-view.ts';
import { accessTo } from './repository-access.ts';
import { appHosts } from './repository-credentials.ts';
import { RepositoryTrust, type TrustViews } from './repository-trust.ts';
import { type Labels, secretLabels } from './secret-labels.ts';

export interface LiveSourcesOptions {
  /** the control-plane namespace: Secrets and projects elsewhere are not looked at */
  readonly namespace: string;
  readonly clock: Clock;
  /** Secrets labelled as clusters */
  readonly clusterSecrets: ObjectsView;
  readonly projects: ObjectsView;
  /** Secrets with credentials of repositories; without it repositories are read without any */
  readonly repositorySecrets?: ObjectsView;
  /** ConfigMaps of host keys, authorities and signing keys; without it nobody beyond the system's is believed */
  readonly trust?: TrustViews;
  readonly git: GitReader;
  /** reads labels of Secrets that sets name; without it they cannot be told */
  readonly client?: Pick<ObjectClient, 'get'>;
}

export interface LiveSources {
  /** @param refsSince monotonic time in ms: refs of repositories read then or later will do; without it they are read now */
  snapshot(refsSince?: number): Sources;
  /** Somebody says what a ref of the repository of these URLs points to now; a guess that saves time, no fact. */
  hint(urls: readonly string[], commit: string): void;
  /** What providers of source code leave of their budgets, by host; of hosts that Secrets name. */
  scmBudgets(): readonly ScmBudget[];
  /** How a commit of a repository stands to one seen before. @throws AppsetError when that cannot be read */
  descent(request: GitRequest, older: string, newer: string): Promise<Descent>;
}

/** Sources over live caches and the network (design §4, Reading). */
export function createLiveSources(options: LiveSourcesOptions): LiveSources {
  const { namespace, clock } = options;
  let lastClusters: Known<readonly ClusterFact[]> | undefined;
  /** the Secrets it was made of; they are shared and never changed */
  let seen: readonly KubeObject[] = [];
  const lastProjects = new BoundedCache<string, Known<KubeObject | null>>(LIMITS.lastKnownGoodFacts);
  const trust = options.trust && new RepositoryTrust(options.trust, namespace);
  const access = { namespace, secrets: options.repositorySecrets, trust, apps: new GitHubAppTokens(clock) };
  const gitFacts = new GitFacts(
    options.git,
    {
      credentials: (request) => accessTo(access, request),
      signingKeys: () => trust?.signingKeys() ?? [],
    },
    clock,
  );

  const readClusters = (): Reading<readonly ClusterFact[]> => {
    const view = options.clusterSecrets;
    const provenance = `Secrets of ${namespace}`;
    if (!view.synced) return unknown(notSynced(view, `the cluster Secrets of ${namespace}`), lastClusters);
    const secrets = view.list();
    const isSame = secrets.length === seen.length && secrets.every((secret, index) => secret === seen[index]);
    if (isSame && lastClusters !== undefined) {
      lastClusters = { ...lastClusters, observedAt: clock.now() };
      return lastClusters;
    }
    const facts = clusterFacts(secrets, namespace);
    const version = createHash('sha256').update(JSON.stringify(facts)).digest('hex');
    lastClusters = known(facts, provenance, clock.now(), version);
    seen = secrets;
    return lastClusters;
  };

  const readProject = (
    name: string,
    projects: ReadonlyMap<string, KubeObject>,
  ): Reading<KubeObject | null> => {
    const project = projects.get(name) ?? null;
    const provenance = `AppProject ${namespace}/${name}`;
    const fact = known(project, provenance, clock.now(), project?.metadata.resourceVersion ?? '');
    lastProjects.set(name, fact);
    return fact;
  };

  return {
    hint: (urls, commit) => gitFacts.hint(urls, commit),
    descent: (request, older, newer) => gitFacts.descent(request, older, newer),
    scmBudgets: () => access.apps.budgets.of(appHosts(options.repositorySecrets?.list() ?? []), clock.now()),
    snapshot(refsSince?: number): Sources {
      let clusters: Promise<Reading<readonly ClusterFact[]>> | undefined;
      let projectsByName: ReadonlyMap<string, KubeObject> | undefined;
      const projects = new Map<string, Promise<Reading<KubeObject | null>>>();
      const labels = new Map<string, Promise<Reading<Labels | null>>>();
      return {
        ...gitFacts.snapshot(refsSince),
        clusters: () => {
          clusters ??= Promise.resolve(readClusters());
          return clusters;
        },
        secretLabels: (space, name) =>
          once(labels, `${space}/${name}`, () => secretLabels(options.client, clock, space, name)),
        project: (name) =>
          once(projects, name, async () => {
            const view = options.projects;
            if (projectsByName === undefined) {
              if (!view.synced) {
                return unknown(notSynced(view, `the AppProjects of ${namespace}`), lastProjects.get(name));
              }
              const own = view.list().filter((project) => project.metadata.namespace === namespace);
              projectsByName = new Map(own.map((project) => [project.metadata.name, project]));
            }
            return readProject(name, projectsByName);
          }),
      };
    },
  };
}
