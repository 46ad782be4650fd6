/**
 * Results of a run as data: counts by area and in total, for printing as text or JSON. The area of a
 * case is the first part of its name.
 */
import type { CaseKind, CaseResult } from './cases.ts';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface ConformanceReport {
  readonly total: Counts;
  readonly areas: readonly (Counts & { readonly kind: CaseKind; readonly area: string })[];
  /** reasons of skipped cases with how many gave each, most frequent first */
  readonly skipReasons: readonly { readonly reason: string; readonly cases: number }[];
  readonly results: readonly CaseResult[];
}

function count(results: readonly CaseResult[]): Counts {
  const of = (status: CaseResult['status']) => results.filter((result) => result.status === status).length;
  return { passed: of('passed'), failed: of('failed'), skipped: of('skipped') };
}

export function summarize(results: readonly CaseResult[]): ConformanceReport {
  const areas = Map.groupBy(results, (result) => `${result.kind}\0${result.name.split('/')[0]}`);
  const reasons = Map.groupBy(
    results.filter((result) => result.status === 'skipped'),
    (result) => result.reason ?? '',
  );
  return {
    total: count(results),
    areas: [...areas].map(([key, group]) => {
      const [kind, area] = key.split('\0');
      return { kind: kind as CaseKind, area: area ?? '', ...count(group) };
    }),
    skipReasons: [...reasons]
      .map(([reason, group]) => ({ reason, cases: group.length }))
      .sort((a, b) => b.cases - a.cases),
    results,
  };
}

/** The report as text: a line an area, the failures with what differs, the reasons of skips, the total. */
export function formatReport(report: ConformanceReport): string {
  const width = Math.max(4, ...report.areas.map(({ kind, area }) => kind.length + area.length + 1));
  const lines = report.areas.map(({ kind, area, passed, failed, skipped }) =>
    `${`${kind}/${area}`.padEnd(width)}  ${passed} passed  ${failed} failed  ${skipped} skipped`.trimEnd(),
  );
  for (const result of report.results) {
    if (result.status !== 'failed') continue;
    lines.push('', `FAILED ${result.name}`, ...(result.diff ?? []).map((line) => `  ${line}`));
  }
  if (report.skipReasons.length > 0) {
    lines.push('', ...report.skipReasons.map(({ reason, cases }) => `skipped ${cases}: ${reason}`));
  }
  const { passed, failed, skipped } = report.total;
  lines.push('', `${passed} passed, ${failed} failed, ${skipped} skipped`);
  return lines.join('\n');
}
