/**
 * The pieces an object template is made of. A piece is either literal, and then one value is shared by
 * all results, or renders anew for each param set. Objects and lists without a rendered piece inside
 * are literal themselves, so that rendering touches only what holds an action. Results are never
 * changed in place: they share their literal parts.
 */
import type { Json, JsonObject } from '../api/objects.ts';
import { AppsetError, asAppsetError } from '../support/errors.ts';
import { setKey } from '../support/json.ts';
import type { RenderContext, TemplateMode } from './contract.ts';
import { compileString } from './strings.ts';
import type { GoMap } from './values.ts';

export type Render<T extends Json = Json> = (params: GoMap, context: RenderContext) => T;

export type Compiled<T extends Json = Json> =
  | { readonly literal: true; readonly value: T }
  | { readonly literal: false; readonly render: Render<T> };

export const literal = <T extends Json>(value: T): Compiled<T> => ({ literal: true, value });
const rendered = <T extends Json>(render: Render<T>): Compiled<T> => ({ literal: false, render });

/** What one compilation shares: the mode, and what it learned of its strings on the way. */
export class Compilation {
  readonly mode: TemplateMode;
  nondeterministic = false;
  mutates = false;

  constructor(mode: TemplateMode) {
    this.mode = mode;
  }

  /**
   * One string. A text that cannot be parsed fails when it is rendered and not before: the reference
   * parses a string when its turn comes, so an earlier field that fails to render speaks first.
   *
   * @param field path of the string for error messages
   */
  text(text: string, field: string): Compiled<string> {
    let template: ReturnType<typeof compileString>;
    try {
      template = compileString(text, this.mode);
    } catch (error) {
      const failure = locate(error, field);
      return rendered(() => {
        throw failure;
      });
    }
    if (template.literal) return literal(text);
    this.nondeterministic ||= template.nondeterministic;
    this.mutates ||= template.mutates;
    return rendered((params, context) => {
      try {
        return template.render(params, context);
      } catch (error) {
        throw locate(error, field);
      }
    });
  }
}

function locate(error: unknown, field: string): AppsetError {
  const known = error instanceof AppsetError ? error : asAppsetError(error, 'APPSET_E0302');
  return known.at({ field });
}

export function listOf(items: readonly Compiled[]): Compiled {
  if (items.every((item) => item.literal)) return literal(items.map((item) => item.value));
  const renders = items.map((item): Render => (item.literal ? () => item.value : item.render));
  return rendered((params, context) => renders.map((render) => render(params, context)));
}

export interface Member {
  readonly key: string;
  readonly value: Compiled;
  /** left out of the result when it renders to the empty string */
  readonly omitEmpty?: boolean;
}

/** An object with fixed keys, rendered in the order given. */
export function objectOf(members: readonly Member[]): Compiled<JsonObject> {
  const base: Record<string, Json | undefined> = {};
  const moving: { key: string; render: Render; omitEmpty: boolean }[] = [];
  for (const { key, value, omitEmpty } of members) {
    setKey(base, key, value.literal ? value.value : '');
    if (!value.literal) moving.push({ key, render: value.render, omitEmpty: omitEmpty === true });
  }
  if (moving.length === 0) return literal(base);
  return rendered((params, context) => {
    const out = { ...base };
    for (const { key, render, omitEmpty } of moving) {
      const value = render(params, context);
      if (omitEmpty && value === '') delete out[key];
      else out[key] = value;
    }
    return out;
  });
}

/**
 * A map whose keys are data: keys are rendered too, each after its value. When two keys become one, the last in bytewise
 * order of the keys as written survives (spec generators §11).
 */
export function mapOf(entries: readonly (readonly [Compiled<string>, Compiled])[]): Compiled<JsonObject> {
  if (entries.every(([key]) => key.literal)) {
    return objectOf(entries.map(([key, value]) => ({ key: key.literal ? key.value : '', value })));
  }
  return rendered((params, context) => {
    const out: Record<string, Json | undefined> = {};
    for (const [key, value] of entries) {
      const item = value.literal ? value.value : value.render(params, context);
      setKey(out, key.literal ? key.value : key.render(params, context), item);
    }
    return out;
  });
}
