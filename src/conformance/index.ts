/**
 * The compatibility corpora: load cases, run them with the runner of their kind, report. A kind nobody
 * runs, and a case on the skip list, is reported as skipped with the reason.
 */

import { messageOf } from '../support/errors.ts';
import type { CaseKind, CaseResult, CaseRunner, ConformanceCase } from './cases.ts';
import { controllerRunner } from './controller-runner.ts';
import { externalRunner } from './external-runner.ts';
import { generationRunner } from './generation.ts';
import { SKIPS } from './skips.ts';
import { triggersRunner } from './triggers-runner.ts';
import { webhookRunner } from './webhook-runner.ts';

export {
  type CaseKind,
  type CaseResult,
  type CaseRunner,
  type ConformanceCase,
  loadCases,
  parseCases,
} from './cases.ts';
export { type ConformanceReport, formatReport, summarize } from './report.ts';
export { SKIPS } from './skips.ts';

/** The runners there are, by kind. */
export const RUNNERS: ReadonlyMap<CaseKind, CaseRunner> = new Map(
  [generationRunner, externalRunner, controllerRunner, triggersRunner, webhookRunner].map((runner) => [
    runner.kind,
    runner,
  ]),
);

/** One case run. Never throws: what a runner throws is a failed result. */
export async function runCase(
  conformanceCase: ConformanceCase,
  runners: ReadonlyMap<CaseKind, CaseRunner> = RUNNERS,
): Promise<CaseResult> {
  const { name, kind, broken } = conformanceCase;
  if (broken !== undefined) return { name, kind, status: 'failed', diff: [broken] };
  const reason = SKIPS[name];
  if (reason !== undefined) return { name, kind, status: 'skipped', reason };
  const runner = runners.get(kind);
  if (runner === undefined) {
    return { name, kind, status: 'skipped', reason: `no runner for ${kind} cases` };
  }
  try {
    return { name, kind, ...(await runner.run(conformanceCase)) };
  } catch (error) {
    return { name, kind, status: 'failed', diff: [`the run failed: ${messageOf(error)}`] };
  }
}

/** All cases, one after the other, in order. */
export async function runCases(
  cases: readonly ConformanceCase[],
  runners: ReadonlyMap<CaseKind, CaseRunner> = RUNNERS,
): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (const conformanceCase of cases) results.push(await runCase(conformanceCase, runners));
  return results;
}
