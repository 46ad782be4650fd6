/**
 * Whether the destination of an Application is a cluster Argo CD knows (spec
 * controller-and-operations §6.3): by address or by name, never both; the local cluster is known
 * without a Secret unless in-cluster use is switched off. Texts are the reference's.
 */

import { IN_CLUSTER_NAME, IN_CLUSTER_SERVER } from '../api/names.ts';
import type { JsonObject } from '../api/objects.ts';
import type { ClusterFact } from '../generators/contract.ts';

/** Looks destinations up in one snapshot of the cluster Secrets. */
export class ClusterDirectory {
  readonly #byServer = new Map<string, ClusterFact>();
  readonly #byName = new Map<string, string[]>();
  readonly #inClusterEnabled: boolean;

  /** @param inClusterEnabled false only when argocd-cm says `cluster.inClusterEnabled: "false"` */
  constructor(clusters: readonly ClusterFact[], inClusterEnabled: boolean) {
    this.#inClusterEnabled = inClusterEnabled;
    for (const cluster of clusters) {
      const server = withoutSlashes(cluster.server);
      if (!this.#byServer.has(server)) this.#byServer.set(server, cluster);
      if (cluster.malformed !== undefined) continue;
      if (server === IN_CLUSTER_SERVER && !inClusterEnabled) continue;
      const servers = this.#byName.get(cluster.name) ?? [];
      this.#byName.set(cluster.name, [...servers, server]);
    }
  }

  /** What is wrong with a destination, undefined when it resolves. */
  problemOf(destination: JsonObject | undefined): string | undefined {
    const server = textOf(destination?.server);
    const name = textOf(destination?.name);
    if (name !== '') {
      if (server !== '') {
        return `application destination can't have both name and server defined: ${name} ${server}`;
      }
      return this.#problemOfName(name);
    }
    return server === '' ? 'Destination server missing from app spec' : this.#problemOfServer(server);
  }

  #problemOfName(name: string): string | undefined {
    const servers = this.#byName.get(name) ?? [];
    if (servers.length > 1) {
      return `there are ${servers.length} clusters with the same name: [${servers.join(' ')}]`;
    }
    if (servers.length === 1 || (name === IN_CLUSTER_NAME && this.#inClusterEnabled)) return undefined;
    return `there are no clusters with this name: ${name}`;
  }

  #problemOfServer(written: string): string | undefined {
    const server = withoutSlashes(written);
    const prefix = `error getting cluster by server "${server}": `;
    if (server === IN_CLUSTER_SERVER) {
      return this.#inClusterEnabled
        ? undefined
        : `${prefix}rpc error: code = NotFound desc = cluster "${server}" is disabled`;
    }
    const cluster = this.#byServer.get(server);
    if (cluster === undefined)
      return `${prefix}rpc error: code = NotFound desc = cluster "${server}" not found`;
    return cluster.malformed === undefined ? undefined : `${prefix}${cluster.malformed}`;
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const withoutSlashes = (url: string): string => url.replace(/\/+$/, '');
