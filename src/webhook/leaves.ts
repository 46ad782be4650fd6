/**
 * The leaves of a set that a webhook can concern, read off its generators as they are written. Below
 * the top the reference decodes keys in any letter case, and so is it done here. What holds a template
 * is marked: its value comes out of another generator, which no webhook runs in normal mode.
 */
import type { ApplicationSet, JsonObject } from '../api/objects.ts';
import { isJsonObject } from '../support/json.ts';
import { LIMITS } from '../support/limits.ts';
import { member } from './payload.ts';

export interface GitLeaf {
  readonly kind: 'git';
  /** display path such as `0.matrix.1.git` */
  readonly path: string;
  readonly repoURL: string;
  readonly revision: string;
  readonly directories: readonly PathItem[];
  readonly files: readonly PathItem[];
  /** repoURL or revision hold a template */
  readonly templated: boolean;
}

export interface PathItem {
  readonly path: string;
  readonly exclude: boolean;
}

/** A leaf that lists at a provider; `block` is what it says of it. */
export interface ProviderLeaf {
  readonly kind: 'pullRequest' | 'scmProvider';
  readonly path: string;
  /** field of the provider: `github`, `gitlab`, `azureDevOps` … */
  readonly provider: string;
  readonly block: JsonObject;
}

export interface PluginLeaf {
  readonly kind: 'plugin';
  readonly path: string;
}

export type Leaf = GitLeaf | ProviderLeaf | PluginLeaf;

export const isTemplated = (text: string): boolean => text.includes('{{');

/** A string field, '' when there is none. */
export function textField(object: JsonObject, name: string): string {
  const value = member(object, name);
  return typeof value === 'string' ? value : '';
}

/** A generator of an entry, undefined when the entry does not name it. */
export function generatorField(entry: JsonObject, name: string): JsonObject | undefined {
  const value = member(entry, name);
  return isJsonObject(value) ? value : undefined;
}

/** The entries of a matrix or merge. */
export function childrenOf(combinator: JsonObject): readonly JsonObject[] {
  const value = member(combinator, 'generators');
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function pathItems(spec: JsonObject, name: string): readonly PathItem[] {
  const value = member(spec, name);
  if (!Array.isArray(value)) return [];
  return value
    .filter(isJsonObject)
    .map((item) => ({ path: textField(item, 'path'), exclude: member(item, 'exclude') === true }));
}

/** A git generator as a leaf. */
export function gitLeaf(spec: JsonObject, path: string): GitLeaf {
  const repoURL = textField(spec, 'repoURL');
  const revision = textField(spec, 'revision');
  return {
    kind: 'git',
    path,
    repoURL,
    revision,
    directories: pathItems(spec, 'directories'),
    files: pathItems(spec, 'files'),
    templated: isTemplated(repoURL) || isTemplated(revision),
  };
}

const PROVIDER_FIELDS = ['pullRequest', 'scmProvider'] as const;

function* ofEntry(entry: JsonObject, path: string, depth: number): Generator<Leaf> {
  const git = generatorField(entry, 'git');
  if (git !== undefined) yield gitLeaf(git, `${path}.git`);
  for (const kind of PROVIDER_FIELDS) {
    const spec = generatorField(entry, kind);
    for (const [provider, block] of Object.entries(spec ?? {})) {
      if (isJsonObject(block)) yield { kind, path: `${path}.${kind}`, provider, block };
    }
  }
  if (generatorField(entry, 'plugin') !== undefined) yield { kind: 'plugin', path: `${path}.plugin` };
  if (depth >= LIMITS.nesting) return;
  for (const combinator of ['matrix', 'merge'] as const) {
    const spec = generatorField(entry, combinator);
    if (spec === undefined) continue;
    for (const [index, child] of childrenOf(spec).entries()) {
      yield* ofEntry(child, `${path}.${combinator}.${index}`, depth + 1);
    }
  }
}

/** The leaves of a set, in the order they are written. */
export function leavesOf(set: ApplicationSet): readonly Leaf[] {
  const entries = Array.isArray(set.spec?.generators) ? set.spec.generators : [];
  return entries.flatMap((entry, index) =>
    isJsonObject(entry) ? [...ofEntry(entry, String(index), 1)] : [],
  );
}
