/** The leaves of a set by identity, as the set writes them: what confirmation has to ask about. */
import type { ApplicationSet, JsonObject } from '../../api/objects.ts';
import { generatorFields, isCombinator } from '../../generators/fields.ts';
import { childEntries, identify } from '../../generators/identity.ts';
import { isJsonObject } from '../../support/json.ts';

export interface Leaf {
  /** `list`, `clusters`, `git`, … */
  readonly field: string;
  readonly spec: JsonObject;
  /** filled in from the params of another generator: it stands for many leaves */
  readonly interpolated: boolean;
}

const NONE: JsonObject = {};

/** Identity → leaf. */
export function leavesOf(set: ApplicationSet): ReadonlyMap<string, Leaf> {
  const generators = (set.spec.generators ?? []).map((entry) =>
    isJsonObject(entry as never) ? (entry as JsonObject) : NONE,
  );
  const identities = identify(generators);
  const leaves = new Map<string, Leaf>();
  const visit = (entry: JsonObject, path: string): void => {
    for (const field of generatorFields(entry)) {
      const value = entry[field];
      const spec = isJsonObject(value) ? value : NONE;
      const here = `${path}.${field}`;
      if (isCombinator(field)) {
        for (const [index, child] of childEntries(spec).entries()) visit(child, `${here}.${index}`);
        continue;
      }
      const { template: _, values: _v, elements: _e, ...own } = spec;
      const leaf = identities.get(here);
      if (leaf !== undefined) {
        leaves.set(leaf, { field, spec, interpolated: JSON.stringify(own).includes('{{') });
      }
    }
  };
  generators.forEach((entry, index) => {
    visit(entry, String(index));
  });
  return leaves;
}
