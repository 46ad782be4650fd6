/**
 * Lists of namespaces (spec controller-and-operations §9.3): plain names, globs (`*` any characters,
 * `?`, `[ab]`, `[!ab]`, `{a,b}`), and `/regex/`, which is not anchored. What a regular expression does
 * not match is tried as a glob too. A pattern that is not valid matches nothing; `problems` tells it.
 * Expressions are RE2: look-arounds and back-references, which the reference would take, are refused.
 */
import { RE2JS } from 're2js';
import { parseClass } from './atoms.ts';

export interface NamespaceList {
  /** whether a namespace is in the list */
  readonly matches: (namespace: string) => boolean;
  /** a sentence for each pattern that is not valid */
  readonly problems: readonly string[];
}

/** @example compileNamespaces(['argocd', 'team-*']).matches('team-a') // true */
export function compileNamespaces(patterns: readonly string[]): NamespaceList {
  const tests: ((namespace: string) => boolean)[] = [];
  const problems: string[] = [];
  for (const pattern of patterns) {
    const regex = regexOf(pattern, problems);
    if (regex !== undefined) tests.push((namespace) => regex.matcher(namespace).find());
    const glob = globSource(Array.from(pattern));
    if (glob === undefined) problems.push(`the pattern ${JSON.stringify(pattern)} is not a valid glob`);
    else {
      const compiled = RE2JS.compile(`^(?:${glob})$`, RE2JS.DOTALL);
      tests.push((namespace) => compiled.matcher(namespace).matches());
    }
  }
  return { matches: (namespace) => tests.some((test) => test(namespace)), problems };
}

function regexOf(pattern: string, problems: string[]): RE2JS | undefined {
  if (pattern.length < 2 || !pattern.startsWith('/') || !pattern.endsWith('/')) return undefined;
  try {
    return RE2JS.compile(pattern.slice(1, -1));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    problems.push(`the pattern ${JSON.stringify(pattern)} is not a valid regular expression: ${why}`);
    return undefined;
  }
}

/** A glob as the source of a regular expression; undefined when it is malformed. */
function globSource(chars: readonly string[]): string | undefined {
  let out = '';
  let depth = 0;
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at] as string;
    if (char === '*') out += '.*';
    else if (char === '?') out += '.';
    else if (char === '{') {
      out += '(?:';
      depth++;
    } else if (char === '}' && depth > 0) {
      out += ')';
      depth--;
    } else if (char === ',' && depth > 0) out += '|';
    else if (char === '[') {
      const parsed = parseClass(chars, at, { negation: '!', looseDash: true });
      if (parsed === undefined) return undefined;
      const ranges = parsed.atom.ranges.map(
        ({ low, high }) => `\\x{${low.toString(16)}}-\\x{${high.toString(16)}}`,
      );
      if (parsed.atom.ranges.some(({ low, high }) => low > high)) return undefined;
      out += `[${parsed.atom.negated ? '^' : ''}${ranges.join('')}]`;
      at = parsed.end;
    } else if (char === '\\') {
      const next = chars[++at];
      if (next === undefined) return undefined;
      out += RE2JS.quote(next);
    } else out += RE2JS.quote(char);
  }
  return depth === 0 ? out : undefined;
}
