/** Exit codes of every command; where several apply, the first in this order is taken. */
export const EXIT = {
  interrupted: 130,
  usage: 2,
  /** a source or the API server could not be read */
  unreadable: 5,
  /** at least one element or set failed */
  failed: 1,
  /** something would be held */
  held: 4,
  /** `plan --detailed-exitcode` found changes */
  changes: 3,
  ok: 0,
} as const;

const ORDER: readonly number[] = Object.values(EXIT);

/** The code that counts of those given. */
export function worst(codes: readonly number[]): number {
  return ORDER.find((code) => codes.includes(code)) ?? EXIT.ok;
}
