/**
 * One run for one set, by its key: callable alone, with clock, API, view and facts handed in; the queue,
 * the watches and the process are others' work. A set that changes under a run is planned again; one
 * that is being deleted is released (spec controller-and-operations §2).
 */
import { type ApplicationSet, keyOf } from '../api/objects.ts';
import { AppsetError } from '../support/errors.ts';
import { LIMITS } from '../support/limits.ts';
import { SetChanged } from './barrier.ts';
import { finishDeletion } from './deletion.ts';
import {
  DONE,
  failed,
  type Preview,
  policyOf,
  type ReconcileDeps,
  type ReconcileResult,
  SetRun,
  writerOf,
} from './set-run.ts';

export {
  notYetSupported,
  type Preview,
  type ReconcileDeps,
  type ReconcileResult,
  type RunFacts,
} from './set-run.ts';

export interface SetKey {
  readonly namespace: string;
  readonly name: string;
}

/** One run. Never throws but for the abort reason and defects. */
export async function reconcileSet(key: SetKey, deps: ReconcileDeps): Promise<ReconcileResult> {
  if (!deps.allowed(key.namespace)) return { ...DONE, ignored: true };
  let set: ApplicationSet | undefined;
  try {
    set = await deps.live.set(key.namespace, key.name);
  } catch (error) {
    deps.signal?.throwIfAborted();
    return failed(error);
  }
  for (let attempt = 0; ; attempt++) {
    if (set === undefined) {
      deps.memory.forget(`${key.namespace}/${key.name}`);
      return DONE;
    }
    const result: ReconcileResult =
      set.metadata.deletionTimestamp === undefined
        ? await new SetRun(set, deps).run()
        : await releaseTerminating(set, deps);
    const { error } = result;
    if (!(error instanceof SetChanged) || attempt >= LIMITS.replans) return result;
    deps.log.info({ applicationset: keyOf(set), reason: error.message }, 'planning again');
    set = error.fresh;
  }
}

/**
 * What a run over this set would do now, by the same code; nothing is written, no status either.
 *
 * @throws AppsetError when the live Applications cannot be read
 */
export function previewSet(set: ApplicationSet, deps: ReconcileDeps): Promise<Preview> {
  return new SetRun(set, deps).preview();
}

async function releaseTerminating(set: ApplicationSet, deps: ReconcileDeps): Promise<ReconcileResult> {
  const { settings, client, live } = deps;
  try {
    await finishDeletion(set, {
      client,
      live,
      writer: writerOf(deps),
      policy: policyOf(set, settings),
      compat: settings.compat,
      dryRun: settings.dryRun,
    });
    return DONE;
  } catch (error) {
    deps.signal?.throwIfAborted();
    deps.log.warn({ applicationset: keyOf(set), error }, 'the set could not be released');
    if (error instanceof AppsetError && error.code === 'APPSET_E0705') return { ...DONE, unsupported: error };
    return failed(error);
  }
}
