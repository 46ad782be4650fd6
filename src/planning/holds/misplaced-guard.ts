/**
 * MisplacedGuard: a field that should keep Applications or their workloads stands where it has no
 * effect: in a template, of the set or of a generator, or in the patch of one. Seen in the object, or,
 * where the CRD prunes it, in what kubectl last applied, while the rest of that template is still what
 * was applied. People have lost clusters that way.
 */
import { LAST_APPLIED_ANNOTATION } from '../../api/names.ts';
import type { ApplicationSet, Json, JsonObject } from '../../api/objects.ts';
import { isJsonObject } from '../../support/json.ts';
import { LIMITS } from '../../support/limits.ts';
import { parseYaml } from '../../support/yaml.ts';
import { equalModuloEmpty } from '../compare.ts';
import type { Hold } from './contract.ts';

const PRESERVE = 'preserveResourcesOnDeletion';
const POLICY = 'applicationsSync';
/** Places in a template where people put the fields of spec.syncPolicy. */
const PLACES: readonly (readonly string[])[] = [
  ['spec', 'syncPolicy'],
  ['spec', 'syncPolicy', 'automated'],
  ['spec'],
  ['metadata'],
  [],
  ['syncPolicy'],
];

/** Where guards have no effect: a template, or the spec of the set itself. */
interface Place {
  /** of the set, such as `spec.generators[0].list.template` */
  readonly path: string;
  readonly value: JsonObject;
}

const at = (value: Json | undefined, path: readonly string[]): JsonObject | undefined => {
  const found = path.reduce<Json | undefined>(
    (inner, key) => (isJsonObject(inner) ? inner[key] : undefined),
    value,
  );
  return isJsonObject(found) ? found : undefined;
};

/** All templates of a spec, by path: its own, those of its generators, and its patch as far as it can be read. */
function templatesOf(spec: JsonObject): readonly Place[] {
  const template = isJsonObject(spec.template) ? [{ path: 'spec.template', value: spec.template }] : [];
  const patch = typeof spec.templatePatch === 'string' ? patchOf(spec.templatePatch) : undefined;
  return [
    ...template,
    ...generatorTemplates(spec.generators, 'spec.generators', LIMITS.nesting),
    ...(patch === undefined ? [] : [{ path: 'spec.templatePatch', value: patch }]),
  ];
}

function generatorTemplates(entries: Json | undefined, path: string, deeper: number): readonly Place[] {
  if (!Array.isArray(entries) || deeper < 0) return [];
  return entries.flatMap((entry: Json, index) =>
    Object.entries(isJsonObject(entry) ? entry : {}).flatMap(([kind, generator]) => {
      if (!isJsonObject(generator)) return [];
      const { template, generators } = generator;
      const own = `${path}[${index}].${kind}`;
      return [
        ...(isJsonObject(template) ? [{ path: `${own}.template`, value: template }] : []),
        ...generatorTemplates(generators, `${own}.generators`, deeper - 1),
      ];
    }),
  );
}

/** A templatePatch as far as it can be read without a row: undefined where it is no object then. */
function patchOf(text: string): JsonObject | undefined {
  const plain = withoutActions(text);
  if (plain === undefined) return undefined;
  try {
    const value = parseYaml(plain);
    return isJsonObject(value) ? value : undefined;
  } catch {
    // what it means only a row can tell
    return undefined;
  }
}

/** Stands for an action of a template. */
const ACTION = '\u0000';

/**
 * A line of actions alone goes, whatever they decide: a guard between them has no effect either way.
 * Other actions become a word. In one pass: the text may be large.
 */
function withoutActions(text: string): string | undefined {
  const [first = '', ...rest] = text.split('{{');
  let plain = first;
  for (const part of rest) {
    const end = part.indexOf('}}');
    if (end < 0) return undefined;
    plain += ACTION + part.slice(end + 2);
  }
  const lines = plain
    .split('\n')
    .map((line) =>
      line.includes(ACTION) && line.replaceAll(ACTION, '').trim() === '' ? '' : line.replaceAll(ACTION, 'x'),
    );
  return lines.join('\n');
}

/** Guards that have no effect, by path; those that stand in the right place too are not. */
function misplacedIn(places: readonly Place[], effective: ApplicationSet['spec']): readonly string[] {
  const preserved = effective.syncPolicy?.preserveResourcesOnDeletion === true;
  const forbids = (policy: unknown) => policy === 'create-only' || policy === 'create-update';
  const guarded = forbids(effective.syncPolicy?.applicationsSync);
  return places.flatMap(({ path, value }) => [
    ...PLACES.flatMap((inner) => {
      const holder = at(value, inner);
      const place = [path, ...inner].join('.');
      return [
        ...(!preserved && String(holder?.[PRESERVE]) === 'true' ? [`${place}.${PRESERVE}`] : []),
        ...(!guarded && forbids(holder?.[POLICY]) ? [`${place}.${POLICY}`] : []),
      ];
    }),
    ...syncOptionsOf(value).flatMap((option) => {
      const [name, set] = option.split('=');
      const wanted = name?.toLowerCase();
      const keeps = !preserved && wanted === PRESERVE.toLowerCase() && set?.toLowerCase() === 'true';
      const forbidden = !guarded && wanted === POLICY.toLowerCase() && forbids(set);
      const where = path === 'spec.template' ? '' : ` of ${path}`;
      return keeps || forbidden ? [`sync option ${option}${where}`] : [];
    }),
  ]);
}

function syncOptionsOf(template: JsonObject): readonly string[] {
  const options = at(template, ['spec', 'syncPolicy'])?.syncOptions;
  return Array.isArray(options) ? options.map(String) : [];
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

const found = new WeakMap<ApplicationSet, readonly string[]>();

/** Paths of misplaced guards of a set; looked for once an object. */
export function misplacedGuards(set: ApplicationSet): readonly string[] {
  const before = found.get(set);
  if (before !== undefined) return before;
  const paths = findMisplaced(set);
  found.set(set, paths);
  return paths;
}

function findMisplaced(set: ApplicationSet): readonly string[] {
  const spec = set.spec as unknown as JsonObject;
  const templates = templatesOf(spec);
  const beside = { path: 'spec', value: guardsOf(spec) };
  const seen = misplacedIn([...templates, beside], set.spec);
  const applied = seen.length > 0 ? undefined : lastApplied(set);
  if (applied === undefined) return seen;
  const live = new Map(templates.map(({ path, value }) => [path, value]));
  const unchanged = templatesOf(applied).filter(({ path, value }) =>
    equalModuloEmpty(withoutGuards(live.get(path) ?? {}), withoutGuards(value)),
  );
  const own = unchanged.some(({ path }) => path === 'spec.template');
  return misplacedIn(own ? [...unchanged, { path: 'spec', value: guardsOf(applied) }] : unchanged, set.spec);
}

/** The guards that stand in the spec of a set itself, which is no template. */
const guardsOf = (spec: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(spec).filter(([key]) => key === PRESERVE || key === POLICY));

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
