/**
 * Makes an example of a mismatch small: as long as some smaller variant still differs, go on with it.
 * Variants of a text leave chunks of its tokens out, large ones first; variants of data leave keys and
 * items out or put something plainer in their place. It is greedy and bounded, so what comes out is
 * small, not smallest.
 */

/** Whether each variant still shows the mismatch. */
export type Differs<T> = (variants: readonly T[]) => Promise<readonly boolean[]>;

/** Variants asked about at a time, and rounds at most. */
const BATCH = 40;
const ROUNDS = 400;

export async function shrink<T>(
  start: T,
  variants: (value: T) => Iterable<T>,
  differs: Differs<T>,
): Promise<T> {
  let current = start;
  for (let rounds = 0; rounds < ROUNDS; ) {
    let found: T | undefined;
    let batch: T[] = [];
    const ask = async () => {
      rounds++;
      const kept = await differs(batch);
      found = batch.find((_, i) => kept[i]);
      batch = [];
    };
    for (const variant of variants(current)) {
      batch.push(variant);
      if (batch.length < BATCH) continue;
      await ask();
      if (found !== undefined || rounds >= ROUNDS) break;
    }
    if (found === undefined && batch.length > 0) await ask();
    if (found === undefined) return current;
    current = found;
  }
  return current;
}

/** Words, numbers, quoted strings, delimiters, runs of white space, single characters. */
const TOKENS = /"(?:[^"\\\n]|\\.)*"|`[^`]*`|\{\{-?|-?\}\}|[$.]?[\p{L}_][\p{L}\p{N}_]*|\d+|\s+|./gsu;

/** The text without one of its chunks, from the halves down to single tokens. */
export function* smallerTexts(text: string): Generator<string> {
  const tokens = text.match(TOKENS) ?? [];
  for (let size = tokens.length; size >= 1; size = size > 1 ? Math.ceil(size / 2) : 0) {
    for (let at = 0; at < tokens.length; at += size) {
      yield [...tokens.slice(0, at), ...tokens.slice(at + size)].join('');
    }
  }
  for (const [i, token] of tokens.entries()) {
    if (token.length > 2 && /^["`]/.test(token)) {
      for (const inside of smallerTexts(token.slice(1, -1))) {
        yield [...tokens.slice(0, i), token[0] + inside + token[0], ...tokens.slice(i + 1)].join('');
      }
    }
  }
}

/** The value with something left out or plainer. Objects with a `$type` stay whole. */
export function* smallerData(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) yield value.toSpliced(i, 1);
    for (const [i, item] of value.entries()) {
      for (const smaller of smallerData(item)) yield value.with(i, smaller);
    }
  } else if (typeof value === 'object' && value !== null) {
    if ('$type' in value) return;
    for (const key of Object.keys(value)) {
      yield Object.fromEntries(Object.entries(value).filter(([other]) => other !== key));
    }
    for (const [key, item] of Object.entries(value)) {
      for (const smaller of smallerData(item)) yield { ...value, [key]: smaller };
    }
  } else if (typeof value === 'string' && value.length > 1) {
    yield 'a';
    yield* smallerTexts(value);
  } else if (typeof value === 'number' && ![0, 1].includes(value)) yield 1;
}
