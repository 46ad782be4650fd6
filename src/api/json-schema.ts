/**
 * JSON Schema (draft 07) of the kinds, for editors: made of the same struct tables and rules as the
 * CustomResourceDefinitions, with each struct once as a definition. It takes what the API server would
 * store whole, and refuses fields nobody reads. Null is the same as absent where a field may be absent,
 * as it is to the API server.
 */
import type { JsonObject } from '../support/json.ts';
import { type ArgoKind, descriptionOf, ruleOf } from './crds.ts';
import { ARGO_API_VERSION } from './names.ts';
import { type GoShape, type StructField, shapeOf, structFields } from './struct-tables.ts';

/** Values worth proposing where any text is taken. */
const PROPOSED: Readonly<Record<string, readonly string[]>> = {
  'ApplicationSetSpec.goTemplateOptions': ['missingkey=error'],
  'ApplicationSetStrategy.type': ['AllAtOnce', 'RollingSync'],
  'ApplicationSetStrategy.deletionOrder': ['AllAtOnce', 'Reverse'],
  'ApplicationMatchExpression.operator': ['In', 'NotIn'],
  'LabelSelectorRequirement.operator': ['In', 'NotIn', 'Exists', 'DoesNotExist'],
  'SCMProviderGenerator.cloneProtocol': ['ssh', 'https'],
  'PullRequestGeneratorGitLab.pullRequestState': ['opened', 'closed', 'merged', 'locked'],
  'SyncPolicy.syncOptions': [
    'CreateNamespace=true',
    'ServerSideApply=true',
    'ApplyOutOfSyncOnly=true',
    'PruneLast=true',
    'RespectIgnoreDifferences=true',
  ],
  'ApplicationSetTemplateMeta.finalizers': ['resources-finalizer.argocd.argoproj.io'],
};

/** The schema of a kind, one object that stands by itself. */
export function jsonSchemaOf(kind: ArgoKind): JsonObject {
  const build = new Builder();
  const root = build.struct(kind);
  const properties = root.properties as JsonObject;
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: kind,
    ...root,
    type: 'object',
    properties: {
      ...properties,
      apiVersion: { type: 'string', enum: [ARGO_API_VERSION] },
      kind: { type: 'string', enum: [kind] },
    },
    definitions: build.definitions(),
  };
}

class Builder {
  readonly #definitions = new Map<string, JsonObject>();

  definitions(): JsonObject {
    return Object.fromEntries([...this.#definitions].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** An object or null; whoever refers to it and takes no null says so. */
  struct(name: string): JsonObject {
    const properties: Record<string, JsonObject> = {};
    const required: string[] = [];
    for (const field of structFields(name)) {
      const rule = ruleOf(name, field);
      if (rule.required) required.push(field.json);
      properties[field.json] = this.#field(name, field, rule);
    }
    return {
      type: ['object', 'null'],
      ...(required.length === 0 ? {} : { required: required.sort() }),
      properties,
      additionalProperties: false,
    };
  }

  #field(struct: string, field: StructField, { required, more }: ReturnType<typeof ruleOf>): JsonObject {
    const description = descriptionOf(struct, field.json);
    const proposed = PROPOSED[`${struct}.${field.json}`];
    const shape = shapeOf(field.type);
    const type = {
      ...this.#type(shape),
      ...withoutExtensions(more as JsonObject),
    };
    return {
      ...(description === undefined ? {} : { description }),
      ...(required ? type : nullable(type)),
      ...(proposed === undefined
        ? {}
        : shape.kind === 'slice'
          ? { items: { type: 'string', examples: proposed } }
          : { examples: proposed }),
    };
  }

  #type(shape: GoShape): JsonObject {
    switch (shape.kind) {
      case 'string':
        return { type: 'string' };
      case 'bool':
        return { type: 'boolean' };
      case 'int64':
        return { type: 'integer' };
      case 'time':
        return { type: 'string', format: 'date-time' };
      case 'json':
        return {};
      case 'intOrString':
        return { type: ['integer', 'string'] };
      case 'slice':
        return { type: 'array', items: this.#type(shapeOf(shape.element)) };
      case 'map':
        return { type: 'object', additionalProperties: nullable(this.#type(shapeOf(shape.element))) };
      case 'struct':
        return { type: 'object', allOf: [{ $ref: this.#refer(shape.name) }] };
    }
  }

  #refer(name: string): string {
    if (!this.#definitions.has(name)) {
      this.#definitions.set(name, {});
      this.#definitions.set(name, this.struct(name));
    }
    return `#/definitions/${name}`;
  }
}

const withoutExtensions = (rules: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(rules).filter(([key]) => !key.startsWith('x-kubernetes-')));

/** The same, or null. */
function nullable(schema: JsonObject): JsonObject {
  const { type, enum: values } = schema;
  const types = typeof type === 'string' ? [type] : Array.isArray(type) ? type : [];
  return {
    ...schema,
    ...(types.length === 0 ? {} : { type: [...types, 'null'] }),
    ...(Array.isArray(values) ? { enum: [...values, null] } : {}),
  };
}
