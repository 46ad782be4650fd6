/**
 * Ignored fields in normal mode: the desired document gets the live value of everything that is
 * ignored, so that a write never loses it (the reference loses it when its list is written for
 * another reason, spec controller-and-operations §15 #2). List items are matched by identity: name,
 * else repoURL with path or chart and ref, else index. Ignored items of a list are the live ones.
 */
import type { Json, JsonObject } from '../api/objects.ts';
import { getKey, isJsonObject, jsonEqual, setKey } from '../support/json.ts';
import type { PlainPath } from './json-path.ts';

/** Which parts of a value are ignored: all of it, or some of its members or items. */
type Ignored = true | ReadonlyMap<string | number, Ignored>;

function treeOf(paths: readonly PlainPath[]): Ignored {
  if (paths.some((path) => path.length === 0)) return true;
  const children = new Map<string | number, PlainPath[]>();
  for (const [step, ...rest] of paths) {
    if (step === undefined) continue;
    const siblings = children.get(step);
    if (siblings === undefined) children.set(step, [rest]);
    else siblings.push(rest);
  }
  return new Map([...children].map(([step, rest]) => [step, treeOf(rest)]));
}

/**
 * `desired` with the live values at the ignored places.
 *
 * @param livePaths ignored places of `live`
 * @param desiredPaths ignored places of `desired`
 */
export function keepIgnored(
  live: JsonObject,
  desired: JsonObject,
  livePaths: readonly PlainPath[],
  desiredPaths: readonly PlainPath[],
): JsonObject {
  const merged = mergeValue(live, desired, treeOf(livePaths), treeOf(desiredPaths));
  return isJsonObject(merged) ? merged : desired;
}

const NOTHING: Ignored = new Map();
const isNothing = (ignored: Ignored): boolean => ignored !== true && ignored.size === 0;

function mergeValue(
  live: Json | undefined,
  desired: Json | undefined,
  inLive: Ignored,
  inDesired: Ignored,
): Json | undefined {
  if (inLive === true || inDesired === true) return live;
  if (isNothing(inLive) && isNothing(inDesired)) return desired;
  if (Array.isArray(live) || Array.isArray(desired)) {
    return mergeLists(
      Array.isArray(live) ? live : [],
      Array.isArray(desired) ? desired : [],
      inLive,
      inDesired,
      desired === undefined,
    );
  }
  const from = isJsonObject(live) ? live : {};
  const to = isJsonObject(desired) ? desired : undefined;
  const result: Record<string, Json | undefined> = { ...to };
  for (const step of new Set([...inLive.keys(), ...inDesired.keys()])) {
    const key = String(step);
    const value = mergeValue(
      getKey(from, key),
      to && getKey(to, key),
      inLive.get(step) ?? NOTHING,
      inDesired.get(step) ?? NOTHING,
    );
    if (value === undefined) delete result[key];
    else setKey(result, key, value);
  }
  return to === undefined && Object.keys(result).length === 0 ? undefined : result;
}

interface Item {
  readonly value: Json;
  readonly identity: string;
  readonly ignored: Ignored;
}

function mergeLists(
  live: readonly Json[],
  desired: readonly Json[],
  inLive: ReadonlyMap<string | number, Ignored>,
  inDesired: ReadonlyMap<string | number, Ignored>,
  absent: boolean,
): Json | undefined {
  const liveItems = itemsOf(live, inLive);
  const kept = itemsOf(desired, inDesired).filter((item) => item.ignored !== true);
  const managed = liveItems.filter((item) => item.ignored !== true);
  const byIdentity = new Map(managed.map((item) => [item.identity, item]));
  const merged = kept.map((item) => {
    const partner = byIdentity.get(item.identity);
    const value =
      mergeValue(partner?.value, item.value, partner?.ignored ?? NOTHING, item.ignored) ?? item.value;
    return { identity: item.identity, value };
  });
  const unchanged =
    merged.length === managed.length &&
    merged.every((item, index) => jsonEqual(item.value, managed[index]?.value));
  if (unchanged) return live.length === 0 && absent ? undefined : live;
  const result: { readonly identity: string | undefined; readonly value: Json }[] = [...merged];
  let after: string | undefined;
  for (const item of liveItems) {
    if (item.ignored !== true) {
      after = item.identity;
      continue;
    }
    const anchor = after === undefined ? -1 : result.findIndex(({ identity }) => identity === after);
    let at = anchor < 0 && after !== undefined ? result.length : anchor + 1;
    while (at < result.length && result[at]?.identity === undefined) at++;
    result.splice(at, 0, { identity: undefined, value: item.value });
  }
  return result.length === 0 && absent ? undefined : result.map(({ value }) => value);
}

function itemsOf(list: readonly Json[], ignored: ReadonlyMap<string | number, Ignored>): readonly Item[] {
  const identities = list.map(identityOf);
  const unique = identities.every(
    (identity, index) => identity !== undefined && identities.indexOf(identity) === index,
  );
  let position = 0;
  return list.map((value, index) => {
    const inner = ignored.get(index) ?? NOTHING;
    const identity = unique ? (identities[index] as string) : `#${position}`;
    if (inner !== true) position++;
    return { value, identity, ignored: inner };
  });
}

function identityOf(value: Json): string | undefined {
  if (!isJsonObject(value)) return undefined;
  if (typeof value.name === 'string' && value.name !== '') return `name ${value.name}`;
  if (typeof value.repoURL !== 'string') return undefined;
  return `source ${JSON.stringify([value.repoURL, value.path ?? value.chart ?? '', value.ref ?? ''])}`;
}
