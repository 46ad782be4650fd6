/**
 * From one param set to one Application (spec generators §4.1, §6, §7.1): render the template, give it
 * the default finalizer where it names none, apply the patch, force the namespace. A param set without
 * entries renders nothing: the template stays as written. Params that a template may change are copied
 * once for each Application, so that a change is seen by its later fields and by nobody else.
 */
import { ARGO_API_VERSION, RESOURCES_FINALIZER } from '../api/names.ts';
import type { Application, ApplicationSet, ApplicationTemplate, Json, JsonObject } from '../api/objects.ts';
import { encodeStruct } from '../api/structs.ts';
import { isJsonObject } from '../support/json.ts';
import {
  compileObjectTemplate,
  compileString,
  compileTemplatePatch,
  type RenderContext,
  type TemplateMode,
} from '../templating/index.ts';
import { deepCopyValue, type GoMap } from '../templating/values.ts';

/** How a set's strings are read. */
function templateMode(set: ApplicationSet): TemplateMode {
  return { go: set.spec.goTemplate === true, options: set.spec.goTemplateOptions ?? [] };
}

const objectOf = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {});

/** The metadata of a generated Application: these fields and no others are ever written. */
function metadataOf(metadata: JsonObject, namespace: string): Application['metadata'] {
  const { name, labels, annotations, finalizers } = metadata;
  return {
    name: typeof name === 'string' ? name : '',
    namespace,
    ...(isJsonObject(labels) ? { labels: labels as Record<string, string> } : {}),
    ...(isJsonObject(annotations) ? { annotations: annotations as Record<string, string> } : {}),
    ...(Array.isArray(finalizers) && finalizers.length > 0 ? { finalizers: finalizers as string[] } : {}),
  };
}

export class CompiledApplication {
  /** as written */
  readonly template: ApplicationTemplate;
  readonly #mode: TemplateMode;
  readonly #compiled: ReturnType<typeof compileObjectTemplate>;
  readonly #patch: ReturnType<typeof compileTemplatePatch> | undefined;
  readonly #namespace: string;
  readonly #defaultFinalizer: boolean;

  /** @param template as decoded: the effective template of one generator */
  constructor(set: ApplicationSet, template: ApplicationTemplate) {
    const { templatePatch, syncPolicy } = set.spec;
    this.template = template;
    this.#mode = templateMode(set);
    this.#compiled = compileObjectTemplate(template, this.#mode);
    this.#patch =
      typeof templatePatch === 'string' ? compileTemplatePatch(templatePatch, this.#mode) : undefined;
    this.#namespace = set.metadata.namespace ?? '';
    this.#defaultFinalizer = syncPolicy?.preserveResourcesOnDeletion !== true;
  }

  /** The Application of a param set. @throws AppsetError of the template family, with the reference's text */
  render(params: GoMap, context: RenderContext): Application {
    const changes = this.#compiled.mutates || this.#patch?.mutates === true;
    const scope = changes ? deepCopyValue(params) : params;
    const base = params.size === 0 ? this.#unrendered() : this.#rendered(scope, context);
    if (this.#patch === undefined) return this.#finish(base);
    return this.#finish(this.#patch.apply(base, scope, context));
  }

  /** The name alone, where it renders and no patch could change it; for rows whose rendering fails. */
  renderName(params: GoMap, context: RenderContext): string | undefined {
    const text = this.template.metadata?.name;
    if (typeof text !== 'string' || text === '' || this.#patch !== undefined) return undefined;
    try {
      return compileString(text, this.#mode).render(deepCopyValue(params), context);
    } catch {
      // the row's own error says what is wrong; here only the name was asked for
      return undefined;
    }
  }

  #unrendered(): JsonObject {
    return encodeStruct('ApplicationSetTemplate', this.template as JsonObject);
  }

  #rendered(scope: GoMap, context: RenderContext): JsonObject {
    const object = objectOf(this.#compiled.render(scope, context));
    const metadata = objectOf(object.metadata);
    const { finalizers } = metadata;
    if (!this.#defaultFinalizer || (Array.isArray(finalizers) && finalizers.length > 0)) return object;
    return { ...object, metadata: { ...metadata, finalizers: [RESOURCES_FINALIZER] } };
  }

  #finish(object: JsonObject): Application {
    return {
      apiVersion: ARGO_API_VERSION,
      kind: 'Application',
      metadata: metadataOf(objectOf(object.metadata), this.#namespace),
      spec: objectOf(object.spec),
      ...(isJsonObject(object.operation) ? { operation: object.operation } : {}),
    };
  }
}
