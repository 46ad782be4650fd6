/**
 * Sets of field paths in the form of FieldsV1 (`f:name`, `k:{"uid":…}`, `v:"item"`), and how they are
 * read off an object. Maps are walked; lists count as one field unless the schema says set or map, or
 * Kubernetes does so for metadata. Leaves are `{}`.
 */
import type { Json, JsonObject } from '../api/objects.ts';
import { isJsonObject, jsonEqual } from '../support/json.ts';

export interface FieldSet {
  readonly [step: string]: FieldSet;
}

/** How a value is split into fields: an OpenAPI node, as far as it is known. */
export type Shape = JsonObject | undefined;

const map = (keys: string[]): JsonObject => ({
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': keys,
});
const METADATA: JsonObject = {
  properties: {
    finalizers: { 'x-kubernetes-list-type': 'set' },
    ownerReferences: map(['uid']),
  },
};
const BY_NAME = map(['name']);
const BY_TYPE = map(['type']);
/** Lists of built-in kinds that are maps, by the name of their field. */
const BUILT_IN_LISTS: Readonly<Record<string, JsonObject>> = {
  containers: BY_NAME,
  initContainers: BY_NAME,
  volumes: BY_NAME,
  env: BY_NAME,
  conditions: BY_TYPE,
};
/** metadata that has owners; the rest belongs to the server. */
const OWNED_METADATA = ['labels', 'annotations', 'finalizers', 'ownerReferences', 'generateName'];

interface Child {
  readonly value: Json;
  readonly shape: Shape;
  /** items of a list carry themselves as `.` in the set */
  readonly item: boolean;
}

function childShape(shape: Shape, key: string, depth: number): Shape {
  if (depth === 0 && key === 'metadata') return METADATA;
  const properties = shape?.properties;
  if (isJsonObject(properties) && isJsonObject(properties[key])) return properties[key];
  if (isJsonObject(shape?.additionalProperties)) return shape.additionalProperties;
  return shape === undefined && depth > 0 ? BUILT_IN_LISTS[key] : undefined;
}

/** The fields a value is made of, or undefined when it is one field. */
function childrenOf(value: Json | undefined, shape: Shape, depth: number): Map<string, Child> | undefined {
  const found = new Map<string, Child>();
  if (isJsonObject(value)) {
    if (shape?.['x-kubernetes-map-type'] === 'atomic') return undefined;
    for (const [key, child] of Object.entries(value)) {
      if (child === undefined) continue;
      if (depth === 0 && (key === 'apiVersion' || key === 'kind')) continue;
      if (depth === 1 && shape === METADATA && !OWNED_METADATA.includes(key)) continue;
      found.set(`f:${key}`, { value: child, shape: childShape(shape, key, depth), item: false });
    }
    return depth > 0 && found.size === 0 && shape !== METADATA ? undefined : found;
  }
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const items = isJsonObject(shape?.items) ? shape.items : undefined;
  const type = shape?.['x-kubernetes-list-type'];
  const keys = shape?.['x-kubernetes-list-map-keys'];
  if (type === 'set') {
    for (const item of value) {
      found.set(`v:${JSON.stringify(item)}`, { value: null, shape: undefined, item: false });
    }
    return found;
  }
  if (type !== 'map' || !Array.isArray(keys) || !value.every(isJsonObject)) return undefined;
  for (const item of value) {
    const name = Object.fromEntries(keys.map((key) => [String(key), item[String(key)] ?? '']));
    found.set(`k:${JSON.stringify(name)}`, { value: item, shape: items, item: true });
  }
  return found;
}

const LEAF: FieldSet = {};
const isLeaf = (set: FieldSet): boolean => Object.keys(set).length === 0;
/** metadata is there before anybody adds it. */
const isContainer = (step: string, inner: FieldSet, depth: number): boolean =>
  !isLeaf(inner) && !(depth === 0 && step === 'f:metadata');

/** Every field of a value; with `containers` maps and lists are fields too, as for whoever adds or loses them. */
export function fieldsOf(
  value: Json | undefined,
  shape: Shape,
  depth = 0,
  containers: 'containers' | undefined = undefined,
): FieldSet {
  const children = childrenOf(value, shape, depth);
  if (children === undefined) return LEAF;
  const set: Record<string, FieldSet> = {};
  for (const [step, child] of children) {
    const inner = fieldsOf(child.value, child.shape, depth + 1, containers);
    const isOne = child.item || (containers !== undefined && isContainer(step, inner, depth));
    set[step] = isOne ? { '.': LEAF, ...inner } : inner;
  }
  if (depth === 0 && set['f:metadata'] !== undefined && isLeaf(set['f:metadata'])) delete set['f:metadata'];
  return set;
}

/** Fields of `after` that `before` lacks or has otherwise; undefined when there is none. */
export function changedFields(
  before: Json | undefined,
  after: Json | undefined,
  shape: Shape,
  depth = 0,
): FieldSet | undefined {
  if (before === after || jsonEqual(before, after)) return undefined;
  const now = childrenOf(after, shape, depth);
  const then = childrenOf(before, shape, depth);
  if (now === undefined) return LEAF;
  const set: Record<string, FieldSet> = {};
  for (const [step, child] of now) {
    const old = then?.get(step);
    if (old === undefined) {
      const inner = fieldsOf(child.value, child.shape, depth + 1, 'containers');
      const isOne = child.item || isContainer(step, inner, depth);
      set[step] = isOne ? { '.': LEAF, ...inner } : inner;
    } else {
      const inner = changedFields(old.value, child.value, child.shape, depth + 1);
      if (inner !== undefined) set[step] = inner;
    }
  }
  if (depth === 0 && set['f:metadata'] !== undefined && isLeaf(set['f:metadata'])) delete set['f:metadata'];
  return isLeaf(set) ? undefined : set;
}

