/**
 * What a set says about its own holds, in annotations. A value that cannot be read counts as the safest
 * one and is reported (`InvalidSetting`), never as none.
 */
import { OWN } from '../../api/names.ts';
import type { ApplicationSet } from '../../api/objects.ts';

export type OnRename = 'release' | 'replace';

export interface SetHoldSettings {
  readonly allowEmpty: boolean;
  readonly ephemeral: boolean;
  /** `deletions`, `all`, or undefined; what is neither counts as `deletions` */
  readonly paused: 'deletions' | 'all' | undefined;
  readonly maxDeletions: string | undefined;
  readonly maxUpdates: string | undefined;
  /** ms */
  readonly deletionGrace: number | undefined;
  readonly onRename: OnRename | undefined;
  readonly approvedPlan: string | undefined;
  /** digest of the plan a person accepts as the first of this operator */
  readonly acceptFirstRun: string | undefined;
  /** as written; '' is none */
  readonly expectDeletions: string | undefined;
  /** one sentence for each value that cannot be read */
  readonly invalid: readonly string[];
}

/** Milliseconds of `90s`, `10m`, `1h30m`, `250ms` or plain seconds; undefined when it is none. */
export function durationMs(text: string): number | undefined {
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) * 1_000;
  const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== text) return undefined;
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (units[unit ?? ''] ?? 0), 0);
}

/** Applications a budget such as `5` or `20%` allows of so many, rounded down; undefined when it is none. */
export function allowance(text: string, owned: number): number | undefined {
  const match = /^(\d+)(%?)$/.exec(text.trim());
  if (match === null) return undefined;
  const amount = Number(match[1]);
  return match[2] === '' ? amount : Math.floor((owned * amount) / 100);
}

/** `pause` of a person, on a set or for all. */
export const pauseOf = (text: string | undefined): 'deletions' | 'all' | undefined => {
  const value = text?.trim() ?? '';
  if (value === '' || value === 'false' || value === 'none') return undefined;
  return value === 'all' ? 'all' : 'deletions';
};

export function setHoldSettings(set: ApplicationSet): SetHoldSettings {
  const annotations = set.metadata.annotations ?? {};
  const invalid: string[] = [];
  const text = (key: string): string | undefined => {
    const value = annotations[key]?.trim();
    return value === '' ? undefined : value;
  };
  const wrong = (key: string, value: string, effect: string): void => {
    invalid.push(`${key}: ${JSON.stringify(value)} cannot be read, ${effect}`);
  };
  const budget = (key: string): string | undefined => {
    const value = text(key);
    if (value === undefined || allowance(value, 0) !== undefined) return value;
    wrong(key, value, 'it counts as 0');
    return '0';
  };
  const grace = text(OWN.deletionGrace);
  const graceMs = grace === undefined ? undefined : durationMs(grace);
  if (grace !== undefined && graceMs === undefined) wrong(OWN.deletionGrace, grace, 'nothing is deleted');
  const rename = text(OWN.onRename);
  const onRename = rename === 'release' || rename === 'replace' ? rename : undefined;
  if (rename !== undefined && onRename === undefined) wrong(OWN.onRename, rename, 'renames are held');
  const pause = text(OWN.paused);
  if (pause !== undefined && !['deletions', 'all', 'false', 'none'].includes(pause)) {
    wrong(OWN.paused, pause, 'it counts as deletions');
  }
  return {
    allowEmpty: text(OWN.allowEmpty) === 'true',
    ephemeral: text(OWN.ephemeral) === 'true',
    paused: pauseOf(pause),
    maxDeletions: budget(OWN.maxDeletions),
    maxUpdates: budget(OWN.maxUpdates),
    deletionGrace: grace === undefined ? undefined : (graceMs ?? Number.POSITIVE_INFINITY),
    onRename,
    approvedPlan: text(OWN.approvedPlan),
    acceptFirstRun: text(OWN.acceptFirstRun),
    expectDeletions: text(OWN.expectDeletions),
    invalid,
  };
}
