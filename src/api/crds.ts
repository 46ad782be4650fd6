/**
 * The CustomResourceDefinitions of the three kinds, built from the struct tables: what has no
 * `omitempty` is required, types follow Go's. Templates of generators and generators in the second level
 * of nesting are described in short, which keeps ApplicationSet under 100 KB, so that `kubectl apply`
 * can keep its last-applied annotation. Compatible with the reference's schema: nothing it accepts is
 * refused, nothing it stores is pruned.
 */
import type { JsonObject } from '../support/json.ts';
import DESCRIPTIONS from './descriptions.json' with { type: 'json' };
import { ARGO_GROUP } from './names.ts';
import type { Schema } from './schema.ts';
import { type GoShape, type StructField, shapeOf, structFields } from './struct-tables.ts';

export type ArgoKind = 'Application' | 'ApplicationSet' | 'AppProject';

export interface SchemaOptions {
  /** templates of generators in short; the API server then stores unknown fields in them */
  readonly short?: boolean;
}

/** Rules the types do not tell. */
const RULES: Readonly<Record<string, Partial<Schema>>> = {
  'SyncSource.path': { minLength: 1, pattern: '^.{2,}|[^./]$' },
  'HydrateOperation.phase': { enum: ['Hydrating', 'Failed', 'Hydrated'] },
  'ApplicationSetSyncPolicy.applicationsSync': {
    enum: ['create-only', 'create-update', 'create-delete', 'sync'],
  },
  'AppProjectSpec.description': { maxLength: 255 },
  'LabelSelector.matchExpressions': { 'x-kubernetes-list-type': 'atomic' },
  'LabelSelectorRequirement.values': { 'x-kubernetes-list-type': 'atomic' },
};

/** Fields without `omitempty` that may be left out all the same. */
const OPTIONAL: ReadonlySet<string> = new Set([
  'ListGenerator.elements',
  'OptionalMap.map',
  'OptionalArray.array',
]);

/** Structs whose fields the definitions describe; all of them are too much for 100 KB. */
const DESCRIBED: ReadonlySet<string> = new Set([
  'Application',
  'ApplicationDestination',
  'ApplicationSet',
  'ApplicationSetGenerator',
  'ApplicationSetSpec',
  'ApplicationSetStrategy',
  'ApplicationSetSyncPolicy',
  'ApplicationSetTemplateMeta',
  'ApplicationSpec',
  'AppProject',
  'ClusterGenerator',
  'GitDirectoryGeneratorItem',
  'GitFileGeneratorItem',
  'GitGenerator',
  'ListGenerator',
  'MatrixGenerator',
  'MergeGenerator',
  'SyncPolicyAutomated',
]);

/** What a field is for, in a sentence; undefined where none was written. */
export const descriptionOf = (struct: string, json: string): string | undefined =>
  (DESCRIPTIONS as Readonly<Record<string, Readonly<Record<string, string>>>>)[struct]?.[json];

/** What the types do not tell of a field: whether it must be there, and what it may hold. */
export function ruleOf(
  struct: string,
  field: StructField,
): { readonly required: boolean; readonly more: Partial<Schema> } {
  const rule = `${struct}.${field.json}`;
  return {
    required: !field.omitEmpty && !field.ofPointer && !OPTIONAL.has(rule),
    more: {
      // Values of a chart are an object; other JSON of any shape may be anything.
      ...(field.type.endsWith('RawExtension') ? { type: 'object' as const } : {}),
      ...RULES[rule],
    },
  };
}

/** The openAPIV3Schema of a kind. */
export function schemaOf(kind: ArgoKind, options: SchemaOptions = {}): Schema {
  const build = new Builder(options.short === true);
  const { properties, required } = build.struct(kind, 0);
  return {
    type: 'object',
    required: required ?? [],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      ...properties,
      metadata: { type: 'object' },
    },
  };
}

class Builder {
  readonly #short: boolean;

  constructor(short: boolean) {
    this.#short = short;
  }

  struct(name: string, depth: number): Schema {
    const properties: Record<string, Schema> = {};
    const required: string[] = [];
    for (const field of structFields(name)) {
      if (depth === 0 && (field.json === 'apiVersion' || field.json === 'kind')) continue;
      properties[field.json] = this.#field(field, name, depth);
      if (ruleOf(name, field).required) required.push(field.json);
    }
    return {
      type: 'object',
      ...(required.length === 0 ? {} : { required: required.sort() }),
      properties,
      ...(name === 'LabelSelector' ? { 'x-kubernetes-map-type': 'atomic' as const } : {}),
    };
  }

