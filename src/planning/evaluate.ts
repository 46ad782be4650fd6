/**
 * A set evaluated: its generators asked, its rows rendered, its Applications validated. Pure given its
 * sources. In compat mode the first error of generation or rendering, in the reference's order of
 * processing, ends the run before validation; in normal mode elements fail alone.
 */
import { OWN } from '../api/names.ts';
import type { ApplicationSet, ApplicationTemplate, Json, JsonObject } from '../api/objects.ts';
import { keyOf } from '../api/objects.ts';
import { adviseField, decodeStruct } from '../api/structs.ts';
import type {
  EntryResult,
  GenerationContext,
  GenerationSettings,
  SetGeneration,
  Sources,
} from '../generators/contract.ts';
import { generateSet, type LeafOutcomes, setContext, UNRESTRICTED } from '../generators/index.ts';
import type { Clock } from '../support/clock.ts';
import { AppsetError } from '../support/errors.ts';
import { isJsonObject } from '../support/json.ts';
import { LIMITS } from '../support/limits.ts';
import type { Random } from '../support/random.ts';
import { type BudgetBounds, RenderBudget } from '../templating/budget.ts';
import type { RenderContext } from '../templating/contract.ts';
import type { Evaluation } from './contract.ts';
import { type RenderOutcome, renderEntries } from './render.ts';
import { type Validation, type ValidationSettings, validateApplications } from './validate.ts';

export interface EvaluationSettings extends GenerationSettings, ValidationSettings {
  /** where cluster Secrets and AppProjects are */
  readonly controllerNamespace: string;
  /** bounds of one string's rendering; defaults of support/limits.ts */
  readonly maxTemplateSteps?: number;
  readonly maxTemplateOutputBytes?: number;
  readonly maxTemplateRecursion?: number;
  /** bounds of all strings together; defaults of support/limits.ts */
  readonly renderBudget?: BudgetBounds;
}

export interface EvaluationRuntime {
  readonly clock: Clock;
  readonly random: Random;
  /** what leaves gave in earlier evaluations */
  readonly leaves?: LeafOutcomes;
  readonly signal?: AbortSignal;
}

/** Settings of the reference's defaults, for callers that change only a few. */
export function evaluationSettings(change: Partial<EvaluationSettings> = {}): EvaluationSettings {
  return {
    compat: false,
    newGitFileGlobbing: false,
    requeueAfterSeconds: 180,
    maxRows: LIMITS.rowsPerSet,
    maxNesting: LIMITS.nesting,
    maxFiles: LIMITS.filesPerSet,
    scm: UNRESTRICTED,
    inClusterEnabled: true,
    controllerNamespace: 'argocd',
    ...change,
  };
}

function renderContext(settings: EvaluationSettings, runtime: EvaluationRuntime): RenderContext {
  return {
    clock: runtime.clock,
    random: runtime.random,
    maxSteps: settings.maxTemplateSteps ?? LIMITS.templateSteps,
    maxOutputBytes: settings.maxTemplateOutputBytes ?? LIMITS.templateOutputBytes,
    maxRecursion: settings.maxTemplateRecursion ?? LIMITS.templateRecursion,
    budget: new RenderBudget(settings.renderBudget),
  };
}

function generationContext(
  set: ApplicationSet,
  sources: Sources,
  settings: EvaluationSettings,
  runtime: EvaluationRuntime,
  render: RenderContext,
): GenerationContext {
  return {
    ...setContext(set),
    controllerNamespace: settings.controllerNamespace,
    render,
    settings,
    sources,
    ...(runtime.leaves === undefined ? {} : { leaves: runtime.leaves }),
    ...(runtime.signal === undefined ? {} : { signal: runtime.signal }),
  };
}

/** Index of the top-level entry each error of generation belongs to. */
export function entryIndexes(generation: SetGeneration): ReadonlyMap<AppsetError, number> {
  const indexes = new Map<AppsetError, number>();
  for (const { index, generated } of generation.entries) {
    for (const problems of [generated.unknown, generated.failed]) {
      for (const { error } of problems) if (!indexes.has(error)) indexes.set(error, index);
    }
  }
  return indexes;
}

/** The reference renders an entry's rows before it asks the next entry: the earliest error speaks. */
function firstError(generation: SetGeneration, outcome: RenderOutcome): Evaluation['firstError'] {
  const indexes = entryIndexes(generation);
  const generator = generation.errors
    .map((error) => ({ error, at: indexes.get(error) ?? 0 }))
    .reduce<{ error: AppsetError; at: number } | undefined>(
      (first, next) => (first === undefined || next.at < first.at ? next : first),
      undefined,
    );
  const row = outcome.failed[0];
  const rowAt = row === undefined ? Number.POSITIVE_INFINITY : (generation.entries[row.entry]?.index ?? 0);
  if (generator !== undefined && generator.at <= rowAt) {
    return { reason: 'ApplicationGenerationFromParamsError', error: generator.error };
  }
  return row === undefined ? undefined : { reason: 'RenderTemplateParamsError', error: row.error };
}

