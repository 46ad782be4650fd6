/**
 * Long lists in order: put in order step by step, so that others may run in between (`turns.ts`), and
 * searched by halves instead of being copied into a map.
 */

/** Items between two steps. */
const STEP = 512;

/** The first index for which `holds`, `length` when there is none; once it holds it holds for all that follow. */
export function firstIndex(length: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The same from `start` on, for what is likely to hold soon. */
export function firstIndexNear(start: number, length: number, holds: (index: number) => boolean): number {
  let stride = 1;
  let low = start;
  while (low + stride < length && !holds(low + stride - 1)) {
    low += stride;
    stride *= 2;
  }
  return low + firstIndex(Math.min(stride, length - low), (index) => holds(low + index));
}

/** The items in order, equal ones as they came; what is in order already costs one look at each. */
export function* sortSteps<T>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
): Generator<void, readonly T[]> {
  let runs: (readonly T[])[] = [];
  for (let at = 0; at < items.length; at += STEP) {
    runs.push(items.slice(at, at + STEP).sort(compare));
    yield;
  }
  while (runs.length > 1) {
    const merged: (readonly T[])[] = [];
    for (let at = 0; at < runs.length; at += 2) {
      merged.push(yield* mergeSteps(runs[at] ?? [], runs[at + 1] ?? [], compare));
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

function* mergeSteps<T>(
  left: readonly T[],
  right: readonly T[],
  compare: (a: T, b: T) => number,
): Generator<void, readonly T[]> {
  const [first] = right;
  const last = left.at(-1);
  if (first === undefined || last === undefined || compare(last, first) <= 0) return left.concat(right);
  const merged: T[] = [];
  let l = 0;
  let r = 0;
  while (l < left.length && r < right.length) {
    const [a, b] = [left[l] as T, right[r] as T];
    if (compare(a, b) <= 0) {
      merged.push(a);
      l += 1;
    } else {
      merged.push(b);
      r += 1;
    }
    if (merged.length % STEP === 0) yield;
  }
  return merged.concat(left.slice(l), right.slice(r));
}
