/**
 * What a field of values.yaml is made of, and the three things made from a tree of fields: values.yaml
 * with its comments, values.schema.json without room for unknown keys, and the table of the README.
 */
import { stringify } from 'yaml';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type Schema = { readonly [keyword: string]: Json };

/** One value: what it means, what it may be, what it is by itself. */
export interface Value {
  readonly about: string;
  readonly schema: Schema;
  readonly value: Json;
}

export interface Group {
  readonly about: string;
  readonly fields: Fields;
}

export type Fields = { readonly [name: string]: Value | Group };

const isGroup = (field: Value | Group): field is Group => 'fields' in field;

export const text = (about: string, value = '', more: Schema = {}): Value => ({
  about,
  value,
  schema: { type: 'string', ...more },
});

export const flag = (about: string, value: boolean): Value => ({ about, value, schema: { type: 'boolean' } });

export const whole = (about: string, value: number, minimum: number, maximum?: number): Value => ({
  about,
  value,
  schema: { type: 'integer', minimum, ...(maximum === undefined ? {} : { maximum }) },
});

export const oneOf = (about: string, choices: readonly string[], value = choices[0] ?? ''): Value => ({
  about,
  value,
  schema: { enum: choices },
});

/** Text by text: labels, annotations. */
export const texts = (about: string, value: { readonly [key: string]: string } = {}): Value => ({
  about,
  value,
  schema: { type: 'object', additionalProperties: { type: 'string' } },
});

export const items = (about: string, item: Schema, value: readonly Json[] = []): Value => ({
  about,
  value,
  schema: { type: 'array', items: item },
});

/** An object with these keys and no other. */
export const closed = (
  properties: { readonly [key: string]: Json },
  required: readonly string[] = [],
): Schema => ({
  type: 'object',
  additionalProperties: false,
  ...(required.length === 0 ? {} : { required }),
  properties,
});

/** The JSON schema of a tree: every object closed, every key described. */
export function schemaOf(fields: Fields): Schema {
  return closed(
    Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [
        name,
        isGroup(field)
          ? { description: field.about, ...schemaOf(field.fields) }
          : { description: field.about, ...field.schema },
      ]),
    ),
  );
}

const WIDTH = 100;

function comment(about: string, indent: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of about.split(' ')) {
    if (line !== '' && indent.length + 2 + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each) => `${indent}# ${each}\n`).join('');
}

/** The YAML of a tree, with what each field is about above it. */
export function valuesYaml(fields: Fields, indent = ''): string {
  return Object.entries(fields)
    .map(([name, field]) => {
      const head = comment(field.about, indent);
      if (isGroup(field)) return `${head}${indent}${name}:\n${valuesYaml(field.fields, `${indent}  `)}`;
      const body = stringify({ [name]: field.value }, { lineWidth: 0 });
      return `${head}${body.replaceAll(/^(?=.)/gm, indent)}`;
    })
    .join(indent === '' ? '\n' : '');
}

/** Rows of the README's table, by dotted path. */
export function tableRows(fields: Fields, above = ''): string[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const path = `${above}${name}`;
    if (isGroup(field)) return tableRows(field.fields, `${path}.`);
    const cell = (content: string) => content.replaceAll('|', '\\|');
    return [`| \`${path}\` | \`${cell(JSON.stringify(field.value))}\` | ${cell(field.about)} |`];
  });
}
