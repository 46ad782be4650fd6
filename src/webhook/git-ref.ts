/**
 * Refs and revisions as the reference compares them (spec controller §8.4, §8.5): split at slashes into
 * at most three parts, the last one counts. Branches and tags are not told apart.
 */

/** @example shortRef('refs/heads/a/b') // 'a/b' @example shortRef('env/dev') // 'dev' */
export function shortRef(ref: string): string {
  const first = ref.indexOf('/');
  if (first < 0) return ref;
  const second = ref.indexOf('/', first + 1);
  return ref.slice((second < 0 ? first : second) + 1);
}

/**
 * Whether a set that reads `revision` sees a push.
 *
 * @param ref short form of what was pushed
 * @param touchesDefault whether that is the default branch; undefined, not told, counts as yes
 */
export function revisionSees(revision: string, ref: string, touchesDefault: boolean | undefined): boolean {
  const short = shortRef(revision);
  if (short === '' || short === 'HEAD') return touchesDefault ?? true;
  return ref === short || ref === revision;
}
