/**
 * What is held, in words: the condition of the set, the event, and the list for its ConfigMap. The text
 * of a condition is the same from run to run while nothing changes, and names both ways out.
 */

import { hash } from 'node:crypto';
import { OWN } from '../../api/names.ts';
import type { Condition } from '../../api/objects.ts';
import { type ApplicationSet, keyOf } from '../../api/objects.ts';
import { rfc3339 } from '../../support/clock.ts';
import { LIMITS } from '../../support/limits.ts';
import type { Decision } from './decide.ts';
import type { StandingHold } from './held-work.ts';

export type HeldCondition = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

/** Digits of a digest that people type. */
const SHORT = 12;

const names = (list: readonly string[]): string => {
  const shown = list.slice(0, LIMITS.namesShown).join(', ');
  return list.length > LIMITS.namesShown ? `${shown} and ${list.length - LIMITS.namesShown} more` : shown;
};

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

const namesOf = ({ deletions, updates }: StandingHold): readonly string[] =>
  [...deletions, ...updates].map(({ name }) => name).sort();

/** Whether a person has to do something, as opposed to time, a pause that ends, or a controller that goes. */
export const needsPerson = ({ holds, digest }: Decision): boolean =>
  digest !== undefined && holds.some(({ reason }) => reason !== 'Grace');

/** `6 deletions held`, with creations and updates where there are any. */
export function heldSummary({ holds, creates }: Decision): string {
  const deletions = holds.reduce((sum, hold) => sum + hold.deletions.length, 0);
  const updates = holds.reduce((sum, hold) => sum + hold.updates.length, 0);
  const parts = [
    deletions > 0 ? counted(deletions, 'deletion') : '',
    updates > 0 ? counted(updates, 'update') : '',
    creates.size > 0 ? counted(creates.size, 'creation') : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'all writes held' : `${parts.join(' and ')} held`;
}

/** Name of the ConfigMap with the whole list. */
export function planMapName(set: { readonly metadata: { readonly name: string } }): string {
  const name = `appset-plan-${set.metadata.name}`;
  if (name.length <= LIMITS.nameLength) return name;
  return `${name.slice(0, LIMITS.nameLength - SHORT - 1)}-${hash('sha256', name, 'hex').slice(0, SHORT)}`;
}

/** The ways out of what is held, and where the whole list is; `''` where it is told there. */
function waysOut(set: ApplicationSet, decision: Decision, map = planMapName(set)): string {
  const { digest, holds } = decision;
  const settings = [...new Set(holds.map(({ wayOut }) => wayOut).filter((text) => text !== ''))];
  const approve =
    digest === undefined || !needsPerson(decision)
      ? []
      : [
          `appset approve ${set.metadata.name} -n ${set.metadata.namespace ?? ''} --plan ${digest.slice(0, SHORT)}`,
          `annotation ${OWN.approvedPlan}: ${digest}`,
        ];
  const ways = [...approve, ...settings];
  const list = needsPerson(decision) && map !== '' ? `; the whole list is in ConfigMap ${map}` : '';
  return ways.length === 0 ? '' : ` Ways out: ${ways.join('; or ')}${list}.`;
}

/** Condition `DeletionsHeld`; undefined when nothing is held. */
export function heldCondition(set: ApplicationSet, decision: Decision): HeldCondition | undefined {
  const [first, ...others] = decision.holds;
  if (first === undefined) return undefined;
  const reasons = [first, ...others].map((hold) => {
    const list = namesOf(hold);
    const of = list.length === 0 ? '' : ` (${names(list)})`;
    const since = hold.since === undefined ? '' : ` since ${rfc3339(hold.since)}`;
    return `${hold.reason}${since}${of}: ${hold.message}`;
  });
  const cause = decision.cause === undefined ? '' : ` Cause ${decision.cause}.`;
  const digest =
    decision.digest === undefined || !needsPerson(decision) ? '' : ` Plan ${decision.digest}.${cause}`;
  const problems = decision.problems.length === 0 ? '' : ` Note: ${decision.problems.join('; ')}.`;
  return {
    type: 'DeletionsHeld',
    status: 'True',
    reason: first.reason,
    message: `${heldSummary(decision)}. ${reasons.join('. ')}.${digest}${waysOut(set, decision)}${problems}`,
  };
}

/** Message of the one event of a digest. */
export const heldEvent = (decision: Decision): string => {
  const [first] = decision.holds;
  const list = decision.holds.flatMap(namesOf);
  return `${heldSummary(decision)}: ${names(list)}: ${first?.reason}: ${first?.message} (plan ${decision.digest?.slice(0, SHORT)})`;
};

export interface PlanMap {
  readonly digest: string;
  readonly set: string;
  /** a header, then one line an Application: verb, name, uid, reason, what is missing */
  readonly plan: string;
}

/** The whole list, cut at a bound that is said. */
export function planMap(set: ApplicationSet, decision: Decision): PlanMap {
  const lines = decision.holds.flatMap(({ reason, deletions, updates }) => [
    ...deletions.map(({ name, uid, evidence, missing }) => {
      const parts = missing.map(({ kind, id }) => `${kind}/${id}`).join(' ');
      return `delete\t${name}\t${uid}\t${reason}\t${parts === '' ? '-' : parts}\t${evidence.why}`;
    }),
    ...updates.map(({ name, live, changes }) => {
      const paths = changes.map(({ path }) => path).join(' ');
      return `update\t${name}\t${live.metadata.uid ?? ''}\t${reason}\t${paths}\t`;
    }),
  ]);
  for (const [name, reason] of decision.creates) lines.push(`create\t${name}\t\t${reason}\t\t`);
  const reasons = decision.holds.map(({ reason, message }) => `# ${reason}: ${message}`);
  const head = [`# ${heldSummary(decision)}.${waysOut(set, decision, '')}`, ...reasons];
  let bytes = 0;
  const fitting = lines.filter((line) => {
    bytes += Buffer.byteLength(line) + 1;
    return bytes <= LIMITS.planMapBytes;
  });
  const left = lines.length - fitting.length;
  const tail = left === 0 ? [] : [`# ${left} more`];
  return {
    digest: decision.digest ?? '',
    set: keyOf(set),
    plan: `${[...head, ...fitting, ...tail].join('\n')}\n`,
  };
}
