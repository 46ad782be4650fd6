/**
 * Whether an Application's cluster is gone, so that its cascade could never finish and its resources
 * finalizer has to go before it is deleted (spec controller-and-operations §2.7, safety.md Changing).
 * Only a definite answer counts: a list that could not be read, or a Secret that is still there, is
 * not "gone". In normal mode the answer must also have stood for the settle time.
 */
import { isNotFound, type ObjectClient, RESOURCES } from '../api/client.ts';
import { CLUSTER_SECRET_TYPE, RESOURCES_FINALIZER, SECRET_TYPE_LABEL } from '../api/names.ts';
import type { Application, KubeObject } from '../api/objects.ts';
import type { Sources } from '../generators/contract.ts';
import { ClusterDirectory } from '../planning/destination.ts';
import type { Origin } from '../planning/origin.ts';
import type { Clock } from '../support/clock.ts';
import { isJsonObject } from '../support/json.ts';
import { listAll } from './live-view.ts';
import type { SetMemory } from './memory.ts';

export type ClusterState =
  /** the cluster is there, or nobody knows better */
  | { readonly is: 'present' }
  /** gone; the finalizers that name it are of no use */
  | { readonly is: 'gone' }
  /** gone for less than the settle time: wait for so many ms */
  | { readonly is: 'settling'; readonly waitMs: number };

const PRESENT: ClusterState = { is: 'present' };

export interface ClusterGoneOptions {
  readonly compat: boolean;
  readonly client: ObjectClient;
  readonly clock: Clock;
  readonly memory: SetMemory;
  readonly sources: Sources;
  readonly inClusterEnabled: boolean;
  readonly controllerNamespace: string;
  readonly settleSeconds: number;
}

/** Answers for the deletions of one run; what is read is read once. */
export class ClusterPresence {
  readonly #options: ClusterGoneOptions;
  #directory: Promise<ClusterDirectory | undefined> | undefined;
  #secrets: Promise<readonly KubeObject[]> | undefined;

  constructor(options: ClusterGoneOptions) {
    this.#options = options;
  }

  async stateOf(application: Application, origin: Origin | undefined): Promise<ClusterState> {
    this.#directory ??= this.#readDirectory();
    const directory = await this.#directory;
    const destination = isJsonObject(application.spec.destination) ? application.spec.destination : undefined;
    const { compat, memory, clock, settleSeconds } = this.#options;
    const server = typeof destination?.server === 'string' ? destination.server.replace(/\/+$/, '') : '';
    const name = typeof destination?.name === 'string' ? destination.name : '';
    const key = `${server}\n${name}`;
    if (directory === undefined) return PRESENT;
    if (directory.problemOf(destination) === undefined) {
      memory.clusterIsBack(key);
      return PRESENT;
    }
    if (compat) return { is: 'gone' };
    if ((server === '') === (name === '')) return PRESENT;
    if (!(await this.#isConfirmed(server, name, origin))) return PRESENT;
    const now = clock.monotonic();
    const waitMs = memory.clusterGoneSince(key, now) + settleSeconds * 1_000 - now;
    return waitMs > 0 ? { is: 'settling', waitMs } : { is: 'gone' };
  }

  async #readDirectory(): Promise<ClusterDirectory | undefined> {
    const reading = await this.#options.sources.clusters();
    return reading.known ? new ClusterDirectory(reading.value, this.#options.inClusterEnabled) : undefined;
  }

  /** Live reads: the Secret it came from answers 404, and no other Secret has the address or name. */
  async #isConfirmed(server: string, name: string, origin: Origin | undefined): Promise<boolean> {
    const { client, controllerNamespace } = this.#options;
    for (const part of origin?.parts ?? []) {
      if (part.kind !== 'cluster') continue;
      try {
        await client.get(RESOURCES.secrets, controllerNamespace, part.id);
        return false;
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    }
    this.#secrets ??= listAll(client, RESOURCES.secrets, {
      namespace: controllerNamespace,
      labelSelector: `${SECRET_TYPE_LABEL}=${CLUSTER_SECRET_TYPE}`,
    });
    const secrets = await this.#secrets;
    return secrets.every(
      (secret) =>
        (server === '' || dataOf(secret, 'server').replace(/\/+$/, '') !== server) &&
        (name === '' || dataOf(secret, 'name') !== name),
    );
  }
}

function dataOf(secret: KubeObject, key: string): string {
  const { data, stringData } = secret as { data?: unknown; stringData?: unknown };
  const plain = isJsonObject(stringData) ? stringData[key] : undefined;
  if (typeof plain === 'string') return plain;
  const encoded = isJsonObject(data) ? data[key] : undefined;
  return typeof encoded === 'string' ? Buffer.from(encoded, 'base64').toString('utf8') : '';
}

/** Finalizers without those that wait for a cluster: the reference takes only the plain one, we its variants too. */
export const withoutClusterFinalizers = (finalizers: readonly string[], compat: boolean): readonly string[] =>
  finalizers.filter(
    (name) => name !== RESOURCES_FINALIZER && (compat || !name.startsWith(`${RESOURCES_FINALIZER}/`)),
  );
