/**
 * From a set to its param sets (spec generators §0.5, step 1): every entry in order, every generator
 * field of it in the fixed order, with the field's own template laid over the set's. The front door of
 * this folder.
 *
 * A generator reports rows and problems; here a problem gets its consequence. In compat mode the first
 * one fails its entry, as in the reference. In normal mode the rest goes on: what is unknown and what
 * failed is handed on beside the rows, and planning keeps what hangs on it.
 */
import type { ApplicationSet, ApplicationTemplate, JsonObject } from '../api/objects.ts';
import { AppsetError, asAppsetError } from '../support/errors.ts';
import { isJsonObject } from '../support/json.ts';
import { overrideTemplate } from '../templating/index.ts';
import type {
  EntryResult,
  Generated,
  GenerationContext,
  Outcome,
  Problem,
  SetGeneration,
} from './contract.ts';
import { identify, shortHash } from './identity.ts';
import { unknownProblem } from './outcome.ts';
import { GENERATORS } from './registry.ts';
import { requeueAfterSeconds } from './requeue.ts';
import { type EntryPosition, Run } from './run.ts';
import { entrySelector } from './selector.ts';

export type * from './contract.ts';
export { LeafOutcomes } from './leaf-outcomes.ts';
export { requeueAfterSeconds } from './requeue.ts';
export { UNRESTRICTED } from './scm-restrictions.ts';

/** Identities of the generators in each entry of a set, by index of the entry. */
export function leavesOfEntries(set: ApplicationSet): readonly ReadonlySet<string>[] {
  const generators = entriesOf(set);
  const leaves = generators.map(() => new Set<string>());
  for (const [path, leaf] of identify(generators)) leaves[Number.parseInt(path, 10)]?.add(leaf);
  return leaves;
}

const entriesOf = (set: ApplicationSet): readonly JsonObject[] =>
  (set.spec.generators ?? []).map((entry) => (isJsonObject(entry) ? entry : {}));

/** What of a context the set itself decides. */
export function setContext(
  set: ApplicationSet,
): Pick<GenerationContext, 'setName' | 'setNamespace' | 'project' | 'projectIsTemplated' | 'mode'> {
  const written = set.spec.template?.spec?.['project'];
  const project = typeof written === 'string' ? written : '';
  const projectIsTemplated = project.includes('{{');
  return {
    setName: set.metadata.name,
    setNamespace: set.metadata.namespace ?? '',
    project: projectIsTemplated ? '' : project,
    projectIsTemplated,
    mode: { go: set.spec.goTemplate === true, options: set.spec.goTemplateOptions ?? [] },
  };
}

interface FieldOutcome {
  readonly field: string;
  readonly template: ApplicationTemplate;
  readonly outcome: Outcome;
}

function templateOf(entry: JsonObject, field: string, set: ApplicationSet): ApplicationTemplate {
  const spec = entry[field];
  const own = isJsonObject(spec) && isJsonObject(spec['template']) ? spec['template'] : undefined;
  return overrideTemplate(own as ApplicationTemplate | undefined, set.spec.template);
}

/** An entry that fails as a whole, under the name of the first of its fields. */
function failedEntry(
  entry: JsonObject,
  at: EntryPosition,
  set: ApplicationSet,
  error: AppsetError,
): FieldOutcome {
  const field = Object.keys(entry).find((key) => key !== 'selector') ?? '';
  const place = { set: `${set.metadata.namespace ?? ''}/${set.metadata.name}`, generator: at.place };
  const problem = unknownProblem({ leaf: shortHash(JSON.stringify(entry)), path: at.path }, error.at(place));
  return {
    field,
    template: templateOf(entry, field, set),
    outcome: { rows: [], problems: [problem] },
  };
}

/** A set that would generate nothing, whatever the facts are: taken for a mistake, not for a wish. */
function withoutGenerators(set: ApplicationSet): FieldOutcome {
  const error = new AppsetError(
    'APPSET_E0201',
    'spec.generators is empty: a set without generators generates nothing',
  );
  return failedEntry({}, { path: 'generators', place: 'generators', depth: 1, original: {} }, set, error);
}

async function evaluateEntry(
  entry: JsonObject,
  at: EntryPosition,
  set: ApplicationSet,
  run: Run,
): Promise<readonly FieldOutcome[]> {
  const fields = run.fieldsOf(entry, at.depth);
  let requirements: ReturnType<typeof entrySelector>;
  try {
    requirements = entrySelector(entry);
  } catch (error) {
    return [failedEntry(entry, at, set, asAppsetError(error))];
  }
  if (fields.length === 0) {
    if (run.context.settings.compat) return [];
    const names = Object.keys(entry).filter((key) => key !== 'selector');
    const found = names.length === 0 ? 'it names none' : `it has ${names.join(', ')}`;
    const text = `${at.place} has no generator that is known: ${found}`;
    return [failedEntry(entry, at, set, new AppsetError('APPSET_E0201', text))];
  }
  const outcomes: FieldOutcome[] = [];
  for (const field of fields) {
    const outcome = await run.field(entry, field, requirements, at);
    outcomes.push({ field, template: templateOf(entry, field, set), outcome });
    if (run.context.settings.compat && outcome.problems.length > 0) break;
  }
  return outcomes;
}

function distinct(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>();
  return problems.filter((problem) => {
    if (problem.kind === 'failed') return true;
    const key = `${problem.leaf}\0${problem.error.message}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function generated(outcome: Outcome, failed: boolean): Generated {
  const problems = distinct(outcome.problems);
  return {
    rows: failed ? [] : outcome.rows,
    unknown: problems.filter((problem) => problem.kind === 'unknown'),
    failed: problems.filter((problem) => problem.kind === 'failed'),
  };
}

/**
 * Generates a set. Never throws for what the set or its sources hold; throws the signal's reason when
 * aborted.
 *
 * In compat mode an entry of which anything failed has no rows, and `errors` holds the first error of
 * each such entry; in normal mode `errors` holds all of them in order of processing.
 */
export async function generateSet(set: ApplicationSet, context: GenerationContext): Promise<SetGeneration> {
  const generators = entriesOf(set);
  const { compat, maxRows } = context.settings;
  const run = new Run(context, GENERATORS, identify(generators));
  const entries: EntryResult[] = [];
  const errors: AppsetError[] = [];
  let rows = 0;
  for (const [index, entry] of generators.entries()) {
    const at = { path: String(index), place: `generators[${index}]`, depth: 1, original: entry };
    let outcomes = await evaluateEntry(entry, at, set, run);
    const added = outcomes.reduce((sum, { outcome }) => sum + outcome.rows.length, 0);
    if (rows + added > maxRows) {
      const text = `the set would have ${rows + added} rows with ${at.place}, more than the ${maxRows} allowed`;
      outcomes = [failedEntry(entry, at, set, new AppsetError('APPSET_E0205', text))];
    } else rows += added;
    const problems = outcomes.flatMap(({ outcome }) => distinct(outcome.problems));
    const failed = compat && problems.length > 0;
    for (const { error } of failed ? problems.slice(0, 1) : problems) errors.push(error);
    for (const { field, template, outcome } of outcomes) {
      entries.push({ index, generator: field, template, generated: generated(outcome, failed) });
    }
  }
  if (generators.length === 0 && !compat) {
    const { field, template, outcome } = withoutGenerators(set);
    errors.push(...outcome.problems.map((problem) => problem.error));
    entries.push({ index: 0, generator: field, template, generated: generated(outcome, false) });
  }
  return { entries, errors, requeueAfterSeconds: requeueAfterSeconds(generators, context.settings) };
}
