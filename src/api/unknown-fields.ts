/**
 * What to say about a field nobody reads: a near-miss of a name the struct has, or the place where a
 * field of that name belongs. Nothing is guessed where several places would do.
 */
import { findField } from './decode-struct.ts';
import { type GoShape, shapeOf, structFields } from './struct-tables.ts';

export interface FieldAdvice {
  /** name of a field of the same struct that was probably meant */
  readonly meant?: string;
  /** path where a field of this very name belongs, `[]` for any item of a list */
  readonly belongs?: string;
  /** the advice as a sentence part: `did you mean "elements"?`; '' when there is none */
  readonly text: string;
}

/** Names that occur all over the API: where one of them belongs cannot be told from the name. */
const EVERYWHERE = new Set(['name', 'path', 'value', 'values', 'kind', 'status', 'template', 'message']);

/**
 * @param root the struct the path starts in, such as `ApplicationSet`
 * @param path of the unknown field, such as `spec.template.spec.syncPolicy.preserveResourcesOnDeletion`
 * @example adviseField('ApplicationSet', 'spec.generators[0].list.elementz').meant // 'elements'
 */
export function adviseField(root: string, path: string): FieldAdvice {
  const steps = stepsOf(path);
  const name = steps.pop();
  if (typeof name !== 'string') return { text: '' };
  const containers = containersOf(root, steps);
  const container = containers.at(-1);
  if (container === undefined) return { text: '' };
  const meant = nearMiss(container.struct, name);
  if (meant !== undefined) return { meant, text: `did you mean "${meant}"?` };
  const belongs = EVERYWHERE.has(name) ? undefined : findPlace(containers, name);
  return belongs === undefined ? { text: '' } : { belongs, text: `it belongs in ${belongs}` };
}

interface Container {
  readonly struct: string;
  /** path of the container, with the indexes of the input */
  readonly path: string;
}

/** The structs on the way, outermost first; stops where the way leaves the structs. */
function containersOf(root: string, steps: readonly (string | number)[]): Container[] {
  const containers: Container[] = [{ struct: root, path: '' }];
  let shape: GoShape = shapeOf(root);
  let path = '';
  for (const step of steps) {
    if (typeof step === 'number') {
      if (shape.kind !== 'slice') return [];
      shape = shapeOf(shape.element);
      path += `[${step}]`;
    } else if (shape.kind === 'struct') {
      const field = findField(structFields(shape.name), step, false);
      if (field === undefined) return [];
      shape = shapeOf(field.type);
      path = path === '' ? step : `${path}.${step}`;
    } else return [];
    if (shape.kind === 'struct') containers.push({ struct: shape.name, path });
  }
  return containers;
}

/** Searches each enclosing struct, innermost first, for the shallowest field of this name. */
function findPlace(containers: readonly Container[], name: string): string | undefined {
  for (const container of [...containers].reverse()) {
    const found = shallowest(container.struct, name);
    if (found.length === 0) continue;
    const [first, second] = found.map((path) => (container.path === '' ? path : `${container.path}.${path}`));
    if (found.length > 2) return undefined;
    return second === undefined ? first : `${first} or ${second}`;
  }
  return undefined;
}

function shallowest(struct: string, name: string): string[] {
  let level: { struct: string; path: string }[] = [{ struct, path: '' }];
  const seen = new Set([struct]);
  while (level.length > 0) {
    const found: string[] = [];
    const next: typeof level = [];
    for (const at of level) {
      for (const field of structFields(at.struct)) {
        const path = at.path === '' ? field.json : `${at.path}.${field.json}`;
        if (field.json === name) found.push(path);
        const inner = innerStruct(shapeOf(field.type), path);
        // Status is written by controllers, nobody misplaces a field from there.
        if (inner !== undefined && !seen.has(inner.struct) && field.json !== 'status') next.push(inner);
      }
    }
    if (found.length > 0) return found;
    for (const { struct: entered } of next) seen.add(entered);
    level = next;
  }
  return [];
}

function innerStruct(shape: GoShape, path: string): { struct: string; path: string } | undefined {
  if (shape.kind === 'struct') return { struct: shape.name, path };
  return shape.kind === 'slice' ? innerStruct(shapeOf(shape.element), `${path}[]`) : undefined;
}

function nearMiss(struct: string, name: string): string | undefined {
  const names = structFields(struct).map((field) => field.json);
  return nearest(name, names);
}

/** The one of `names` that differs in case only, or in one letter of four, two letters at most; undefined when none does. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const folded = name.toLowerCase();
  const same = names.find((candidate) => candidate.toLowerCase() === folded);
  if (same !== undefined) return same;
  const bound = Math.min(2, Math.floor(name.length / 4));
  let best: string | undefined;
  let distance = bound + 1;
  for (const candidate of names) {
    const apart = editDistance(folded, candidate.toLowerCase(), distance);
    if (apart < distance) [best, distance] = [candidate, apart];
  }
  return best;
}

/** Letters to insert, delete, change or swap with a neighbour; `bound` when it is that many or more. */
function editDistance(a: string, b: string, bound: number): number {
  if (Math.abs(a.length - b.length) >= bound) return bound;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    [before, last] = [last, row];
  }
  return Math.min(last[b.length] ?? bound, bound);
}

function stepsOf(path: string): (string | number)[] {
  const steps: (string | number)[] = [];
  for (const match of path.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([^.[\]]+)/g)) {
    if (match[1] !== undefined) steps.push(Number(match[1]));
    else steps.push(match[2] === undefined ? (match[3] ?? '') : (JSON.parse(match[2]) as string));
  }
  return steps;
}
