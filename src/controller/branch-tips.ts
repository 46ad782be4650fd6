/**
 * Which commits the git leaves of a set were seen at: what a new commit has to descend from before
 * anything is deleted on its word. A leaf's tip moves on with every commit under which nothing of it is
 * missing; while something is missing only to commits that descend from it, so that neither a replica
 * that lags nor a rewritten branch becomes the measure of what comes next.
 */
import { hash } from 'node:crypto';
import type { ApplicationSet } from '../api/objects.ts';
import type { GitRequest } from '../generators/contract.ts';
import { presentPartsOf, unknownLeavesOf } from '../planning/candidate.ts';
import type { Evaluation } from '../planning/contract.ts';
import { leavesOf, type Tip } from '../planning/holds/index.ts';
import { type Origin, partKey } from '../planning/origin.ts';
import { gitRequest } from './confirm.ts';
import type { RunFacts } from './set-run.ts';

export interface BranchTipsOptions {
  readonly set: ApplicationSet;
  readonly facts: RunFacts;
  readonly evaluation: Evaluation;
  /** as the set's state has them */
  readonly stored: ReadonlyMap<string, Tip>;
  /** as this process saw them last; moved on here */
  readonly seen: Map<string, Tip>;
  readonly signal: AbortSignal | undefined;
}

export class BranchTips {
  readonly #options: BranchTipsOptions;

  constructor(options: BranchTipsOptions) {
    this.#options = options;
  }

  of(leaf: string): Tip | undefined {
    return this.#options.seen.get(leaf) ?? this.#options.stored.get(leaf);
  }

  /** Moves on to the commits of this run. @param left origins of what is there still, though not generated */
  async moveOn(left: readonly (Origin | undefined)[]): Promise<void> {
    const { set, facts, evaluation, seen } = this.#options;
    const unknown = new Set(unknownLeavesOf(evaluation).map(({ leaf }) => leaf));
    const missing = this.#missing(left);
    for (const [id, leaf] of leavesOf(set)) {
      const request = gitRequest(set, leaf);
      if (request === undefined || unknown.has(id)) continue;
      const reading = await facts.sources.gitTree(request);
      if (!reading.known) continue;
      const { commit } = reading.value;
      const before = this.of(id);
      const whole = !missing.has(id);
      if (before?.seen === commit && (!whole || before.base === commit)) continue;
      if (whole) seen.set(id, { base: commit, seen: commit, gave: this.#gave(id) });
      else if (before === undefined) seen.set(id, { base: undefined, seen: commit, gave: this.#gave(id) });
      else if (await this.#descends(request, before.seen, commit)) {
        seen.set(id, { base: before.base, seen: commit, gave: this.#gave(id) });
      }
    }
  }

  /** What the state is to hold: a leaf that gives what it gave is not worth a write at each commit. */
  get toStore(): ReadonlyMap<string, Tip> {
    const { set, stored } = this.#options;
    const tips = new Map<string, Tip>();
    for (const [id, leaf] of leavesOf(set)) {
      const tip = this.of(id);
      if (tip === undefined || leaf.field !== 'git') continue;
      const old = stored.get(id);
      tips.set(id, old !== undefined && isAsGood(old, tip) ? old : tip);
    }
    return tips;
  }

  /** Leaves of which a part is missing. */
  #missing(left: readonly (Origin | undefined)[]): ReadonlySet<string> {
    if (left.length === 0) return new Set();
    const present = presentPartsOf(this.#options.evaluation);
    const parts = left.flatMap((origin) => origin?.parts ?? []);
    return new Set(parts.filter((part) => !present.has(partKey(part))).map(({ leaf }) => leaf));
  }

  /** Whatever cannot be read leaves the tip where it is. */
  async #descends(request: GitRequest, older: string, newer: string): Promise<boolean> {
    const { facts, signal } = this.#options;
    try {
      return (await facts.descends?.(request, older, newer))?.descends === true;
    } catch {
      signal?.throwIfAborted();
      return false;
    }
  }

  #gave(leaf: string): string {
    const own = [...presentPartsOf(this.#options.evaluation)].filter((key) => key.startsWith(`${leaf}\n`));
    return hash('sha256', own.sort().join('\0'), 'base64url').slice(0, 16);
  }
}

const isAsGood = (old: Tip, tip: Tip): boolean =>
  old.gave === tip.gave && (old.base === tip.base || (old.base === old.seen && tip.base === tip.seen));
