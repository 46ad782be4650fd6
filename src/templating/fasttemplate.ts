/**
 * Legacy templates (spec generators §5): every `{{tag}}` that names a parameter of type string is
 * replaced by it, in one pass and without escaping; every other tag stays as it is written. A text in
 * which no line holds a whole tag is returned unchanged; else an open `{{` without end is an error.
 */
import { AppsetError } from '../support/errors.ts';
import { goQuote } from '../support/go-quote.ts';
import type { RenderContext, StringTemplate } from './contract.ts';
import type { GoMap } from './values.ts';

const WHOLE_TAG_ON_A_LINE = /\{\{[^\n]*?\}\}/;
const SPACE = '[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+';
const OUTER_SPACE = new RegExp(`^${SPACE}|${SPACE}$`, 'g');

interface Tag {
  /** the parameter's name: the tag without white space around it; '' names none */
  readonly name: string;
  /** the tag as it is written, braces included */
  readonly written: string;
  /** text between this tag and the next */
  readonly after: string;
}

function positionOf(text: string, offset: number): { line: number; column: number; source: string } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, source: text };
}

function parse(text: string): { head: string; tags: Tag[] } {
  const tags: Tag[] = [];
  let open = text.indexOf('{{');
  const head = text.slice(0, open);
  while (open >= 0) {
    const close = text.indexOf('}}', open + 2);
    if (close < 0) {
      throw new AppsetError(
        'APPSET_E0301',
        `invalid template: Cannot find end tag="}}" in the template=${goQuote(text)} starting from ${goQuote(text.slice(open + 2))}`,
        { place: { position: positionOf(text, open) } },
      );
    }
    const next = text.indexOf('{{', close + 2);
    tags.push({
      name: text.slice(open + 2, close).replace(OUTER_SPACE, ''),
      written: text.slice(open, close + 2),
      after: next < 0 ? text.slice(close + 2) : text.slice(close + 2, next),
    });
    open = next;
  }
  return { head, tags };
}

/**
 * A legacy template of one string.
 *
 * @throws AppsetError APPSET_E0301 when a tag has no end; rendering throws APPSET_E0303 when the result
 *   would be longer than the context allows
 * @example compileLegacyString('{{name}}-app').render(goMap([['name', 'web']]), context) // 'web-app'
 */
export function compileLegacyString(text: string): StringTemplate {
  if (!WHOLE_TAG_ON_A_LINE.test(text)) {
    return { text, literal: true, nondeterministic: false, mutates: false, render: () => text };
  }
  const { head, tags } = parse(text);
  return {
    text,
    literal: false,
    nondeterministic: false,
    mutates: false,
    render(params: GoMap, context: RenderContext): string {
      let out = head;
      for (const tag of tags) {
        const value = tag.name === '' ? undefined : params.get(tag.name);
        out += (typeof value === 'string' ? value : tag.written) + tag.after;
      }
      if (out.length > context.maxOutputBytes) {
        throw new AppsetError(
          'APPSET_E0303',
          `the output of a template is longer than ${context.maxOutputBytes} bytes`,
        );
      }
      return out;
    },
  };
}
