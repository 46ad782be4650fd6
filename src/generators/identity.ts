/**
 * Identities of leaves and parts (safety.md, Terms): what tells whether an Application of today and one
 * of yesterday come from the same thing. A leaf is what it reads and the combinators above it, as the
 * set writes them: not its path, because edits shift paths; not its template, values, polling interval
 * or list elements either, because a renamed Application or an edited list still has the same origin.
 * Leaves that are equal in all of that are numbered in the order of the set.
 */
import { hash } from 'node:crypto';
import type { Json, JsonObject } from '../api/objects.ts';
import { isJsonObject } from '../support/json.ts';
import type { Part, PartKind } from './contract.ts';
import { generatorFields, isCombinator } from './fields.ts';

/** JSON with sorted keys: equal values give equal text. */
export function canonicalJson(value: Json | undefined): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const object = value as JsonObject;
  const members = Object.keys(object)
    .filter((key) => object[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(object[key])}`);
  return `{${members.join(',')}}`;
}

/** 64 bits of SHA-256 in hex: short enough for an annotation, long enough within one set. */
export const shortHash = (text: string): string => hash('sha256', text, 'hex').slice(0, 16);

export const contentHash = (value: Json | undefined): string => shortHash(canonicalJson(value));

export const part = (leaf: string, kind: PartKind, id: string, label: string): Part => ({
  leaf,
  kind,
  id,
  label,
});

const NOT_IDENTITY = new Set(['template', 'values', 'requeueAfterSeconds', 'elements', 'generators']);

/** The children of a matrix or merge as far as they are objects at all; anything else stands as `{}`. */
export function childEntries(spec: JsonObject): readonly JsonObject[] {
  const children = spec['generators'];
  return Array.isArray(children) ? children.map((child: Json) => (isJsonObject(child) ? child : {})) : [];
}

/** Identities of all generators of a set by display path, such as `0.matrix.1.git`. */
export function identify(generators: readonly JsonObject[]): ReadonlyMap<string, string> {
  const identities = new Map<string, string>();
  const seen = new Map<string, number>();
  const visit = (entry: JsonObject, path: string, above: readonly string[]): void => {
    for (const field of generatorFields(entry)) {
      const value = entry[field];
      const spec = isJsonObject(value) ? value : {};
      const own = Object.fromEntries(Object.entries(spec).filter(([key]) => !NOT_IDENTITY.has(key)));
      const base = `${field}${canonicalJson(own)}`;
      const key = [...above, base].join('/');
      const count = seen.get(key) ?? 0;
      seen.set(key, count + 1);
      const here = `${path}.${field}`;
      identities.set(here, shortHash(count === 0 ? key : `${key}#${count}`));
      if (isCombinator(field)) {
        childEntries(spec).forEach((child, index) => {
          visit(child, `${here}.${index}`, [...above, base]);
        });
      }
    }
  };
  generators.forEach((entry, index) => {
    visit(entry, String(index), []);
  });
  return identities;
}
