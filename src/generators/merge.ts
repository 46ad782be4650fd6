/**
 * The merge generator (spec generators §2.5): rows of the first child, each with the rows of the others
 * that have the same merge keys laid over it. Keys are top-level params compared as JSON; a missing one
 * is null and equals another missing one. Rows come out in the order of the first child.
 *
 * What a child could not tell is carried on: with an unknown child no row is certain, and a base row
 * without partner in a child of which an element failed may be one that element belongs to.
 */
import type { JsonObject } from '../api/objects.ts';
import { AppsetError } from '../support/errors.ts';
import { LIMITS } from '../support/limits.ts';
import { encodeJson } from '../templating/functions/json-encode.ts';
import { type GoMap, goMap, UNCOUNTED } from '../templating/values.ts';
import type {
  FailedElement,
  GenerationRun,
  Generator,
  GeneratorNode,
  Outcome,
  Problem,
  Row,
} from './contract.ts';
import { deepMerge, flatMerge } from './deep-merge.ts';
import { listField } from './fields.ts';
import { childEntries } from './identity.ts';
import { failedProblem, prefixProblems } from './outcome.ts';

const wrong = (text: string): AppsetError => new AppsetError('APPSET_E0201', text);

function keyOf(params: GoMap, mergeKeys: readonly string[]): string {
  return encodeJson(goMap(mergeKeys.map((key) => [key, params.get(key) ?? null] as const)), UNCOUNTED);
}

function mergeKeysOf(spec: JsonObject): readonly string[] {
  const keys = new Set<string>();
  for (const key of listField(spec, 'mergeKeys')) {
    if (typeof key !== 'string') throw wrong('mergeKeys must be a list of strings');
    keys.add(key);
  }
  if (keys.size === 0) {
    throw wrong(
      'error getting param sets by merge key: no merge keys were specified, Merge requires at least one',
    );
  }
  return [...keys];
}

function indexed(rows: readonly Row[], mergeKeys: readonly string[]): Map<string, Row> {
  const index = new Map<string, Row>();
  for (const row of rows) {
    const key = keyOf(row.params, mergeKeys);
    if (index.has(key)) {
      throw wrong(
        `error getting param sets by merge key: the parameters from a generator were not unique by the given mergeKeys, Merge requires all param sets to be unique. Duplicate key was ${key}`,
      );
    }
    index.set(key, row);
  }
  return index;
}

function lay(base: Row, over: Row, go: boolean): Row {
  const params = go ? deepMerge(base.params, over.params) : flatMerge(base.params, over.params);
  const parts = [...base.parts, ...over.parts];
  return base.stale || over.stale ? { params, parts, stale: true } : { params, parts };
}

const isFailed = (problem: Problem): problem is FailedElement & { kind: 'failed' } =>
  problem.kind === 'failed';
/** Rows of it are not known, and nothing stands in for them. */
const hidesRows = (outcome: Outcome): boolean =>
  outcome.problems.some((problem) => problem.kind === 'unknown' && problem.standIn !== true);

/**
 * Without its partner in a child with failed elements, a row may lack what a failed one would have added.
 * Each failed element is a problem of its own beside this one, so that a few of very many are named here.
 */
function doubtful(row: Row, failures: readonly FailedElement[], node: GeneratorNode): Problem | undefined {
  const [first] = failures;
  if (first === undefined) return undefined;
  const some = failures.slice(0, LIMITS.namesShown).flatMap(({ parts }) => parts);
  return failedProblem(node, [...row.parts, ...some], first.error);
}

function mergeOutcomes(
  children: readonly Outcome[],
  mergeKeys: readonly string[],
  node: GeneratorNode,
  run: GenerationRun,
): Outcome {
  const [base, ...overrides] = children;
  const problems: Problem[] = [];
  const rows = indexed(base?.rows ?? [], mergeKeys);
  const indexes = overrides.map((override) => ({
    index: indexed(override.rows, mergeKeys),
    failures: override.problems.filter(isFailed),
  }));
  const stale = children.some((child) => child.problems.some((problem) => problem.kind === 'unknown'));
  const out: Row[] = [];
  for (const [key, row] of rows) {
    let merged = row;
    let doubt: Problem | undefined;
    for (const { index, failures } of indexes) {
      const over = index.get(key);
      if (over !== undefined) merged = lay(merged, over, run.context.mode.go);
      else doubt ??= doubtful(row, failures, node);
    }
    if (doubt !== undefined) problems.push(doubt);
    else out.push(stale && !merged.stale ? { ...merged, stale: true } : merged);
  }
  return { rows: out, problems };
}

export const mergeGenerator: Generator = {
  name: 'merge',
  async generate(spec: JsonObject, node: GeneratorNode, run): Promise<Outcome> {
    const entries = childEntries(spec);
    if (entries.length < 2) throw wrong('found less than two generators, Merge requires two or more');
    const children: Outcome[] = [];
    const problems: Problem[] = [];
    for (const [index, entry] of entries.entries()) {
      const { outcome } = await run.child(node, index, entry);
      const prefix = `error getting param sets from generators: error getting params from generator ${index + 1} of ${entries.length}: `;
      for (const problem of prefixProblems(outcome.problems, prefix)) problems.push(problem);
      if (run.context.settings.compat && problems.length > 0) return { rows: [], problems };
      children.push(outcome);
    }
    const mergeKeys = mergeKeysOf(spec);
    if (children.some(hidesRows)) return { rows: [], problems };
    const { rows, problems: more } = mergeOutcomes(children, mergeKeys, node, run);
    return { rows, problems: [...problems, ...more] };
  },
};
