/**
 * AnotherController: the reference's controller is alive, or somebody undoes what we write. Two
 * controllers would undo each other without end. Beside the reference nothing is written at all; an
 * Application that is fought over is left alone, and where several of a set are, nothing of the set is
 * written. An edit of the set begins anew.
 */
import { LIMITS } from '../../support/limits.ts';
import type { Hold, HoldRun } from './contract.ts';

type Facts = Pick<HoldRun, 'anotherController' | 'disputed'>;

/** Whether nothing of the set may be written at all. */
export const leavesAll = ({ anotherController, disputed }: Facts): boolean =>
  anotherController !== undefined || disputed.size >= LIMITS.disputedApplications;

/** What is told; undefined when nobody is there. */
function messageOf({ anotherController, disputed }: Facts): string | undefined {
  if (anotherController !== undefined) {
    return `the ApplicationSet controller of Argo CD is running: ${anotherController}`;
  }
  const [first] = disputed;
  if (first === undefined) return undefined;
  const [name, { how }] = first;
  const others = disputed.size - 1;
  return `what we write is undone again and again: ${name} ${how}${others === 0 ? '' : `, and ${others} more`}`;
}

export const anotherController: Hold = {
  reason: 'AnotherController',
  latched: false,
  setting: () => '',
  wayOut: ({ anotherController: alive }) =>
    alive === undefined
      ? 'stop whoever else writes, or name what is theirs in ignoreApplicationDifferences'
      : 'scale the other controller down to 0',
  find: (run, rest) => {
    const message = messageOf(run);
    if (message === undefined) return undefined;
    if (leavesAll(run)) return { candidates: rest, message };
    const candidates = rest.filter(({ name }) => run.disputed.has(name));
    return candidates.length === 0 ? undefined : { candidates, message };
  },
};

/** Creations and updates of Applications that are fought over, where the rest of the set goes on. */
export function disputedWrites(
  run: HoldRun,
):
  | { readonly message: string; readonly creates: HoldRun['creates']; readonly updates: HoldRun['updates'] }
  | undefined {
  const message = messageOf(run);
  if (message === undefined || leavesAll(run)) return undefined;
  const isDisputed = ({ name }: { readonly name: string }) => run.disputed.has(name);
  const creates = run.creates.filter(isDisputed);
  const updates = run.updates.filter(isDisputed);
  return creates.length + updates.length === 0 ? undefined : { message, creates, updates };
}

/** ms until it is looked at again. */
export function untilNextLook(run: Facts): readonly number[] {
  if (run.anotherController !== undefined) return [LIMITS.anotherControllerMs];
  return [...run.disputed.values()].map(({ forMs }) => forMs);
}