  #field(field: StructField, struct: string, depth: number): Schema {
    const description = DESCRIBED.has(struct) ? descriptionOf(struct, field.json) : undefined;
    const role = isGeneratorTemplate(`${struct}.${field.json}`) ? 'template' : '';
    return {
      ...(description === undefined ? {} : { description }),
      ...this.#type(shapeOf(field.type), role, depth),
      ...ruleOf(struct, field).more,
    };
  }

  #type(shape: GoShape, role: '' | 'template', depth: number): Schema {
    switch (shape.kind) {
      case 'string':
        return { type: 'string' };
      case 'bool':
        return { type: 'boolean' };
      case 'int64':
        return { type: 'integer', format: 'int64' };
      case 'time':
        return { type: 'string', format: 'date-time' };
      case 'json':
        return { 'x-kubernetes-preserve-unknown-fields': true };
      case 'intOrString':
        return { anyOf: [{ type: 'integer' }, { type: 'string' }], 'x-kubernetes-int-or-string': true };
      case 'slice':
        return { type: 'array', items: this.#type(shapeOf(shape.element), '', depth + 1) };
      case 'map':
        return { type: 'object', additionalProperties: this.#type(shapeOf(shape.element), '', depth + 1) };
      case 'struct':
        if (shape.name === 'ObjectMeta') return { type: 'object' };
        return role === 'template' && this.#short ? SHORT_TEMPLATE : this.struct(shape.name, depth + 1);
    }
  }
}

/** The `template` of a generator, which is laid over that of the set. */
function isGeneratorTemplate(rule: string): boolean {
  return /Generator\.template$/.test(rule);
}

const ANY_OBJECT = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } as const;

const SHORT_TEMPLATE: Schema = {
  type: 'object',
  required: ['metadata', 'spec'],
  properties: {
    metadata: ANY_OBJECT,
    spec: {
      ...ANY_OBJECT,
      required: ['destination', 'project'],
      properties: { destination: ANY_OBJECT, project: { type: 'string' } },
    },
  },
};

interface Column {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
  readonly priority?: number;
}

interface KindFacts {
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly columns: readonly Column[];
  /** the reference's Application has none: every write of its status is a write of the object */
  readonly statusSubresource: boolean;
}

const KINDS: Readonly<Record<ArgoKind, KindFacts>> = {
  Application: {
    plural: 'applications',
    singular: 'application',
    shortNames: ['app', 'apps'],
    statusSubresource: false,
    columns: [
      { name: 'Sync Status', type: 'string', jsonPath: '.status.sync.status' },
      { name: 'Health Status', type: 'string', jsonPath: '.status.health.status' },
      { name: 'Revision', type: 'string', jsonPath: '.status.sync.revision', priority: 10 },
      { name: 'Project', type: 'string', jsonPath: '.spec.project', priority: 10 },
    ],
  },
  ApplicationSet: {
    plural: 'applicationsets',
    singular: 'applicationset',
    shortNames: ['appset', 'appsets'],
    statusSubresource: true,
    columns: [
      { name: 'Applications', type: 'integer', jsonPath: '.status.resourcesCount' },
      { name: 'Health', type: 'string', jsonPath: '.status.health.status' },
      {
        name: 'Held',
        type: 'string',
        jsonPath: '.status.conditions[?(@.type=="DeletionsHeld")].reason',
      },
      {
        name: 'Up To Date',
        type: 'string',
        jsonPath: '.status.conditions[?(@.type=="ResourcesUpToDate")].status',
      },
      {
        name: 'Message',
        type: 'string',
        jsonPath: '.status.conditions[?(@.type=="ResourcesUpToDate")].message',
        priority: 10,
      },
      { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    ],
  },
  AppProject: {
    plural: 'appprojects',
    singular: 'appproject',
    shortNames: ['appproj', 'appprojs'],
    statusSubresource: false,
    columns: [],
  },
};

/** Every kind there is a definition for. */
export const ARGO_CRD_KINDS = Object.keys(KINDS) as ArgoKind[];

/** The CustomResourceDefinition of a kind, as it is applied to a cluster. */
export function customResourceDefinition(kind: ArgoKind): JsonObject {
  const { plural, singular, shortNames, columns, statusSubresource } = KINDS[kind];
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      labels: { 'app.kubernetes.io/name': `${plural}.${ARGO_GROUP}`, 'app.kubernetes.io/part-of': 'argocd' },
      name: `${plural}.${ARGO_GROUP}`,
    },
    spec: {
      group: ARGO_GROUP,
      names: { kind, listKind: `${kind}List`, plural, shortNames: [...shortNames], singular },
      scope: 'Namespaced',
      versions: [
        {
          ...(columns.length === 0
            ? {}
            : { additionalPrinterColumns: columns.map((column) => ({ ...column })) }),
          name: 'v1alpha1',
          schema: { openAPIV3Schema: schemaOf(kind, { short: true }) as unknown as JsonObject },
          served: true,
          storage: true,
          ...(statusSubresource ? { subresources: { status: {} } } : {}),
        },
      ],
    },
  };
}
