/**
 * Which sets a fact concerns (normal mode): every leaf that reads the repository and the revision and,
 * where the payload tells what was touched, one of those paths. No generator runs. What is left out
 * although its repository is meant says why.
 */
import type { Fact, Matches, PushFact, Verdict } from './contract.ts';
import { revisionSees } from './git-ref.ts';
import type { GitLeaf } from './leaves.ts';
import { pathRead } from './path-filter.ts';
import { looksAt } from './provider-match.ts';
import { payloadUrlKey, type UrlPattern, urlPattern } from './repository-url.ts';
import type { GitRead, IndexedSet, SetIndex } from './set-index.ts';

interface Seen {
  readonly reached: Map<string, string>;
  readonly passed: Map<string, string>;
}

/** Where a leaf reads: as written, or what the last run has read for what is templated. */
function placesOf(leaf: GitLeaf, entry: IndexedSet): readonly GitRead[] | undefined {
  return leaf.templated ? entry.reads : [leaf];
}

function gitVerdict(leaf: GitLeaf, entry: IndexedSet, fact: PushFact, matches: UrlPattern, seen: Seen): void {
  const places = placesOf(leaf, entry);
  if (places === undefined) {
    seen.reached.set(entry.key, `${leaf.path} reads a templated repository and has not run yet`);
    return;
  }
  const place = places.find(
    ({ repoURL, revision }) => matches(repoURL) && revisionSees(revision, fact.ref, fact.touchesDefault),
  );
  if (place === undefined) return;
  const where = `${place.repoURL}@${place.revision || 'HEAD'}`;
  if (fact.paths === undefined) {
    seen.reached.set(entry.key, `${leaf.path} reads ${where}`);
    return;
  }
  const path = pathRead(leaf, fact.paths);
  if (path === undefined)
    seen.passed.set(entry.key, `${leaf.path} reads ${where}, but nothing that was touched`);
  else seen.reached.set(entry.key, `${leaf.path} reads ${path === '' ? '' : `${path} of `}${where}`);
}

function matchGit(index: SetIndex, fact: PushFact, seen: Seen): void {
  for (const url of fact.urls) {
    const pattern = urlPattern(url);
    const key = payloadUrlKey(url);
    if (pattern === undefined || key === undefined) continue;
    // many sets write one address alike
    const known = new Map<string, boolean>();
    const matches: UrlPattern = (repoURL) => {
      const answer = known.get(repoURL) ?? pattern(repoURL);
      known.set(repoURL, answer);
      return answer;
    };
    for (const entry of index.byRepository(key)) {
      for (const leaf of entry.leaves) {
        if (seen.reached.has(entry.key)) break;
        if (leaf.kind === 'git') gitVerdict(leaf, entry, fact, matches, seen);
      }
    }
  }
}

function matchListers(index: SetIndex, fact: Fact, seen: Seen): void {
  // a push moves the branches a listing of repositories shows, but no pull request by itself
  const kind = fact.kind === 'pullRequest' ? 'pullRequest' : 'scmProvider';
  const { repository } = fact;
  for (const entry of index.byLister(repository.provider)) {
    for (const leaf of entry.leaves) {
      if (leaf.kind !== kind || seen.reached.has(entry.key) || !looksAt(leaf, repository)) continue;
      seen.reached.set(entry.key, `${leaf.path} lists ${repository.owner}/${repository.name}`);
    }
  }
}

const verdicts = (found: ReadonlyMap<string, string>): readonly Verdict[] =>
  [...found].map(([set, why]) => ({ set, why })).sort((a, b) => (a.set < b.set ? -1 : 1));

/** The sets a fact concerns, and those of its repository that it does not. */
export function matchSets(index: SetIndex, fact: Fact): Matches {
  const seen: Seen = { reached: new Map(), passed: new Map() };
  if (fact.kind === 'push') matchGit(index, fact, seen);
  matchListers(index, fact, seen);
  for (const { key } of index.plugins()) {
    if (!seen.reached.has(key)) seen.reached.set(key, 'a plugin generator may depend on anything');
  }
  for (const key of seen.reached.keys()) seen.passed.delete(key);
  return { reached: verdicts(seen.reached), passed: verdicts(seen.passed) };
}
