/** Slash-separated paths (spec sprig-functions §15). The `os` names are the same on Linux. */
import type { GoFunction } from '../values.ts';
import { alias, define } from './define.ts';

/** The shortest equal path: no empty, `.` or inner `..` elements. */
export function cleanPath(path: string): string {
  const rooted = path.startsWith('/');
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') kept.push(part);
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (!rooted) kept.push('..');
  }
  const joined = kept.join('/');
  return rooted ? `/${joined}` : joined === '' ? '.' : joined;
}

function base(path: string): string {
  if (path === '') return '.';
  const trimmed = path.replace(/(?<!\/)\/+$/, '');
  return trimmed === '' || /^\/+$/.test(trimmed) ? '/' : trimmed.slice(trimmed.lastIndexOf('/') + 1);
}

const dir = (path: string): string => cleanPath(path.slice(0, path.lastIndexOf('/') + 1));

function ext(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot < 0 ? '' : name.slice(dot);
}

const PATHS = [
  define('base', ['string'], 'string', ([path]) => base(path)),
  define('dir', ['string'], 'string', ([path]) => dir(path)),
  define('clean', ['string'], 'string', ([path]) => cleanPath(path)),
  define('ext', ['string'], 'string', ([path]) => ext(path)),
  define('isAbs', ['string'], 'bool', ([path]) => path.startsWith('/')),
];

export const PATH_FUNCTIONS: GoFunction[] = PATHS.flatMap((target) => [
  target,
  alias(`os${target.name.slice(0, 1).toUpperCase()}${target.name.slice(1)}`, target),
]);
