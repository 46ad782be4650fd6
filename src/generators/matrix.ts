/**
 * The matrix generator (spec generators §2.4): each row of the first child with each row that the
 * second gives for it. Outside compat mode any number of children from two upward is folded from the
 * left. A child that reads the same for all rows is evaluated once; the others run a few at a time.
 * The number of rows is known and bounded before any of them is made.
 */
import type { JsonObject } from '../api/objects.ts';
import { AppsetError, asAppsetError, type ErrorCode } from '../support/errors.ts';
import { LIMITS } from '../support/limits.ts';
import { combineRows } from './combine.ts';
import type { Child, GenerationRun, Generator, GeneratorNode, Outcome, Problem, Row } from './contract.ts';
import { childEntries } from './identity.ts';
import { inOrder } from './in-order.ts';
import { failedProblem, prefixProblem, prefixProblems, unknownProblem } from './outcome.ts';

/** Errors that come out of the data an interpolated child was given, not out of what the set says. */
const OF_DATA: ReadonlySet<ErrorCode> = new Set(['APPSET_E0204', 'APPSET_E0302', 'APPSET_E0303']);

function wrong(text: string): AppsetError {
  return new AppsetError('APPSET_E0201', text);
}

/** A problem of a child that was evaluated for one row of the first: it concerns that row's parts only. */
function forRow(problem: Problem, row: Row): Problem {
  if (problem.kind === 'failed') {
    return { ...problem, parts: [...row.parts, ...problem.parts] };
  }
  if (!OF_DATA.has(problem.error.code)) return problem;
  return failedProblem(problem, row.parts, problem.error);
}

interface Fold {
  readonly rows: readonly Row[];
  readonly problems: readonly Problem[];
}

async function expand(
  rows: readonly Row[],
  index: number,
  entry: JsonObject,
  node: GeneratorNode,
  run: GenerationRun,
): Promise<Fold> {
  const { settings, mode } = run.context;
  const prefix =
    index === 1
      ? 'failed to get params for second generator in the matrix generator: '
      : `failed to get params for generator ${index + 1} in the matrix generator: `;
  const problems: Problem[] = [];
  const children: { row: Row; child: Child }[] = [];
  let total = 0;
  let reported: Outcome | undefined;
  const evaluated = inOrder(rows, settings.compat ? 1 : LIMITS.generatorsAtOnce, (row) =>
    run.child(node, index, entry, row.params),
  );
  for await (const { item: row, result: child } of evaluated) {
    const fresh = child.dependsOnParams || child.outcome !== reported;
    if (!child.dependsOnParams) reported = child.outcome;
    if (fresh) {
      for (const problem of child.outcome.problems) {
        const own = child.dependsOnParams ? forRow(problem, row) : problem;
        problems.push(prefixProblem(own, prefix));
      }
    }
    if (settings.compat && problems.length > 0) break;
    if (problems.length > settings.maxRows) {
      const text = `more than ${settings.maxRows} elements of the matrix failed; the first: ${problems[0]?.error.message}`;
      return { rows: [], problems: [unknownProblem(node, new AppsetError('APPSET_E0205', text))] };
    }
    children.push({ row, child });
    total += child.outcome.rows.length;
  }
  if (total > settings.maxRows) return { rows: [], problems: [tooMany(rows, children, total, node, run)] };
  const out: Row[] = [];
  for (const { row, child } of children) {
    const first = child.params === undefined ? row : { ...row, params: child.params };
    for (const second of child.outcome.rows) {
      try {
        out.push(combineRows(first, second, mode.go));
      } catch (error) {
        const problem = failedProblem(node, [...row.parts, ...second.parts], asAppsetError(error));
        if (settings.compat) return { rows: [], problems: [problem] };
        problems.push(problem);
      }
    }
    await run.breathe();
  }
  return { rows: out, problems };
}

function tooMany(
  rows: readonly Row[],
  children: readonly { child: Child }[],
  total: number,
  node: GeneratorNode,
  run: GenerationRun,
): Problem {
  const counts = new Set(children.map(({ child }) => child.outcome.rows.length));
  const [only] = counts;
  const product = counts.size === 1 ? `${rows.length} × ${only} = ${total}` : String(total);
  return unknownProblem(
    node,
    new AppsetError(
      'APPSET_E0205',
      `the matrix would give ${product} rows, more than the ${run.context.settings.maxRows} allowed`,
    ),
  );
}

export const matrixGenerator: Generator = {
  name: 'matrix',
  async generate(spec: JsonObject, node: GeneratorNode, run): Promise<Outcome> {
    const { compat } = run.context.settings;
    const children = childEntries(spec);
    const [head, ...tail] = children;
    if (head === undefined || tail.length === 0) {
      throw wrong('found less than two generators, Matrix support only two');
    }
    if (compat && tail.length > 1) throw wrong('found more than two generators, Matrix support only two');
    const first = (await run.child(node, 0, head)).outcome;
    let problems = [
      ...prefixProblems(
        first.problems,
        'error failed to get params for first generator in matrix generator: ',
      ),
    ];
    let rows = first.rows;
    for (const [at, entry] of tail.entries()) {
      if (compat && problems.length > 0) return { rows: [], problems };
      const next = await expand(rows, at + 1, entry, node, run);
      problems = [...problems, ...next.problems];
      rows = next.rows;
    }
    return { rows, problems };
  },
};
