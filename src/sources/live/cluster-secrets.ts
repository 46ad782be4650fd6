/**
 * Cluster Secrets as facts (spec controller §7.1): name, server, project, labels and annotations. The
 * credentials in `config` are looked at only to tell whether they are JSON; they never leave this file,
 * not even inside an error.
 */
import { CLUSTER_SECRET_TYPE, SECRET_TYPE_LABEL } from '../../api/names.ts';
import type { KubeObject } from '../../api/objects.ts';
import type { ClusterFact } from '../../generators/contract.ts';
import { comparePaths } from '../../git/index.ts';
import { secretText } from './objects-view.ts';

/** The cluster facts of a namespace's Secrets, in bytewise order of Secret name. */
export function clusterFacts(secrets: readonly KubeObject[], namespace: string): ClusterFact[] {
  return secrets
    .filter(
      (secret) =>
        secret.metadata.namespace === namespace &&
        secret.metadata.labels?.[SECRET_TYPE_LABEL] === CLUSTER_SECRET_TYPE,
    )
    .map(clusterFact)
    .sort((a, b) => comparePaths(a.secretName, b.secretName));
}

/** One cluster Secret without its credentials. */
export function clusterFact(secret: KubeObject): ClusterFact {
  const malformed = malformedConfig(secretText(secret, 'config') ?? '');
  return {
    secretName: secret.metadata.name,
    name: secretText(secret, 'name') ?? '',
    server: secretText(secret, 'server') ?? '',
    project: secretText(secret, 'project'),
    labels: secret.metadata.labels ?? {},
    annotations: secret.metadata.annotations ?? {},
    ...(malformed === undefined ? {} : { malformed }),
  };
}

/** Why `config` cannot be used; the text of a JSON error is not passed on because it quotes its input. */
function malformedConfig(config: string): string | undefined {
  if (config === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(config);
  } catch {
    return 'data.config is not valid JSON';
  }
  return typeof value === 'object' && !Array.isArray(value) ? undefined : 'data.config is not a JSON object';
}
