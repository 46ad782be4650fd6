/**
 * The audit trail: lines of the log with a field `audit` that say who let go of what, and why. The line
 * of a deletion is handed to whoever reads the log before the deletion is sent, so that no kill loses it.
 */
import type { ApplicationSet } from '../api/objects.ts';
import { keyOf } from '../api/objects.ts';
import type { Approval, Decision, HoldCandidate } from '../planning/holds/index.ts';
import type { PartId } from '../planning/origin.ts';
import type { Clock } from '../support/clock.ts';
import { AppsetError } from '../support/errors.ts';
import { LIMITS } from '../support/limits.ts';
import type { Log } from './log.ts';

const partsText = (parts: readonly PartId[]): readonly string[] =>
  parts.map(({ kind, id }) => `${kind}/${id}`);

/** One held deletion, or one that is made: its name, what is missing, and why. */
const deletionText = ({ name, missing, evidence }: HoldCandidate) => ({
  name,
  parts: partsText(missing),
  why: evidence.why,
});

/** What the line of a new plan of held work says. */
export function holdLine(set: ApplicationSet, { holds, digest }: Decision): object {
  const deletions = holds.flatMap((hold) => hold.deletions.map(deletionText));
  const updates = holds.flatMap((hold) => hold.updates.map(({ name }) => name));
  return {
    audit: 'hold',
    applicationset: keyOf(set),
    digest,
    reasons: holds.map(({ reason, message }) => `${reason}: ${message}`),
    count: deletions.length + updates.length,
    deletions: deletions.slice(0, LIMITS.auditedNames),
    updates: updates.slice(0, LIMITS.auditedNames),
  };
}

/** What the line of an approval says. */
export const approvalLine = (set: ApplicationSet, { digest, by, tokens }: Approval): object => ({
  audit: 'approval',
  applicationset: keyOf(set),
  by,
  digest,
  count: tokens.size,
});

const KINDS = { c: 'confirmed', u: 'unconfirmed', x: 'released' } as const;

/**
 * What the line of a deletion says.
 *
 * @param release who let it go, and by which digest; undefined: nobody had to
 */
export const deletionLine = (
  set: ApplicationSet,
  candidate: HoldCandidate,
  kind: keyof typeof KINDS,
  release: { readonly by: string; readonly digest?: string } | undefined,
): object => ({
  audit: 'deletion',
  applicationset: keyOf(set),
  application: candidate.name,
  uid: candidate.uid,
  kind: KINDS[kind],
  parts: partsText(candidate.missing),
  why: candidate.evidence.why,
  ...(release ?? { by: 'appset-operator' }),
});

interface HandingOver {
  readonly now: Promise<void>;
  next?: Promise<void>;
}
const underWay = new WeakMap<Log, HandingOver>();

/** Waits until all lines so far were taken; those who ask meanwhile share the next turn. */
function handedOver(log: Log): Promise<void> {
  const before = underWay.get(log);
  if (before !== undefined) {
    before.next ??= before.now.then(() => handedOver(log));
    return before.next;
  }
  const now = new Promise<void>((resolve) => {
    if (log.flush === undefined) resolve();
    // a pipe cannot be synced, and says so when everything was taken
    else log.flush(() => resolve());
  }).finally(() => underWay.delete(log));
  underWay.set(log, { now });
  return now;
}

/**
 * Writes the line of a deletion, and waits until it is out of this process.
 *
 * @throws AppsetError APPSET_E0709 when nobody takes it: then nothing may be deleted
 */
export async function announceDeletion(line: object, log: Log, clock: Clock): Promise<void> {
  log.info(line, 'deleting Application');
  if (log.flush === undefined) return;
  const late = Promise.withResolvers<never>();
  const cancel = clock.after(LIMITS.auditHandOverMs, () =>
    late.reject(new AppsetError('APPSET_E0709', 'the log does not take the audit line of the deletion')),
  );
  try {
    await Promise.race([handedOver(log), late.promise]);
  } finally {
    cancel();
  }
}
