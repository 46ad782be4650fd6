/**
 * docs/compatibility.md: what a run over the corpora says (counts by area, every skip with its reason)
 * and the deliberate differences with the tests that show them.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DEVIATIONS, type Deviation } from '../../conformance/deviations.ts';
import { type CaseResult, loadCases, runCases, summarize } from '../../conformance/index.ts';
import { madeFrom, markdownTable, pageOf } from './markdown.ts';

/** @param root of the checkout, where the cases are */
export async function compatibilityPage(root: string): Promise<string> {
  const folder = join(root, 'test', 'conformance', 'cases');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .sort();
  const report = summarize(await runCases(await loadCases(files.map((name) => join(folder, name)))));
  const { passed, failed, skipped } = report.total;
  const normal = DEVIATIONS.filter(({ modes }) => modes === 'normal');
  const both = DEVIATIONS.filter(({ modes }) => modes === 'both');
  return pageOf(
    madeFrom('a run over test/conformance/cases and src/conformance/deviations.ts'),
    '# Compatibility',
    `The reference is the ApplicationSet controller of Argo CD 3.6. The cases under \`test/conformance/cases\` were
written for this project, and their expected values were computed by the reference; none of them was edited.
They run in compat mode. See for yourself:`,
    '```sh\nnpx appset conformance test/conformance/cases/*/*.json\n```',
    `**${passed} agree, ${failed} differ, ${skipped} are skipped.**`,
    '## By area',
    markdownTable(
      ['area', 'agree', 'differ', 'skipped'],
      report.areas.map((area) => [
        `${area.kind}: ${area.area}`,
        String(area.passed),
        String(area.failed),
        String(area.skipped),
      ]),
    ),
    '## Skipped cases',
    ...skips(report.results),
    '## Differences in normal mode',
    'These are switched off by `--compat=argocd`.',
    ...normal.map(section),
    '## Differences in both modes',
    'These hold in compat mode too: the reference is random there, crashes, or may touch what it should not.',
    ...both.map(section),
  );
}

function skips(results: readonly CaseResult[]): string[] {
  const skipped = Map.groupBy(
    results.filter(({ status }) => status === 'skipped'),
    ({ reason }) => reason ?? '',
  );
  if (skipped.size === 0) return ['None.'];
  return [...skipped].map(
    ([reason, cases]) =>
      `**${reason}** (${cases.length}): ${cases.map(({ name }) => `\`${name}\``).join(', ')}.`,
  );
}

function section({ about, reference, here, why, tests }: Deviation): string {
  return [
    `### ${about}`,
    '',
    `- The reference: ${reference}.`,
    `- Here: ${here}.`,
    `- Why: ${why}.`,
    `- Shown by: ${tests.map(({ file, title }) => `“${title}” ([${file.replace(/^test\//, '')}](../${file}))`).join('; ')}.`,
  ].join('\n');
}
