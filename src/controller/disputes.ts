/**
 * Writes of ours that somebody undoes: the same write of one Application, made and wanted again and
 * again. After a few times it is left to whoever undoes it, for as long as the window goes back to the
 * first of them, or until the set is edited. Kept in memory: a restart tries anew, as often again.
 */
import { createHash } from 'node:crypto';
import { RESOURCES } from '../api/client.ts';
import { type ApplicationSet, type JsonObject, type KubeObject, keyOf } from '../api/objects.ts';
import type { DisputedApplication } from '../planning/holds/index.ts';
import type { Plan, PlannedUpdate } from '../planning/plan.ts';
import { isJsonObject } from '../support/json.ts';
import { LIMITS } from '../support/limits.ts';
import type { ReconcileDeps } from './set-run.ts';

interface Written {
  readonly digest: string;
  /** monotonic ms, oldest first, as many as count */
  readonly at: readonly number[];
}

/** A write that is not to be made once more. */
export interface Dispute {
  readonly name: string;
  readonly verb: 'created' | 'changed' | 'deleted';
  /** fields that were put back */
  readonly paths: readonly string[];
  /** ms until it may be tried again */
  readonly forMs: number;
}

const digestOf = (value: unknown): string =>
  createHash('sha1').update(JSON.stringify(value)).digest('base64').slice(0, 12);

/** What a write is to come to, whatever it finds. */
export const digestOfCreate = (): string => 'created';
export const digestOfDelete = (): string => 'deleted';
export const digestOfUpdate = ({ changes, why }: PlannedUpdate): string =>
  digestOf([why, changes.map(({ path, after }) => [path, after])]);

/** The writes of one set. */
export class Disputes {
  readonly #written = new Map<string, Written>();
  #generation = 0;

  /** Applications whose last writes are remembered. */
  get size(): number {
    return this.#written.size;
  }

  /** A write was made. Another write of the same Application makes the next one the first again. */
  wrote(name: string, digest: string, now: number): void {
    const before = this.#written.get(name);
    const at = before?.digest === digest ? this.#counting(before, now) : [];
    this.#written.set(name, { digest, at: [...at, now].slice(-LIMITS.undoneWrites) });
  }

  #counting({ at }: Written, now: number): readonly number[] {
    return at.filter((time) => now - time < LIMITS.undoneWindowMs);
  }

  /** Writes of a plan that were made and undone too often. An edit of the set is a new beginning. */
  of(plan: Pick<Plan, 'create' | 'update' | 'delete'>, generation: number, now: number): readonly Dispute[] {
    if (generation !== this.#generation) this.#written.clear();
    this.#generation = generation;
    for (const [name, written] of this.#written) {
      if (this.#counting(written, now).length === 0) this.#written.delete(name);
    }
    const found: Dispute[] = [];
    const look = (name: string, digest: string, rest: Pick<Dispute, 'verb' | 'paths'>): void => {
      const written = this.#written.get(name);
      if (written?.digest !== digest) return;
      const at = this.#counting(written, now);
      if (at.length < LIMITS.undoneWrites) return;
      found.push({ name, ...rest, forMs: (at[0] ?? now) + LIMITS.undoneWindowMs - now });
    };
    for (const { name } of plan.create) look(name, digestOfCreate(), { verb: 'created', paths: [] });
    for (const update of plan.update) {
      const paths = update.changes.map(({ path }) => path);
      look(update.name, digestOfUpdate(update), { verb: 'changed', paths });
    }
    for (const { name } of plan.delete) look(name, digestOfDelete(), { verb: 'deleted', paths: [] });
    return found;
  }
}

/** Applications of a set that are left alone, because what was to be written was undone too often. */
export async function disputedApplications(
  set: ApplicationSet,
  plan: Plan,
  deps: ReconcileDeps,
): Promise<ReadonlyMap<string, DisputedApplication>> {
  const { memory, clock } = deps;
  const found = memory.of(set).disputes.of(plan, set.metadata.generation ?? 0, clock.monotonic());
  const [first] = found;
  if (first === undefined) {
    memory.disputed.delete(keyOf(set));
    return NOBODY;
  }
  memory.disputed.set(keyOf(set), found.length);
  const who = await whoUndid(first, set.metadata.namespace, deps);
  return new Map(
    found.map((dispute) => [
      dispute.name,
      { how: howUndone(dispute, dispute === first ? who : undefined), forMs: dispute.forMs },
    ]),
  );
}

const NOBODY: ReadonlyMap<string, DisputedApplication> = new Map();

function howUndone({ verb, paths }: Dispute, who: string | undefined): string {
  const minutes = LIMITS.undoneWindowMs / 60_000;
  const what = paths.length === 0 ? '' : ` in ${paths.slice(0, LIMITS.namesShown).join(', ')}`;
  const by = who === undefined ? '' : `, the last time by ${who}`;
  return `was ${verb} by us${what} ${LIMITS.undoneWrites} times within ${minutes} minutes and each time put back${by}`;
}

/** Who undid a write last, as the server recorded it: `NAME (TIME)`; undefined when it does not say. */
export async function whoUndid(
  { name, verb, paths }: Dispute,
  namespace: string | undefined,
  { client, signal }: Pick<ReconcileDeps, 'client' | 'signal'>,
): Promise<string | undefined> {
  if (verb === 'created') return undefined;
  try {
    const live = await client.get(
      RESOURCES.applications,
      namespace,
      name,
      signal === undefined ? {} : { signal },
    );
    return lastWriter(live, paths[0]);
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}

/** The last who wrote a field, or else anything but the status. */
function lastWriter({ metadata }: KubeObject, path: string | undefined): string | undefined {
  const entries = (metadata.managedFields ?? [])
    .filter(({ subresource, manager }) => subresource !== 'status' && typeof manager === 'string')
    .sort((a, b) => (String(a.time) < String(b.time) ? 1 : -1));
  const owner = entries.find(({ fieldsV1 }) => path !== undefined && owns(fieldsV1, path));
  const { manager, time } = owner ?? entries[0] ?? {};
  return typeof manager === 'string' ? `${manager} (${String(time)})` : undefined;
}

/** Whether fieldsV1 has a path, as far as it leads through maps. */
function owns(fields: JsonObject[string] | undefined, path: string): boolean {
  const segments = [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|([^.[\]]+)/g)].map(
    ([, quoted, plain]) => quoted ?? plain,
  );
  let at = fields;
  for (const segment of segments) {
    if (!isJsonObject(at)) return false;
    const next: JsonObject[string] | undefined = at[`f:${segment}`];
    if (next === undefined) return /^\d+$/.test(segment ?? '');
    at = next;
  }
  return true;
}
