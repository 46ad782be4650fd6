/**
 * Whether the absence of a candidate's parts is confirmed (safety.md, Part 2), decided on facts that
 * were gathered: a Secret that answers 404 or has other labels, a commit that descends from the last one
 * seen and lacks the path, an edit of the list that left others. One confirmed part is enough: a row is
 * there only while all of its parts are. What a listing alone says, or an edited selector, is not
 * confirmed.
 */
import type { ApplicationSet } from '../../api/objects.ts';
import { contentHash } from '../../generators/identity.ts';
import type { Origin, PartId } from '../origin.ts';
import type { Evidence } from './contract.ts';
import { type Leaf, leavesOf } from './leaves.ts';

export type PartFact =
  /** a live GET of the cluster Secret; `taken`: its labels match the selector still */
  | { readonly is: 'secret'; readonly answer: 'gone' | 'otherLabels' | 'taken'; readonly name: string }
  | {
      readonly is: 'git';
      /** commit of this run, the last one seen before, and the last one under which nothing was missing */
      readonly commit: string;
      readonly last: string | undefined;
      readonly base: string | undefined;
      /** whether `commit` is `last` or descends from it; undefined when that could not be read */
      readonly descends: boolean | undefined;
      /** the revision is a branch: a tag may point anywhere */
      readonly branch: boolean;
      /** the directory is in the commit still */
      readonly there: boolean;
      readonly repository: string;
    }
  | { readonly is: 'pullRequest'; readonly closed: boolean }
  | { readonly is: 'repository'; readonly gone: boolean }
  /** the source could not be asked */
  | { readonly is: 'unread'; readonly why: string };

/** What one part's facts say. */
export function confirmPart(part: PartId, fact: PartFact): Evidence {
  switch (fact.is) {
    case 'unread':
      return { is: 'unread', why: fact.why };
    case 'secret':
      if (fact.answer === 'gone') return { is: 'confirmed', why: `Secret ${fact.name} is gone` };
      if (fact.answer === 'otherLabels') {
        return { is: 'confirmed', why: `the labels of Secret ${fact.name} are not selected any more` };
      }
      return { is: 'unconfirmed', why: `Secret ${fact.name} is there, with labels the selector takes` };
    case 'pullRequest':
      return fact.closed
        ? { is: 'confirmed', why: `pull request ${part.id} is closed`, closed: true }
        : { is: 'unconfirmed', why: `pull request ${part.id} is not listed any more` };
    case 'repository':
      return fact.gone
        ? { is: 'confirmed', why: `${part.id} is archived, renamed or filtered` }
        : { is: 'unconfirmed', why: `${part.id} is not listed any more` };
    case 'git':
      return confirmPath(part, fact);
  }
}

function confirmPath(part: PartId, fact: Extract<PartFact, { is: 'git' }>): Evidence {
  const at = `${fact.repository}@${fact.commit.slice(0, 12)}`;
  if (fact.last === undefined) {
    return { is: 'unconfirmed', why: `${part.id} is not in ${at}, and no earlier commit was seen` };
  }
  if (fact.descends === undefined)
    return { is: 'unread', why: `the history of ${fact.repository} could not be read` };
  if (!fact.descends) {
    return {
      is: fact.branch ? 'rewritten' : 'unconfirmed',
      why: `${at} does not descend from ${fact.last.slice(0, 12)}, which was seen before`,
    };
  }
  if (fact.base === fact.commit) {
    return { is: 'unconfirmed', why: `${part.id} is not taken any more, though no commit changed it` };
  }
  if (fact.base === undefined) {
    return { is: 'unconfirmed', why: `${part.id} is not in ${at}, and no earlier commit with it was seen` };
  }
  if (part.kind === 'directory' && fact.there) {
    return { is: 'unconfirmed', why: `${part.id} is in ${at}, but is not taken any more` };
  }
  return { is: 'confirmed', why: `${part.id} is not in ${at} any more` };
}

/** List elements need no facts: the set itself says what was edited. */
function confirmElement(part: PartId, leaf: Leaf | undefined, origin: Origin, set: ApplicationSet): Evidence {
  const elements = leaf?.spec.elements;
  const edited = origin.generation !== (set.metadata.generation ?? 0);
  if (!Array.isArray(elements)) {
    return { is: 'unconfirmed', why: 'the list it came from is not in the set any more' };
  }
  if (elements.length === 0) return { is: 'unconfirmed', why: 'the list it came from is empty' };
  if (!edited || elements.some((element) => contentHash(element) === part.id)) {
    return { is: 'unconfirmed', why: 'it is not generated any more, though nobody edited the list' };
  }
  return { is: 'confirmed', why: 'an edit of the set took its element out of the list' };
}

const RANK = ['confirmed', 'unread', 'rewritten', 'unconfirmed'] as const;

/**
 * What is known of the absence of one candidate.
 *
 * @param facts by part; a part nothing was asked about has none
 */
export function evidenceOf(
  set: ApplicationSet,
  origin: Origin | undefined,
  missing: readonly PartId[],
  facts: ReadonlyMap<PartId, PartFact>,
): Evidence {
  if (origin === undefined) return { is: 'unconfirmed', why: 'nothing is recorded of what it was made of' };
  if (missing.length === 0) {
    return { is: 'unconfirmed', why: 'all it was made of is there, but generates it no more' };
  }
  const leaves = leavesOf(set);
  const said = missing.map((part): Evidence => {
    if (part.kind === 'listElement') return confirmElement(part, leaves.get(part.leaf), origin, set);
    const fact = facts.get(part);
    if (fact !== undefined) return confirmPart(part, fact);
    const why = leaves.has(part.leaf)
      ? `${part.id} is not listed any more, and nothing confirms it`
      : `the generator that gave ${part.id} was edited or removed`;
    return { is: 'unconfirmed', why };
  });
  const best = RANK.flatMap((rank) => said.find(({ is }) => is === rank) ?? [])[0];
  const { closed, ...evidence } = best ?? ({ is: 'unconfirmed', why: '' } as Evidence);
  return closed === true && missing.length === 1 ? { ...evidence, closed } : evidence;
}
