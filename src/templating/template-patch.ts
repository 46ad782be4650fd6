/**
 * `templatePatch` (spec generators §6): one string rendered with the param set, read as JSON or YAML,
 * decoded as an Application and merged strategically over the rendered one. The project cannot be
 * patched; a patch that renders to nothing changes nothing. Error texts are the reference's.
 */
import type { Json, JsonObject } from '../api/objects.ts';
import { decodeStruct, encodeStruct } from '../api/structs.ts';
import { BoundedCache } from '../support/bounded-cache.ts';
import { AppsetError, messageOf } from '../support/errors.ts';
import { goQuote } from '../support/go-quote.ts';
import { isJsonObject } from '../support/json.ts';
import { LIMITS } from '../support/limits.ts';
import { parseYaml } from '../support/yaml.ts';
import type { RenderContext, TemplateMode } from './contract.ts';
import { encodeJson } from './functions/json-encode.ts';
import { jsonComplaint } from './functions/json-syntax.ts';
import { strategicMerge } from './strategic-merge.ts';
import { compileString } from './strings.ts';
import { fromJson, type GoMap, UNCOUNTED } from './values.ts';

export interface TemplatePatch {
  readonly nondeterministic: boolean;
  /** may change the params it is given */
  readonly mutates: boolean;
  /**
   * The Application with the patch rendered and applied; neither input is changed.
   *
   * @throws AppsetError of the template family, with the reference's text
   */
  apply(application: JsonObject, params: GoMap, context: RenderContext): JsonObject;
}

/** A rendered patch: as JSON, and as the text the reference quotes in its errors. */
interface Patch {
  readonly text: string;
  readonly value: JsonObject | null;
}

const FIELD = 'spec.templatePatch';

const fail = (message: string, cause: unknown): AppsetError =>
  new AppsetError('APPSET_E0304', message, { cause, place: { field: FIELD } });

function parsePatch(rendered: string): Patch {
  let value: Json;
  let text = rendered;
  if (rendered.trimStart().startsWith('{')) {
    try {
      value = JSON.parse(rendered) as Json;
    } catch (error) {
      const words = jsonComplaint(rendered) ?? messageOf(error);
      throw fail(`invalid templatePatch ${goQuote(rendered)}: ${words}`, error);
    }
  } else {
    try {
      value = parseYaml(rendered);
    } catch (error) {
      throw fail(`error while converting template to json ${goQuote(rendered)}: ${messageOf(error)}`, error);
    }
    text = encodeJson(fromJson(value), UNCOUNTED);
  }
  try {
    decodeStruct('Application', value);
  } catch (error) {
    throw fail(`invalid templatePatch ${goQuote(text)}: ${messageOf(error)}`, error);
  }
  return { text, value: isJsonObject(value) ? value : null };
}

function applyPatch(application: JsonObject, patch: Patch): JsonObject {
  if (patch.value === null) return application;
  let merged: JsonObject;
  try {
    merged = decodeStruct('Application', strategicMerge(application, patch.value)).value as JsonObject;
  } catch (error) {
    throw fail(
      `error while applying templatePatch template to json ${goQuote(patch.text)}: ${messageOf(error)}`,
      error,
    );
  }
  const spec = isJsonObject(application.spec) ? application.spec : {};
  const patched = isJsonObject(merged.spec) ? merged.spec : {};
  return { ...merged, spec: encodeStruct('ApplicationSpec', { ...patched, project: spec.project ?? '' }) };
}

/**
 * The compiled `templatePatch`. Patches that render alike for several elements are read once.
 *
 * @param text `spec.templatePatch`; the empty string is a patch that changes nothing
 */
export function compileTemplatePatch(text: string, mode: TemplateMode): TemplatePatch {
  const patches = new BoundedCache<string, Patch>(LIMITS.compiledObjects, {
    most: LIMITS.patchCharacters,
    of: ({ text }) => text.length,
  });
  let template: ReturnType<typeof compileString> | undefined;
  let failure: AppsetError | undefined;
  const prefix = (error: unknown): AppsetError =>
    (error instanceof AppsetError ? error : fail(messageOf(error), error))
      .prefixed('error replacing values in templatePatch: ')
      .at({ field: FIELD });
  try {
    template = compileString(text, mode);
  } catch (error) {
    failure = prefix(error);
  }
  return {
    nondeterministic: template?.nondeterministic ?? false,
    mutates: template?.mutates ?? false,
    apply(application, params, context) {
      if (template === undefined) throw failure;
      let rendered: string;
      try {
        rendered = template.render(params, context);
      } catch (error) {
        throw prefix(error);
      }
      return applyPatch(
        application,
        patches.getOrMake(rendered, () => parsePatch(rendered)),
      );
    },
  };
}
