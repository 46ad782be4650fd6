/**
 * Generation cases: a set and a world of facts give params, Applications, an error or verdicts
 * (README of the corpus). Run in compat mode on recorded sources, in memory; Applications are compared
 * in the form the controller writes them.
 */
import type { ApplicationSet, Json, JsonObject } from '../api/objects.ts';
import type { Evaluation } from '../planning/contract.ts';
import { entryIndexes, evaluateSet, evaluationSettings } from '../planning/evaluate.ts';
import { normalizeApplication } from '../planning/normalize.ts';
import { worldSources } from '../sources/recorded/index.ts';
import { systemClock } from '../support/clock.ts';
import { AppsetError } from '../support/errors.ts';
import { isJsonObject } from '../support/json.ts';
import { systemRandom } from '../support/random.ts';
import type { CaseRunner, ConformanceCase } from './cases.ts';
import { asMultiset, differences, sameLeadingPart, sameUpToLibraryWords, withoutEmpty } from './compare.ts';
import { paramsAsJson } from './params.ts';

/** What a generation case expects, and what ours gave in the same shape. */
export interface GenerationResult {
  readonly outcome: string;
  readonly params?: readonly (readonly Json[] | null)[];
  readonly applications: readonly Json[];
  readonly error?: string;
  readonly validation?: Readonly<Record<string, string>>;
}

/** The param sets of each top-level entry; null for an entry that failed. */
function paramsOf(set: ApplicationSet, evaluation: Evaluation): (Json[] | null)[] {
  const { entries, errors } = evaluation.generation;
  const indexes = entryIndexes(evaluation.generation);
  const failed = new Set(errors.map((error) => indexes.get(error) ?? 0));
  return (set.spec.generators ?? []).map((_, index) => {
    if (failed.has(index)) return null;
    return entries
      .filter((entry) => entry.index === index)
      .flatMap((entry) => entry.generated.rows.map((row) => paramsAsJson(row.params)));
  });
}

function outcomeOf(evaluation: Evaluation): string {
  switch (evaluation.firstError?.reason) {
    case 'ApplicationGenerationFromParamsError':
      return 'generatorError';
    case 'RenderTemplateParamsError':
      return 'templateError';
    default:
      return evaluation.invalid.size > 0 ? 'validationError' : 'ok';
  }
}

/** An evaluation in the shape of `expect`. */
export function resultOf(set: ApplicationSet, evaluation: Evaluation): GenerationResult {
  const error = evaluation.firstError?.error.message;
  const validation = [...evaluation.invalid].map(([key, problem]) => [key, problem.message] as const);
  return {
    outcome: outcomeOf(evaluation),
    params: paramsOf(set, evaluation),
    applications:
      error === undefined
        ? evaluation.rendered.map((row) => normalizeApplication(row.application) as unknown as Json)
        : [],
    ...(error === undefined ? {} : { error }),
    ...(validation.length === 0 ? {} : { validation: Object.fromEntries(validation) }),
  };
}

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

/** The differences of a result from what a case expects. */
export function compareGeneration(expect: JsonObject, actual: GenerationResult, goMode: boolean): string[] {
  const order = (list: readonly Json[]) => (expect.orderMatters === false ? asMultiset(list) : list);
  const diff = differences(expect.outcome, actual.outcome, 'outcome');
  if (expect.params !== undefined) {
    const inOrder = (entries: readonly Json[]) =>
      entries.map((sets) => (Array.isArray(sets) ? order(sets) : sets));
    diff.push(
      ...differences(inOrder(listOf(expect.params)), inOrder((actual.params ?? []) as Json[]), 'params'),
    );
  }
  const applications = (list: readonly Json[]) => order(list.map((item) => withoutEmpty(item) ?? null));
  diff.push(
    ...differences(
      applications(listOf(expect.applications)),
      applications(actual.applications),
      'applications',
    ),
  );
  const keys = (value: unknown) => (isJsonObject(value) ? Object.keys(value).sort() : []);
  diff.push(...differences(keys(expect.validation), keys(actual.validation), 'validation'));
  if (typeof expect.error === 'string') {
    const exact = goMode && expect.outcome === 'templateError';
    const same = (exact ? sameUpToLibraryWords : sameLeadingPart)(expect.error, actual.error ?? '');
    if (!same) {
      diff.push(`error: expected ${JSON.stringify(expect.error)}, got ${JSON.stringify(actual.error)}`);
    }
  } else if (actual.error !== undefined) {
    diff.push(`error: expected none, got ${JSON.stringify(actual.error)}`);
  }
  return diff;
}

function inputs(conformanceCase: ConformanceCase): {
  set: ApplicationSet;
  world: JsonObject;
  expect: JsonObject;
} {
  const { applicationSet, world = {}, expect } = conformanceCase.body;
  if (!isJsonObject(applicationSet) || !isJsonObject(world) || !isJsonObject(expect)) {
    throw new AppsetError('APPSET_E0102', `${conformanceCase.name}: no applicationSet, world or expect`);
  }
  return { set: applicationSet as unknown as ApplicationSet, world, expect };
}

export const generationRunner: CaseRunner = {
  kind: 'generation',
  async run(conformanceCase) {
    const { set, world, expect } = inputs(conformanceCase);
    const settings = isJsonObject(world.settings) ? world.settings : {};
    const evaluation = await evaluateSet(
      set,
      worldSources(world, { clock: systemClock }),
      evaluationSettings({
        compat: true,
        newGitFileGlobbing: settings.newGitFileGlobbing === true,
        controllerNamespace: typeof world.namespace === 'string' ? world.namespace : 'argocd',
      }),
      { clock: systemClock, random: systemRandom },
    );
    const actual = resultOf(set, evaluation);
    const diff = compareGeneration(expect, actual, set.spec.goTemplate === true);
    const seen = actual as unknown as Json;
    return diff.length === 0 ? { status: 'passed', actual: seen } : { status: 'failed', diff, actual: seen };
  },
};
