/**
 * Facts from a recorded world: cluster Secrets, AppProjects and repositories given as values. What the
 * conformance corpus, fixtures and tests run on. One world gives one snapshot; nothing is fetched.
 */
import type { Json, JsonObject, KubeObject } from '../../api/objects.ts';
import { clusterFact } from '../../generators/cluster-secret.ts';
import {
  type ClusterFact,
  type GitRequest,
  type GitTree,
  known,
  type Reading,
  type Sources,
  unknown,
} from '../../generators/contract.ts';
import { compareBytes } from '../../support/byte-strings.ts';
import type { Clock } from '../../support/clock.ts';
import { AppsetError } from '../../support/errors.ts';
import { isJsonObject } from '../../support/json.ts';
import { RecordedRepository } from './repository.ts';

export interface WorldOptions {
  /** wall time of the observations */
  readonly clock: Clock;
}

const objects = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter(isJsonObject) : [];

/**
 * Sources of a world as the corpus writes it: `namespace`, `clusterSecrets`, `secrets`, `appProjects`,
 * `repositories[url].revisions[rev]` with `files`, `symlinks` or `error`; a repository may also be the
 * map of its revisions. A repository that is not listed cannot be found.
 */
export function worldSources(world: JsonObject, options: WorldOptions): Sources {
  const observedAt = options.clock.now();
  const clusters = objects(world['clusterSecrets'])
    .map((secret) => clusterFact(secret))
    .sort((a, b) => compareBytes(a.secretName, b.secretName));
  const projects = new Map<string, KubeObject>();
  for (const project of objects(world['appProjects']) as unknown as readonly KubeObject[]) {
    projects.set(project.metadata.name, project);
  }
  const own = typeof world['namespace'] === 'string' ? world['namespace'] : 'argocd';
  const secrets = new Map<string, Readonly<Record<string, string>>>();
  for (const { metadata } of objects(world['secrets']) as unknown as readonly KubeObject[]) {
    secrets.set(`${metadata.namespace ?? own}/${metadata.name}`, metadata.labels ?? {});
  }
  const repositories = new Map<string, RecordedRepository>();
  for (const [url, recorded] of Object.entries((world['repositories'] ?? {}) as JsonObject)) {
    if (isJsonObject(recorded)) repositories.set(url, new RecordedRepository(recorded));
  }
  const gitTree = (request: GitRequest): Reading<GitTree> => {
    const repository = repositories.get(request.repoURL);
    if (repository === undefined) {
      return unknown(
        new AppsetError(
          'APPSET_E0402',
          'unable to resolve git revision : failed to list refs: repository not found',
        ),
      );
    }
    if (request.signatureKeys !== undefined) {
      return unknown(new AppsetError('APPSET_E0407', 'signatures of recorded commits are not verified'));
    }
    const found = repository.tree(request.revision);
    if (found instanceof AppsetError) return unknown(found);
    const provenance = `${request.repoURL}@${request.revision === '' ? 'HEAD' : request.revision}`;
    return known(found, provenance, observedAt, found.commit);
  };
  return {
    clusters: async (): Promise<Reading<readonly ClusterFact[]>> =>
      known(clusters, 'recorded Secrets', observedAt, 'recorded'),
    project: async (name) => known(projects.get(name) ?? null, `AppProject ${name}`, observedAt, 'recorded'),
    secretLabels: async (namespace, name) =>
      known(secrets.get(`${namespace}/${name}`) ?? null, `Secret ${name}`, observedAt, 'recorded'),
    gitTree: async (request) => gitTree(request),
    gitFiles: async (request, commit, paths) => {
      const tree = gitTree(request);
      if (!tree.known) return unknown(tree.error);
      const contents =
        repositories.get(request.repoURL)?.contents(tree.value, paths) ?? new Map<string, string>();
      return known(contents, tree.provenance, observedAt, commit);
    },
  };
}
