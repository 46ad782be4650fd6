/**
 * Semver ranges as git revisions (spec generators §2.3): `1.x` or `>=2.0.0 <3` stands for the greatest
 * tag within it. Tags that are no versions do not count.
 */
import { parseConstraint, satisfies } from './constraint.ts';
import { compareVersions, parseVersion, type SemverVersion } from './version.ts';

function versionOf(tag: string): SemverVersion | undefined {
  try {
    return parseVersion(tag);
  } catch {
    return undefined;
  }
}

/** The greatest of `tags` in the range; undefined when `range` is no range or holds none of them. */
export function greatestTag(range: string, tags: readonly string[]): string | undefined {
  let constraint: ReturnType<typeof parseConstraint>;
  try {
    constraint = parseConstraint(range);
  } catch {
    return undefined;
  }
  let best: { tag: string; version: SemverVersion } | undefined;
  for (const tag of tags) {
    const version = versionOf(tag);
    if (version === undefined || !satisfies(version, constraint)) continue;
    if (best === undefined || compareVersions(version, best.version) > 0) best = { tag, version };
  }
  return best?.tag;
}