/** Fields of `before` that are gone in `after`; undefined when there is none. */
export function goneFields(
  before: Json | undefined,
  after: Json | undefined,
  shape: Shape,
  depth = 0,
): FieldSet | undefined {
  if (before === after) return undefined;
  const then = childrenOf(before, shape, depth);
  if (then === undefined) return undefined;
  const now = childrenOf(after, shape, depth);
  const set: Record<string, FieldSet> = {};
  for (const [step, child] of then) {
    const left = now?.get(step);
    const inner =
      left === undefined
        ? fieldsOf(child.value, child.shape, depth + 1, 'containers')
        : goneFields(child.value, left.value, child.shape, depth + 1);
    if (inner === undefined) continue;
    const isOne = left === undefined && (child.item || isContainer(step, inner, depth));
    set[step] = isOne ? { '.': LEAF, ...inner } : inner;
  }
  return isLeaf(set) ? undefined : set;
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  const set: Record<string, FieldSet> = { ...a };
  for (const [step, inner] of Object.entries(b)) {
    const mine = set[step];
    set[step] = mine === undefined ? inner : union(mine, inner);
  }
  return set;
}

/** What of `a` is not in `b`. A field of `b` does not stand for what is below it: an empty map owns itself only. */
export function minus(a: FieldSet, b: FieldSet): FieldSet {
  const set: Record<string, FieldSet> = {};
  for (const [step, inner] of Object.entries(a)) {
    const other = b[step];
    if (other === undefined) set[step] = inner;
    else if (!isLeaf(inner)) {
      const left = isLeaf(other) ? inner : minus(inner, other);
      if (!isLeaf(left)) set[step] = left;
    }
  }
  return set;
}

/** Paths both sets hold, as texts such as `.spec.project`. */
export function overlap(a: FieldSet, b: FieldSet, path = ''): string[] {
  return Object.entries(a).flatMap(([step, inner]) => {
    const other = b[step];
    if (other === undefined) return [];
    const here = step === '.' ? path : `${path}${stepText(step)}`;
    if (isLeaf(inner)) return [here];
    return isLeaf(other) ? [] : overlap(inner, other, here);
  });
}

function stepText(step: string): string {
  const name = step.slice(2);
  if (step.startsWith('f:')) return `.${name}`;
  if (step.startsWith('v:')) return `[=${name}]`;
  const keys: unknown = JSON.parse(name);
  const pairs = Object.entries(isJsonObject(keys) ? keys : {});
  return `[${pairs.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
}

/** The value without the fields of the set; containers that become empty go too. */
export function withoutFields(value: Json, set: FieldSet, shape: Shape, depth = 0): Json | undefined {
  if (isLeaf(set)) return undefined;
  if (Array.isArray(value)) {
    const children = childrenOf(value, shape, depth);
    if (children === undefined) return value;
    const steps = [...children.keys()];
    const kept: Json[] = value.flatMap((item, index) => {
      const inner = set[steps[index] ?? ''];
      if (inner === undefined) return [item];
      if (inner['.'] !== undefined || isLeaf(inner)) return [];
      const left = withoutFields(item, inner, undefined, depth + 1);
      return left === undefined ? [] : [left];
    });
    return kept.length > 0 ? kept : undefined;
  }
  if (!isJsonObject(value)) return value;
  const kept: Record<string, Json> = {};
  for (const [key, child] of Object.entries(value)) {
    if (child === undefined) continue;
    const inner = set[`f:${key}`];
    const left =
      inner === undefined ? child : withoutFields(child, inner, childShape(shape, key, depth), depth + 1);
    if (left !== undefined) kept[key] = left;
  }
  return Object.keys(kept).length > 0 ? kept : undefined;
}

/** `config` laid over `live`: maps merge, lists merge by key or as sets where the shape says so, else replace. */
export function mergedFields(live: Json | undefined, config: Json, shape: Shape, depth = 0): Json {
  if (isJsonObject(config) && isJsonObject(live) && shape?.['x-kubernetes-map-type'] !== 'atomic') {
    const result: Record<string, Json | undefined> = { ...live };
    for (const [key, value] of Object.entries(config)) {
      if (value === undefined) continue;
      result[key] = mergedFields(live[key], value, childShape(shape, key, depth), depth + 1);
    }
    return result;
  }
  const now = Array.isArray(config) ? childrenOf(config, shape, depth) : undefined;
  const then = Array.isArray(live) ? childrenOf(live, shape, depth) : undefined;
  if (!Array.isArray(config) || !Array.isArray(live) || now === undefined || then === undefined)
    return config;
  const type = shape?.['x-kubernetes-list-type'];
  if (type === 'set') return [...live, ...config.filter((item) => !live.some((one) => jsonEqual(one, item)))];
  const kept = [...then].map(([step, child]) => {
    const other = now.get(step);
    return other === undefined ? child.value : mergedFields(child.value, other.value, child.shape, depth + 1);
  });
  return [...kept, ...[...now].filter(([step]) => !then.has(step)).map(([, child]) => child.value)];
}
