/**
 * MisplacedGuard: a field that should keep Applications or their workloads stands where it has no
 * effect. Seen in the object, or, where the CRD prunes it, in what kubectl last applied, while the rest
 * of the template is still what was applied. People have lost clusters that way.
 */
import { LAST_APPLIED_ANNOTATION } from '../../api/names.ts';
import type { ApplicationSet, Json, JsonObject } from '../../api/objects.ts';
import { isJsonObject } from '../../support/json.ts';
import { equalModuloEmpty } from '../compare.ts';
import type { Hold } from './contract.ts';

const PRESERVE = 'preserveResourcesOnDeletion';
const POLICY = 'applicationsSync';
/** Places in a set's spec where people put the fields of spec.syncPolicy. */
const PLACES: readonly (readonly string[])[] = [
  ['template', 'spec', 'syncPolicy'],
  ['template', 'spec', 'syncPolicy', 'automated'],
  ['template', 'spec'],
  ['template', 'metadata'],
  ['template'],
  ['template', 'syncPolicy'],
  [],
];

const at = (value: Json | undefined, path: readonly string[]): JsonObject | undefined => {
  const found = path.reduce<Json | undefined>(
    (inner, key) => (isJsonObject(inner) ? inner[key] : undefined),
    value,
  );
  return isJsonObject(found) ? found : undefined;
};

/** Guards of a spec that have no effect, by path; those that stand in the right place too are not. */
function misplacedIn(spec: JsonObject, effective: ApplicationSet['spec']): readonly string[] {
  const preserved = effective.syncPolicy?.preserveResourcesOnDeletion === true;
  const forbids = (policy: unknown) => policy === 'create-only' || policy === 'create-update';
  const guarded = forbids(effective.syncPolicy?.applicationsSync);
  const found: string[] = [];
  for (const path of PLACES) {
    const holder = at(spec, path);
    const place = ['spec', ...path].join('.');
    if (!preserved && String(holder?.[PRESERVE]) === 'true') found.push(`${place}.${PRESERVE}`);
    if (!guarded && forbids(holder?.[POLICY])) found.push(`${place}.${POLICY}`);
  }
  const options = at(spec, ['template', 'spec', 'syncPolicy'])?.syncOptions;
  for (const option of Array.isArray(options) ? options : []) {
    const [name, value] = String(option).split('=');
    const wanted = name?.toLowerCase();
    if (!preserved && wanted === PRESERVE.toLowerCase() && value?.toLowerCase() === 'true') {
      found.push(`sync option ${String(option)}`);
    }
    if (!guarded && wanted === POLICY.toLowerCase() && forbids(value))
      found.push(`sync option ${String(option)}`);
  }
  return found;
}

/** The spec kubectl last applied, if it can be read. */
function lastApplied(set: ApplicationSet): JsonObject | undefined {
  const text = set.metadata.annotations?.[LAST_APPLIED_ANNOTATION];
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return at(value as Json, ['spec']);
  } catch {
    return undefined;
  }
}

/** A value without the guards: what a CRD that prunes leaves of it. */
const withoutGuards = (value: Json): Json => {
  if (Array.isArray(value)) return value.map((item: Json) => withoutGuards(item));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== PRESERVE && key !== POLICY)
      .map(([key, inner]) => [key, withoutGuards(inner ?? null)]),
  );
};

/** Paths of misplaced guards of a set. */
export function misplacedGuards(set: ApplicationSet): readonly string[] {
  const spec = set.spec as unknown as JsonObject;
  const found = misplacedIn(spec, set.spec);
  const applied = found.length > 0 ? undefined : lastApplied(set);
  if (applied === undefined) return found;
  const template = (of: JsonObject) => withoutGuards(at(of, ['template']) ?? {});
  const unchanged = equalModuloEmpty(template(spec), template(applied));
  return unchanged ? misplacedIn(applied, set.spec) : [];
}

export const misplacedGuard: Hold = {
  reason: 'MisplacedGuard',
  latched: true,
  setting: ({ set }) => misplacedGuards(set).join(','),
  wayOut: () => 'move the field to spec.syncPolicy of the set, or take it away',
  find: ({ set }, rest) => {
    const [first] = misplacedGuards(set);
    return first === undefined
      ? undefined
      : {
          candidates: rest,
          message: `${first} has no effect there; it belongs to spec.syncPolicy of the set`,
        };
  },
};
