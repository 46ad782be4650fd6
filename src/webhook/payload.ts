/**
 * A payload, read by field. A field that is absent or null reads as empty, as Go's decoder leaves it; a
 * field of another type is refused in that decoder's words (`json: cannot unmarshal string into Go
 * struct field PushEventPayload.project_id of type int64`). Only what is read is checked.
 */
import { isJsonObject } from '../support/json.ts';
import { jsonComplaint } from '../support/json-syntax.ts';
import { notUnderstood } from './verify.ts';

const kindOf = (value: unknown): string => {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
};

/** A member by its name, exactly or else in another letter case, as Go's decoder finds it. */
export function member(object: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(object, name)) return object[name];
  const wanted = name.toLowerCase();
  const found = Object.keys(object).find((key) => key.toLowerCase() === wanted);
  return found === undefined ? undefined : object[found];
}

export class Payload {
  readonly #object: Readonly<Record<string, unknown>>;
  readonly #struct: string;
  readonly #path: string;

  /** @param struct name of the reference's type, for messages */
  constructor(value: unknown, struct: string, path = '') {
    if (value !== null && value !== undefined && !isJsonObject(value)) {
      const what = path === '' ? `value of type ${struct}` : `struct field ${struct}.${path} of type struct`;
      throw notUnderstood(`json: cannot unmarshal ${kindOf(value)} into Go ${what}`);
    }
    this.#object = value ?? {};
    this.#struct = struct;
    this.#path = path;
  }

  #at(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }

  #read<T>(name: string, type: string, isType: (value: unknown) => value is T, empty: T): T {
    const value = member(this.#object, name);
    if (value === undefined || value === null) return empty;
    if (isType(value)) return value;
    const kind = typeof value === 'number' && type === 'int64' ? `number ${value}` : kindOf(value);
    throw notUnderstood(
      `json: cannot unmarshal ${kind} into Go struct field ${this.#struct}.${this.#at(name)} of type ${type}`,
    );
  }

  text(name: string): string {
    return this.#read(name, 'string', (value) => typeof value === 'string', '');
  }

  flag(name: string): boolean {
    return this.#read(name, 'bool', (value) => typeof value === 'boolean', false);
  }

  integer(name: string): number {
    return this.#read(name, 'int64', (value): value is number => Number.isInteger(value), 0);
  }

  /** Whether the field is there and not null. */
  has(name: string): boolean {
    return (member(this.#object, name) ?? null) !== null;
  }

  object(name: string): Payload {
    return new Payload(member(this.#object, name), this.#struct, this.#at(name));
  }

  list(name: string): readonly Payload[] {
    return this.#read(name, 'slice', Array.isArray, []).map(
      (item: unknown) => new Payload(item, this.#struct, this.#at(name)),
    );
  }

  texts(name: string): readonly string[] {
    return this.#read(name, '[]string', Array.isArray, []).map((item: unknown) => {
      if (typeof item === 'string') return item;
      throw notUnderstood(
        `json: cannot unmarshal ${kindOf(item)} into Go struct field ${this.#struct}.${this.#at(name)} of type string`,
      );
    });
  }
}

/**
 * The JSON value of a body.
 *
 * @throws AppsetError APPSET_E1002 in the words of Go's scanner
 */
export function parseBody(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
  } catch {
    throw notUnderstood(jsonComplaint(body) ?? 'invalid JSON');
  }
}
