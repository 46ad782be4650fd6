/**
 * The cluster Secrets of a namespace as facts. Objects of a watch cache never change, so each Secret is
 * read once for as long as it is the same: with thousands of clusters every run would decode them again.
 */
import { CLUSTER_SECRET_TYPE, SECRET_TYPE_LABEL } from '../../api/names.ts';
import type { JsonObject, KubeObject } from '../../api/objects.ts';
import { clusterFact } from '../../generators/cluster-secret.ts';
import type { ClusterFact } from '../../generators/contract.ts';
import { compareBytes } from '../../support/byte-strings.ts';

const facts = new WeakMap<KubeObject, ClusterFact>();

function factOf(secret: KubeObject): ClusterFact {
  const made = facts.get(secret) ?? clusterFact(secret as unknown as JsonObject);
  facts.set(secret, made);
  return made;
}

/** The cluster facts of a namespace's Secrets, in bytewise order of Secret name. */
export function clusterFacts(secrets: readonly KubeObject[], namespace: string): ClusterFact[] {
  return secrets
    .filter(
      (secret) =>
        secret.metadata.namespace === namespace &&
        secret.metadata.labels?.[SECRET_TYPE_LABEL] === CLUSTER_SECRET_TYPE,
    )
    .map(factOf)
    .sort((a, b) => compareBytes(a.secretName, b.secretName));
}
