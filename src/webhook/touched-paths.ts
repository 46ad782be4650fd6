/**
 * Which paths a push touched, as far as its list of commits can be trusted to be all of them: not when
 * a branch was made, removed or rewritten, not when the list is cut, empty, or ends elsewhere than the
 * push. Then nothing is known, which is not the same as nothing touched.
 */
import { LIMITS } from '../support/limits.ts';
import type { TouchedPaths } from './contract.ts';
import type { Payload } from './payload.ts';

const NO_COMMIT = /^0+$/;

export interface PushedCommits {
  readonly before: string;
  readonly after: string;
  readonly forced: boolean;
  readonly commits: readonly Payload[];
  /** how many there are, where the provider says */
  readonly total?: number;
  /** as many commits as the provider ever lists */
  readonly cap: number;
}

/** @returns undefined when anything may have changed */
export function touchedPaths(push: PushedCommits): TouchedPaths | undefined {
  const { before, after, commits, total, cap } = push;
  if (push.forced || before === '' || after === '' || NO_COMMIT.test(before) || NO_COMMIT.test(after))
    return undefined;
  if (commits.length === 0 || commits.length >= cap) return undefined;
  if (total !== undefined && total !== commits.length) return undefined;
  if (!commits.some((commit) => commit.text('id') === after)) return undefined;
  const moved = new Set<string>();
  const modified = new Set<string>();
  for (const commit of commits) {
    for (const path of [...commit.texts('added'), ...commit.texts('removed')]) moved.add(path);
    for (const path of commit.texts('modified')) modified.add(path);
    if (moved.size + modified.size > LIMITS.webhookPaths) return undefined;
  }
  return moved.size + modified.size === 0 ? undefined : { moved, modified };
}

/** Both; undefined when either is. */
export function unitePaths(
  a: TouchedPaths | undefined,
  b: TouchedPaths | undefined,
): TouchedPaths | undefined {
  if (a === undefined || b === undefined) return undefined;
  const united = { moved: a.moved.union(b.moved), modified: a.modified.union(b.modified) };
  return united.moved.size + united.modified.size > LIMITS.webhookPaths ? undefined : united;
}
