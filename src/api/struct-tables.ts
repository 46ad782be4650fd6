/**
 * The Go structs behind Application, ApplicationSet and AppProject: fields in declaration order, which
 * is also the order of rendering (spec generators §13 #26), their types, and what is left out when
 * empty. `fields.json` holds them as the reference declares them; here embedded structs are laid flat.
 */
import { AppsetError } from '../support/errors.ts';
import rows from './fields.json' with { type: 'json' };
import { KUBERNETES_FIELDS } from './kubernetes-fields.ts';

/** A row of the table: `json` is '' for an embedded struct. */
export interface FieldRow {
  readonly json: string;
  readonly go: string;
  /** `*` a pointer, `[]`, `map[string]`, a struct of the table, a basic type, or `Name=string` for a named one */
  readonly type: string;
  readonly omitEmpty?: boolean;
  readonly inline?: boolean;
  readonly patchStrategy?: string;
  readonly patchMergeKey?: string;
}

export interface StructField {
  readonly json: string;
  readonly go: string;
  /** as in the table, without the `=string` of named types: `*int64`, `[]HelmParameter`, `map[string]string`, `string` */
  readonly type: string;
  readonly omitEmpty: boolean;
  readonly patchStrategy?: string;
  readonly patchMergeKey?: string;
  /** Go names of the embedded structs it comes from, outermost first */
  readonly embedded: readonly string[];
  /** it comes from an embedded pointer, which is nil unless one of its fields is set */
  readonly ofPointer: boolean;
  /** Go's own name of the type, for error texts */
  readonly goType: string;
}

/** A type taken apart. */
export type GoShape =
  | {
      readonly kind: 'string' | 'bool' | 'int64' | 'json' | 'time' | 'intOrString';
      readonly pointer: boolean;
    }
  | { readonly kind: 'struct'; readonly name: string; readonly pointer: boolean }
  | { readonly kind: 'slice' | 'map'; readonly element: string; readonly pointer: boolean };

const TABLE: Readonly<Record<string, readonly FieldRow[]>> = {
  ...KUBERNETES_FIELDS,
  // JSON of any shape has no rows of its own.
  ...(Object.fromEntries(
    Object.entries(rows as Record<string, readonly (FieldRow | null)[]>).filter(([name]) => name !== 'JSON'),
  ) as Record<string, readonly FieldRow[]>),
};

/** Packages of types that are not of Argo's own `v1alpha1`. */
const PACKAGES: Readonly<Record<string, string>> = {
  TypeMeta: 'v1',
  ObjectMeta: 'v1',
  OwnerReference: 'v1',
  ManagedFieldsEntry: 'v1',
  ManagedFieldsOperationType: 'v1',
  LabelSelector: 'v1',
  LabelSelectorRequirement: 'v1',
  LabelSelectorOperator: 'v1',
  GroupKind: 'v1',
  Time: 'v1',
  JSON: 'v1',
  UID: 'types',
  IntOrString: 'intstr',
  RawExtension: 'runtime',
  OperationPhase: 'common',
  SyncPhase: 'common',
  HookType: 'common',
  ResultCode: 'common',
  HealthStatusCode: 'health',
};

const BASIC = new Set(['string', 'bool', 'int64']);
const fields = new Map<string, readonly StructField[]>();
const shapes = new Map<string, GoShape>();

/** Whether the table knows a struct of this name. */
export function isStruct(type: string): boolean {
  return Object.hasOwn(TABLE, type);
}

/** Every struct of the table. */
export function structNames(): readonly string[] {
  return Object.keys(TABLE);
}

/** The fields of a struct in declaration order, embedded structs laid flat. */
export function structFields(type: string): readonly StructField[] {
  let flat = fields.get(type);
  if (flat === undefined) {
    const table = TABLE[type];
    if (table === undefined || !Object.hasOwn(TABLE, type)) {
      throw new AppsetError('APPSET_E9999', `no struct ${JSON.stringify(type)} in the table`);
    }
    flat = table.flatMap((row) => flatten(row));
    fields.set(type, flat);
  }
  return flat;
}

function flatten(row: FieldRow): StructField[] {
  if (row.json === '') {
    const ofPointer = row.type.startsWith('*');
    return structFields(row.type.replace('*', '')).map((field) => ({
      ...field,
      embedded: [row.go, ...field.embedded],
      ofPointer: ofPointer || field.ofPointer,
    }));
  }
  const { patchStrategy, patchMergeKey } = row;
  return [
    {
      json: row.json,
      go: row.go,
      type: row.type.replace(/[A-Za-z]+=string$/, 'string'),
      omitEmpty: row.omitEmpty === true,
      ...(patchStrategy === undefined ? {} : { patchStrategy }),
      ...(patchMergeKey === undefined ? {} : { patchMergeKey }),
      embedded: [],
      ofPointer: false,
      goType: goTypeName(row.type),
    },
  ];
}

/** The field of a struct by its JSON name. */
export function structField(type: string, json: string): StructField | undefined {
  return structFields(type).find((field) => field.json === json);
}

/** A written type taken apart, such as `*[]string`. */
export function shapeOf(written: string): GoShape {
  let shape = shapes.get(written);
  if (shape === undefined) {
    shape = readShape(written);
    shapes.set(written, shape);
  }
  return shape;
}

function readShape(written: string): GoShape {
  const pointer = written.startsWith('*');
  const type = pointer ? written.slice(1) : written;
  if (type.startsWith('[]')) return { kind: 'slice', element: type.slice(2), pointer };
  if (type.startsWith('map[string]'))
    return { kind: 'map', element: type.slice('map[string]'.length), pointer };
  if (type === 'RawExtension' || type === 'JSON') return { kind: 'json', pointer };
  if (type === 'Time') return { kind: 'time', pointer };
  if (type === 'IntOrString') return { kind: 'intOrString', pointer };
  if (type === 'bool' || type === 'int64') return { kind: type, pointer };
  if (isStruct(type)) return { kind: 'struct', name: type, pointer };
  return { kind: 'string', pointer };
}

/** Go's own name of a type, package included, without the pointer of the outside. */
export function goTypeName(written: string): string {
  const type = written.startsWith('*') ? written.slice(1) : written;
  if (type.startsWith('[]*')) return `[]*${goTypeName(type.slice(3))}`;
  if (type.startsWith('[]')) return `[]${goTypeName(type.slice(2))}`;
  if (type.startsWith('map[string]')) return `map[string]${goTypeName(type.slice('map[string]'.length))}`;
  const name = type.replace(/=string$/, '');
  return BASIC.has(name) ? name : `${PACKAGES[name] ?? 'v1alpha1'}.${name}`;
}
