/**
 * The patch formats a client sends, applied to an object without changing it: JSON patch (RFC 6902),
 * merge patch (RFC 7386), and strategic merge as far as the sandbox's built-in kinds need it: maps
 * merge, lists of objects merge by their key where Kubernetes says so for metadata, other lists are
 * replaced, and the `$patch` and `$deleteFromPrimitiveList` directives are obeyed.
 */
import { ApiError } from '../api/client.ts';
import type { Json } from '../api/objects.ts';
import { applyMergePatch, getKey, isJsonObject, jsonEqual, setKey } from '../support/json.ts';
import { badRequest } from './failures.ts';

/** Lists of objects that merge item by item, by the name of the field that holds them. */
const MERGE_KEYS: ReadonlyMap<string, string> = new Map([
  ['ownerReferences', 'uid'],
  ['containers', 'name'],
  ['initContainers', 'name'],
  ['env', 'name'],
  ['volumes', 'name'],
  ['volumeMounts', 'mountPath'],
  ['ports', 'containerPort'],
  ['imagePullSecrets', 'name'],
  ['secrets', 'name'],
  ['conditions', 'type'],
]);
/** Lists of plain values that merge as sets. */
const SETS = new Set(['finalizers']);

function mergeList(current: readonly Json[], patch: readonly Json[], key: string): Json[] {
  const result = [...current];
  for (const item of patch) {
    if (!isJsonObject(item)) continue;
    const at = result.findIndex((one) => isJsonObject(one) && jsonEqual(one[key], item[key]));
    if (item['$patch'] === 'delete') {
      if (at >= 0) result.splice(at, 1);
    } else if (at >= 0) result[at] = strategicMerge(result[at], item);
    else result.push(strategicMerge({}, item));
  }
  return result;
}

/** Strategic merge of `patch` into `target`. */
function strategicMerge(target: Json | undefined, patch: Json): Json {
  if (!isJsonObject(patch)) return patch;
  if (patch['$patch'] === 'replace') {
    return Object.fromEntries(Object.entries(patch).filter(([key]) => key !== '$patch'));
  }
  const result: Record<string, Json | undefined> = {};
  if (isJsonObject(target)) {
    for (const [key, value] of Object.entries(target)) if (value !== undefined) setKey(result, key, value);
  }
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined || key.startsWith('$setElementOrder/') || key.startsWith('$retainKeys')) continue;
    const current = getKey(result, key);
    const mergeKey = MERGE_KEYS.get(key);
    if (key.startsWith('$deleteFromPrimitiveList/')) {
      const field = key.slice('$deleteFromPrimitiveList/'.length);
      const list = getKey(result, field);
      if (Array.isArray(list) && Array.isArray(value)) {
        const left = list.filter((item) => !value.some((gone) => jsonEqual(gone, item)));
        setKey(result, field, left);
      }
    } else if (value === null) delete result[key];
    else if (isJsonObject(value) && value['$patch'] === 'delete') delete result[key];
    else if (Array.isArray(value) && mergeKey !== undefined && value.every(isJsonObject)) {
      const replace = value.some((item) => item['$patch'] === 'replace');
      const items = value.filter((item) => item['$patch'] !== 'replace');
      result[key] = mergeList(replace || !Array.isArray(current) ? [] : current, items, mergeKey);
    } else if (Array.isArray(value) && SETS.has(key) && Array.isArray(current)) {
      result[key] = [...current, ...value.filter((item) => !current.some((one) => jsonEqual(one, item)))];
    } else setKey(result, key, strategicMerge(current, value));
  }
  return result;
}

/** A patch that does not fit the object; the server does not say more. */
const refused = (): ApiError =>
  new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request');

function stepsOf(pointer: unknown): string[] {
  if (pointer === '') return [];
  if (typeof pointer !== 'string' || !pointer.startsWith('/')) {
    throw refused();
  }
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function read(target: Json | undefined, steps: readonly string[]): Json {
  let at: Json | undefined = target;
  for (const step of steps) {
    if (Array.isArray(at)) at = at[Number(step)];
    else if (isJsonObject(at)) at = Object.hasOwn(at, step) ? at[step] : undefined;
    else at = undefined;
  }
  if (at === undefined) throw refused();
  return at;
}

type Edit = 'add' | 'replace' | 'remove';

/** The target with one place edited; everything beside the path is shared. */
function edit(
  target: Json | undefined,
  steps: readonly string[],
  depth: number,
  how: Edit,
  value: Json,
): Json | undefined {
  const step = steps[depth];
  if (step === undefined) return how === 'remove' ? undefined : value;
  const last = depth === steps.length - 1;
  if (Array.isArray(target)) {
    const index = step === '-' && last && how === 'add' ? target.length : Number(step);
    const bound = last && how === 'add' ? target.length : target.length - 1;
    if (!/^(\d+|-)$/.test(step) || !Number.isInteger(index) || index > bound) throw refused();
    const copy: Json[] = [...target];
    if (last && how === 'add') copy.splice(index, 0, value);
    else if (last && how === 'remove') copy.splice(index, 1);
    else copy[index] = edit(copy[index], steps, depth + 1, how, value) ?? null;
    return copy;
  }
  if (!isJsonObject(target)) throw refused();
  if (!Object.hasOwn(target, step) && !(last && how === 'add')) throw refused();
  const copy: Record<string, Json | undefined> = { ...target };
  if (last && how === 'remove') delete copy[step];
  else setKey(copy, step, edit(getKey(target, step), steps, depth + 1, how, value));
  return copy;
}

/** RFC 6902. @throws ApiError 400 for a patch that is none, 422 for one that does not fit the object */
function jsonPatch(target: Json, patch: Json): Json {
  if (!Array.isArray(patch)) throw badRequest('error decoding patch: it must be a list of operations');
  let result: Json = target;
  for (const operation of patch) {
    if (!isJsonObject(operation)) throw badRequest('error decoding patch: an operation must be an object');
    const steps = stepsOf(operation.path);
    const value: Json = operation.value ?? null;
    switch (operation.op) {
      case 'add':
      case 'replace':
      case 'remove':
        result = edit(result, steps, 0, operation.op, value) ?? null;
        break;
      case 'move': {
        const from = stepsOf(operation.from);
        const moved = read(result, from);
        result = edit(edit(result, from, 0, 'remove', null), steps, 0, 'add', moved) ?? null;
        break;
      }
      case 'copy':
        result = edit(result, steps, 0, 'add', read(result, stepsOf(operation.from))) ?? null;
        break;
      case 'test':
        if (!jsonEqual(read(result, steps), value)) {
          throw refused();
        }
        break;
      default:
        throw refused();
    }
  }
  return result;
}

/** `before` changed by a patch of a format. @throws ApiError 400, 422 */
export function patchedBy(format: 'merge' | 'json' | 'strategic', before: Json, patch: Json): Json {
  if (format === 'json') return jsonPatch(before, patch);
  if (!isJsonObject(patch)) throw badRequest('error decoding patch: it must be an object');
  return format === 'merge' ? applyMergePatch(before, patch) : strategicMerge(before, patch);
}
