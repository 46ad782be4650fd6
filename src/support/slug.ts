/**
 * Names made fit for Kubernetes (spec sprig-functions §18.1, generators §4.4): `normalize` for DNS
 * names, `slugify` for short ones. Plain functions, because generators normalise params too. Texts that
 * come out are ASCII, whatever goes in.
 */
import { LIMITS } from './limits.ts';

/** Length a slug has when nothing else is asked for. */
export const SLUG_LENGTH = 50;

/**
 * Lower case; every character outside `[-a-z0-9.]` one dash; cut to 253; no dash or dot at the ends.
 *
 * @example normalizeName('Hello World_é..Foo-') // 'hello-world--..foo'
 */
export function normalizeName(text: string): string {
  // the dotted capital I is the one character that JavaScript lowers to two
  return text
    .replaceAll('\u0130', 'i')
    .toLowerCase()
    .replace(/[^-a-z0-9.]/gu, '-')
    .slice(0, LIMITS.nameLength)
    .replace(/^[-.]+|[-.]+$/g, '');
}

/**
 * A normalised text with dots as dashes and no run of dashes. A smart cut ends at the last dash within
 * `max` characters, any other cut is made before dashes are cleaned up.
 *
 * @param max characters; nothing is cut from 0 down when `smart`
 * @returns undefined when `max` is negative and `smart` off: a slice that cannot be made
 * @example slugifyName('feat/some_thing', 10, true) // 'feat-some'
 */
export function slugifyName(text: string, max: number = SLUG_LENGTH, smart = true): string | undefined {
  let slug = normalizeName(text);
  if (!smart && slug.length >= max) {
    if (max < 0) return undefined;
    slug = slug.slice(0, max);
  }
  slug = slug
    .replace(/[^a-z0-9_-]/g, '-')
    .replace(/-{2,}/g, '-')
    .replace(/^[-_]+|[-_]+$/g, '');
  if (!smart || max <= 0 || slug.length <= max) return slug;
  const dash = slug.lastIndexOf('-', max);
  return slug.slice(0, dash > 0 ? dash : max);
}