/** Templates reduced to the Application's schema, each content once, with what that left out. */
class Templates {
  readonly #set: ApplicationSet;
  readonly #decoded = new Map<ApplicationTemplate, ApplicationTemplate>();
  readonly #notices = new Map<string, AppsetError>();

  constructor(set: ApplicationSet) {
    this.#set = set;
  }

  decode(entry: EntryResult): ApplicationTemplate {
    const known = this.#decoded.get(entry.template);
    if (known !== undefined) return known;
    const { value, unknownFields } = decodeStruct('ApplicationSetTemplate', entry.template as JsonObject, {
      path: 'spec.template',
    });
    for (const field of unknownFields) {
      const path = this.#written(field, entry);
      const { text } = adviseField('ApplicationSet', path);
      const message = `unknown field ${path} is left out${text === '' ? '' : `: ${text}`}`;
      this.#notices.set(path, new AppsetError('APPSET_E0103', message, { place: { field: path } }));
    }
    this.#decoded.set(entry.template, value as ApplicationTemplate);
    return value as ApplicationTemplate;
  }

  /** Where a field of an effective template is written: in the set's template, or in that of the generator. */
  #written(field: string, { index, generator }: EntryResult): string {
    const set = this.#set as unknown as Json;
    const own = `spec.generators[${index}].${generator}.${field.slice('spec.'.length)}`;
    return valueAt(set, field) === undefined && valueAt(set, own) !== undefined ? own : field;
  }

  get notices(): readonly AppsetError[] {
    return [...this.#notices.values()];
  }
}

/** The value at a path such as `spec.generators[0].list`; undefined where there is none. */
function valueAt(value: Json, path: string): Json | undefined {
  return path
    .split(/[.[\]]+/)
    .filter((step) => step !== '')
    .reduce<Json | undefined>((inner, step) => {
      if (Array.isArray(inner)) return inner[Number(step)];
      return isJsonObject(inner) ? inner[step] : undefined;
    }, value);
}

/** A project that data decides, where nothing says which ones it may be. */
function templatedProject(set: ApplicationSet): AppsetError | undefined {
  const project = set.spec.template?.spec?.project;
  if (typeof project !== 'string' || !project.includes('{{')) return undefined;
  if (set.metadata.annotations?.[OWN.allowedProjects] !== undefined) return undefined;
  return new AppsetError(
    'APPSET_E0503',
    `the project ${JSON.stringify(project)} of generated Applications comes out of data`,
    { place: { field: 'spec.template.spec.project' } },
  );
}

/**
 * Evaluates a set.
 *
 * @param sources one snapshot of the facts
 * @returns all that is known of the set now; errors are in it, nothing is thrown but the abort reason and defects
 */
export async function evaluateSet(
  set: ApplicationSet,
  sources: Sources,
  settings: EvaluationSettings,
  runtime: EvaluationRuntime,
): Promise<Evaluation> {
  const context = renderContext(settings, runtime);
  const generation = await generateSet(set, generationContext(set, sources, settings, runtime, context));
  const templates = new Templates(set);
  const place = { set: keyOf(set) };
  const rendered = await renderEntries(set, generation.entries, (entry) => templates.decode(entry), context, {
    compat: settings.compat,
    clock: runtime.clock,
    ...(runtime.signal && { signal: runtime.signal }),
  });
  const outcome: RenderOutcome = {
    rows: rendered.rows,
    failed: rendered.failed.map((row) => ({ ...row, error: row.error.at(place) })),
  };
  const first = firstError(generation, outcome);
  const validation: Validation =
    settings.compat && first !== undefined
      ? { invalid: new Map() }
      : await validateApplications(set, outcome.rows, generation, sources, settings, runtime.clock);
  const project = settings.compat ? undefined : templatedProject(set);
  return {
    set,
    generation,
    rendered: outcome.rows.map((row) => row.rendered),
    failedRows: outcome.failed,
    invalid: new Map([...validation.invalid].map(([key, error]) => [key, error.at(place)])),
    ...(first === undefined ? {} : { firstError: { ...first, error: first.error.at(place) } }),
    ...(validation.unknown === undefined ? {} : { validationUnknown: validation.unknown }),
    notices: settings.compat ? [] : [...templates.notices, ...(project === undefined ? [] : [project])],
  };
}
