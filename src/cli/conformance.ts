/**
 * `appset conformance FILE…`: runs compatibility cases in compat mode and says for each whether ours
 * agrees with the reference. Exit code 1 when a case differs.
 */
import type { Command } from 'commander';
import {
  type CaseResult,
  type ConformanceCase,
  formatReport,
  loadCases,
  runCase,
  summarize,
} from '../conformance/index.ts';
import { AppsetError } from '../support/errors.ts';
import { EXIT } from './exit.ts';
import { oneOf } from './options.ts';
import { packageVersion } from './package-version.ts';
import { progress } from './progress.ts';
import { count, printable } from './terminal.ts';

const FORMATS = ['text', 'json', 'html'] as const;

export function define(command: Command, finish: (code: number) => void): void {
  command
    .argument('<files...>', 'files of cases (JSON arrays), or folders of them, lying anywhere')
    .option('-o, --output <format>', `one of ${FORMATS.join(', ')}`, oneOf('--output', FORMATS), 'text')
    .option('--name <text>', 'only cases whose name contains this text')
    .addHelpText('after', EXAMPLES)
    .action(async (files: string[], options: Options) => {
      const loaded = await loadCases(files);
      const cases = loaded.filter(({ name }) => name.includes(options.name ?? ''));
      if (cases.length === 0) throw noCase(loaded.length, options);
      const results: CaseResult[] = [];
      const show = progress(cases.length, 'cases');
      for (const item of cases) {
        results.push(await runCase(item));
        show.step();
      }
      show.end();
      process.stdout.write(await output(options, cases, results));
      finish(results.some((result) => result.status === 'failed') ? EXIT.failed : EXIT.ok);
    });
}

/** That nothing failed is no news where nothing ran. */
function noCase(loaded: number, { name }: Options): AppsetError {
  const text = `none of ${count(loaded, 'case')} has ${JSON.stringify(name)} in its name`;
  return new AppsetError('APPSET_E0801', name === undefined ? 'the files hold no case' : text);
}

interface Options {
  readonly output: (typeof FORMATS)[number];
  readonly name?: string;
}

async function output(
  options: Options,
  cases: readonly ConformanceCase[],
  results: readonly CaseResult[],
): Promise<string> {
  switch (options.output) {
    case 'json':
      return `${JSON.stringify(asJson(results))}\n`;
    case 'html':
      return htmlReport(cases, results);
    case 'text':
      return printable(`${formatReport(summarize(results))}\n`);
  }
}

function asJson(results: readonly CaseResult[]): object {
  const { total } = summarize(results);
  return {
    apiVersion: 'appset-operator.io/v1',
    kind: 'Conformance',
    total: results.length,
    ...total,
    cases: results.map(({ name, status, reason, diff, actual }) => ({
      name,
      status,
      reason: reason ?? null,
      diff: diff ?? [],
      actual: actual ?? null,
    })),
  };
}

async function htmlReport(
  cases: readonly ConformanceCase[],
  results: readonly CaseResult[],
): Promise<string> {
  const { page } = await import('./html/page.ts');
  const about = new Map(cases.map((item) => [item.name, item.about]));
  const { total, areas } = summarize(results);
  return page('conformance', {
    title: 'Compatibility with the Argo CD ApplicationSet controller',
    subtitle: `appset ${packageVersion()} in compat mode; expected values were computed by the reference implementation.`,
    total: results.length,
    ...total,
    areas: areas.map((area) => {
      const own = results.filter(
        (result) => result.kind === area.kind && result.name.split('/')[0] === area.area,
      );
      return {
        ...area,
        name: area.kind === area.area ? area.area : `${area.kind}: ${area.area}`,
        total: own.length,
        cases: own.map((result) => ({
          ...result,
          about: about.get(result.name),
          diff: result.diff?.join('\n'),
        })),
      };
    }),
  });
}

const EXAMPLES = `
Examples:
  appset conformance test/conformance/cases/generation/*.json
  appset conformance -o html cases/*.json > report.html
  appset conformance -o json --name matrix/ cases/*.json | jq '.cases[] | select(.status == "failed")'`;
