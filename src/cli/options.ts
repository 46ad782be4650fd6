/** Values of options, checked while the command line is read: a wrong one is a usage error (exit 2). */
import { AppsetError } from '../support/errors.ts';

/** A parser for an option with a fixed set of values. */
export function oneOf<T extends string>(option: string, values: readonly T[]): (text: string) => T {
  return (text) => {
    const found = values.find((value) => value === text);
    if (found === undefined)
      throw new AppsetError('APPSET_E0801', `${option} ${text}: use one of ${values.join(', ')}`);
    return found;
  };
}

/** A parser for a whole number within bounds. */
export function wholeNumber(option: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^-?\d+$/.test(text) || value < min || value > max)
      throw new AppsetError('APPSET_E0801', `${option} ${text}: use a whole number from ${min} to ${max}`);
    return value;
  };
}

/** A parser for an option that may be given several times. */
export const collect = (text: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  text,
];
