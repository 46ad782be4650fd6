/**
 * The rules of `ignoreApplicationDifferences`, compiled, and the places of one document they name
 * (spec controller-and-operations §3.4). Rules run in order, pointers before jq expressions, and each
 * sees the document without what the ones before it removed; the answer speaks of the document as it
 * was given. A jq expression that fails on a document is skipped there.
 */
import type { ApplicationSetSpec, Json, JsonObject } from '../api/objects.ts';
import { AppsetError, messageOf } from '../support/errors.ts';
import { isJsonObject } from '../support/json.ts';
import { checkCalls, jqPlaces } from './jq-paths.ts';
import { type JqNode, parseJq } from './jq-syntax.ts';
import { type PlainPath, removePaths } from './json-path.ts';
import { pointerPath } from './json-pointer.ts';

interface IgnoreRule {
  /** exact name of an Application; '' is every one */
  readonly name: string;
  readonly pointers: readonly string[];
  readonly expressions: readonly { readonly source: string; readonly tree: JqNode | AppsetError }[];
}

export interface IgnoreRules {
  readonly rules: readonly IgnoreRule[];
}

/** Compiles the rules of a set; an expression that cannot be used fails where it is applied, not here. */
export function compileIgnoreRules(spec: ApplicationSetSpec): IgnoreRules {
  return {
    rules: (spec.ignoreApplicationDifferences ?? []).map((rule, index) => ({
      name: rule.name ?? '',
      pointers: rule.jsonPointers ?? [],
      expressions: (rule.jqPathExpressions ?? []).map((source, position) => ({
        source,
        tree: compiled(source, `spec.ignoreApplicationDifferences[${index}].jqPathExpressions[${position}]`),
      })),
    })),
  };
}

function compiled(source: string, field: string): JqNode | AppsetError {
  try {
    const tree = parseJq(source);
    checkCalls(tree, source);
    return tree;
  } catch (error) {
    if (error instanceof AppsetError) return error.at({ field });
    throw error;
  }
}

export interface IgnoredPlaces {
  /** places of the document as given */
  readonly paths: readonly PlainPath[];
  /** the document without them */
  readonly remaining: Json;
  /** expressions that failed on this document and were skipped */
  readonly skipped: readonly string[];
}

export const appliesTo = (rules: IgnoreRules, name: string): boolean =>
  rules.rules.some((rule) => rule.name === '' || rule.name === name);

/**
 * @param name name of the Application the document is of
 * @throws AppsetError APPSET_E0511 when a rule that applies cannot be used
 */
export function ignoredPlaces(rules: IgnoreRules, name: string, document: JsonObject): IgnoredPlaces {
  let remaining: Json = document;
  let origins: Origins = originsOf(document);
  const paths: PlainPath[] = [];
  const skipped: string[] = [];
  const remove = (places: readonly PlainPath[]) => {
    if (places.length === 0) return;
    paths.push(...places.map((place) => originalPath(origins, place)));
    remaining = removePaths(remaining, places);
    origins = withoutOrigins(origins, places);
  };
  for (const rule of rules.rules) {
    if (rule.name !== '' && rule.name !== name) continue;
    for (const pointer of rule.pointers) {
      const place = pointerPath(remaining, pointer);
      if (place !== undefined) remove([place]);
    }
    for (const { source, tree } of rule.expressions) {
      if (tree instanceof AppsetError) throw tree;
      try {
        remove(jqPlaces(tree, remaining));
      } catch (error) {
        if (!(error instanceof AppsetError) || error.code !== 'APPSET_E0512') throw error;
        skipped.push(`${source}: ${messageOf(error)}`);
      }
    }
  }
  return { paths, remaining, skipped };
}

/** A document's arrays with, for each item that is left, the index it had at first. */
interface Origins {
  readonly members?: ReadonlyMap<string, Origins>;
  readonly items?: readonly { readonly index: number; readonly inner: Origins }[];
}

function originsOf(value: Json | undefined): Origins {
  if (Array.isArray(value)) {
    return { items: value.map((item: Json, index) => ({ index, inner: originsOf(item) })) };
  }
  if (!isJsonObject(value)) return {};
  return { members: new Map(Object.entries(value).map(([key, item]) => [key, originsOf(item)])) };
}

function originalPath(origins: Origins, place: PlainPath): PlainPath {
  let node: Origins | undefined = origins;
  return place.map((step) => {
    if (typeof step === 'string') {
      node = node?.members?.get(step);
      return step;
    }
    const item: { readonly index: number; readonly inner: Origins } | undefined = node?.items?.[step];
    node = item?.inner;
    return item?.index ?? step;
  });
}

function withoutOrigins(origins: Origins, places: readonly PlainPath[]): Origins {
  const below = (step: string | number) =>
    places.filter((place) => place[0] === step).map((place) => place.slice(1));
  const gone = (rest: readonly PlainPath[]) => rest.some((path) => path.length === 0);
  if (origins.items !== undefined) {
    const items = origins.items.flatMap((item, position) => {
      const rest = below(position);
      return gone(rest)
        ? []
        : [rest.length === 0 ? item : { ...item, inner: withoutOrigins(item.inner, rest) }];
    });
    return { items };
  }
  if (origins.members === undefined) return origins;
  const members = new Map<string, Origins>();
  for (const [key, inner] of origins.members) {
    const rest = below(key);
    if (!gone(rest)) members.set(key, rest.length === 0 ? inner : withoutOrigins(inner, rest));
  }
  return { members };
}
