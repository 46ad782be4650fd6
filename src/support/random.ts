/**
 * Chance comes in as an argument too: jitter, shuffles and the template functions that draw random
 * values take a `Random`, so that a test can name its seed and run again.
 */
import { randomBytes, randomInt } from 'node:crypto';

export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** A whole number in [min, max); max must be greater than min. */
  int(min: number, max: number): number;
  /** `length` random bytes. */
  bytes(length: number): Uint8Array;
}

/** From the operating system's generator: fit for passwords and keys. */
export const systemRandom: Random = {
  next: () => randomInt(0, 2 ** 48 - 1) / (2 ** 48 - 1),
  int: (min, max) => randomInt(min, max),
  bytes: (length) => new Uint8Array(randomBytes(length)),
};

/** A repeatable sequence (mulberry32); never for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    int: (min, max) => min + Math.floor(next() * (max - min)),
    bytes: (length) => Uint8Array.from({ length }, () => Math.floor(next() * 256)),
  };
}
