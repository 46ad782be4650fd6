/**
 * Whether a fact refreshes a set in the reference (spec controller §8.5, generators §13 #11–15), what
 * it misses included. It runs the first child of a matrix while it matches; whoever calls this gives
 * that as a function.
 */
import type { ApplicationSet, Json, JsonObject } from '../api/objects.ts';
import { isJsonObject } from '../support/json.ts';
import type { Fact, PullRequestFact, SecondChildren } from './contract.ts';
import { revisionSees } from './git-ref.ts';
import { childrenOf, generatorField, gitLeaf, textField } from './leaves.ts';
import { parsePayloadUrl } from './payload-url.ts';
import { urlPattern } from './repository-url.ts';

function gitMatches(spec: JsonObject | undefined, fact: Fact): boolean {
  if (spec === undefined || fact.kind !== 'push') return false;
  const { repoURL, revision } = gitLeaf(spec, '');
  const matches = urlPattern(fact.urls[0] ?? '');
  return matches?.(repoURL) === true && revisionSees(revision, fact.ref, fact.touchesDefault);
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

function githubMatches(block: JsonObject, { repository }: PullRequestFact): boolean {
  const api = textField(block, 'api') || 'https://api.github.com/';
  const same = (field: string, told: string) => textField(block, field).toLowerCase() === told.toLowerCase();
  if (!same('owner', repository.owner) || !same('repo', repository.name)) return false;
  return new RegExp(`^(?:https?://)?(?:[^/@]*@)?${escaped(repository.host)}(?::\\d+)?/?$`, 'i').test(api);
}

function gitlabMatches(block: JsonObject, { repository }: PullRequestFact): boolean {
  const host = parsePayloadUrl(textField(block, 'api') || 'https://gitlab.com/')?.host;
  return textField(block, 'project') === repository.id && host === repository.host;
}

function pullRequestMatches(spec: JsonObject | undefined, fact: Fact): boolean {
  if (spec === undefined || fact.kind !== 'pullRequest') return false;
  const block = generatorField(spec, fact.repository.provider);
  if (block === undefined) return false;
  switch (fact.repository.provider) {
    case 'github':
      return githubMatches(block, fact);
    case 'gitlab':
      return gitlabMatches(block, fact);
    case 'azuredevops':
      return (
        textField(block, 'project') === fact.repository.owner &&
        textField(block, 'repo') === fact.repository.name
      );
    default:
      return false;
  }
}

const isLeafHit = (entry: JsonObject, fact: Fact): boolean =>
  gitMatches(generatorField(entry, 'git'), fact) ||
  pullRequestMatches(generatorField(entry, 'pullRequest'), fact);

const hasPlugin = (entry: JsonObject): boolean => generatorField(entry, 'plugin') !== undefined;

/** Deepest level on which the reference reads a matrix or merge; its decoder drops those below. */
const NESTING = 2;

/** An entry as the reference decodes it. */
function decoded(entry: JsonObject, level: number): JsonObject {
  const fields = Object.entries(entry).flatMap(([key, spec]): [string, Json][] => {
    if (!['matrix', 'merge'].includes(key.toLowerCase())) return [[key, spec ?? null]];
    if (level > NESTING) return [];
    if (!isJsonObject(spec)) return [[key, spec ?? null]];
    const inside = Object.entries(spec).map(([name, value]): [string, Json] => {
      if (name.toLowerCase() !== 'generators' || !Array.isArray(value)) return [name, value ?? null];
      return [name, value.map((child: Json) => decoded(isJsonObject(child) ? child : {}, level + 1))];
    });
    return [[key, Object.fromEntries(inside)]];
  });
  return Object.fromEntries(fields);
}

class Matcher {
  readonly #set: ApplicationSet;
  readonly #fact: Fact;
  readonly #second: SecondChildren;

  constructor(set: ApplicationSet, fact: Fact, second: SecondChildren) {
    this.#set = set;
    this.#fact = fact;
    this.#second = second;
  }

  async entry(entry: JsonObject): Promise<boolean> {
    return isLeafHit(entry, this.#fact) || hasPlugin(entry) || (await this.#nested(entry));
  }

  async #matrix(spec: JsonObject | undefined): Promise<boolean> {
    const [first, second, third] = spec === undefined ? [] : childrenOf(spec);
    if (first === undefined || second === undefined || third !== undefined) return false;
    if (isLeafHit(first, this.#fact) || (await this.#nested(first))) return true;
    const entries = await this.#second(this.#set, first, second);
    if (entries === undefined) return false;
    for (const entry of entries) {
      if (isLeafHit(entry, this.#fact) || hasPlugin(entry)) return true;
      if (await this.#matrix(generatorField(entry, 'matrix'))) return true;
    }
    return isLeafHit(second, this.#fact) || hasPlugin(second) || this.#nested(second);
  }

  async #merge(spec: JsonObject | undefined): Promise<boolean> {
    if (spec === undefined) return false;
    for (const child of childrenOf(spec)) {
      if (isLeafHit(child, this.#fact) || (await this.#nested(child))) return true;
    }
    return false;
  }

  async #nested(entry: JsonObject): Promise<boolean> {
    return (
      (await this.#matrix(generatorField(entry, 'matrix'))) || this.#merge(generatorField(entry, 'merge'))
    );
  }
}

/** Whether the reference refreshes the set. */
export async function refreshesAsReference(
  set: ApplicationSet,
  fact: Fact,
  second: SecondChildren,
): Promise<boolean> {
  if (fact.kind === 'push' && urlPattern(fact.urls[0] ?? '') === undefined) return false;
  const matcher = new Matcher(set, fact, second);
  for (const entry of set.spec.generators ?? []) {
    if (isJsonObject(entry) && (await matcher.entry(decoded(entry, 1)))) return true;
  }
  return false;
}
