/**
 * `appset render -f FILE…`: the Applications a set generates, from facts that are given, without a
 * cluster. What fails goes to stderr; the rest is still rendered.
 */
import type { Command } from 'commander';
import type { Application, JsonObject } from '../api/objects.ts';
import { validateSet } from '../api/validate-set.ts';
import type { Evaluation } from '../planning/contract.ts';
import { evaluateSet, evaluationSettings } from '../planning/evaluate.ts';
import { normalizeApplication } from '../planning/normalize.ts';
import { systemClock } from '../support/clock.ts';
import type { AppsetError } from '../support/errors.ts';
import { systemRandom } from '../support/random.ts';
import { emitYaml } from '../support/yaml.ts';
import { EXIT, worst } from './exit.ts';
import { type FactOptions, factOptions, offlineFacts } from './facts.ts';
import { collect, oneOf } from './options.ts';
import { describeError } from './report-error.ts';
import { placeInFile, readSets, type SetFile } from './set-files.ts';
import { count, stderrStyle, stdoutStyle, table } from './terminal.ts';

const FORMATS = ['table', 'yaml', 'json', 'name'] as const;

interface Options extends FactOptions {
  readonly filename: readonly string[];
  readonly output?: (typeof FORMATS)[number];
  readonly compat?: 'argocd';
  readonly namespace: string;
  readonly newGitFileGlobbing?: boolean;
}

export function define(command: Command, finish: (code: number) => void): void {
  factOptions(
    command
      .requiredOption(
        '-f, --filename <file>',
        'file with ApplicationSets, - for standard input (repeatable)',
        collect,
      )
      .option(
        '-o, --output <format>',
        `one of ${FORMATS.join(', ')} (default: table on a terminal, yaml in a pipe)`,
        oneOf('--output', FORMATS),
      )
      .option('-n, --namespace <name>', 'namespace of Argo CD, where clusters and projects are', 'argocd')
      .option('--new-git-file-globbing', 'read git file patterns as doublestar does')
      .option('--compat <argocd>', 'behave exactly as the reference', oneOf('--compat', ['argocd'] as const)),
  )
    .addHelpText('after', EXAMPLES)
    .action(async (options: Options) => finish(await render(options)));
}

/** A set with what came of it. */
interface Rendered {
  readonly file: SetFile;
  readonly evaluation: Evaluation;
  /** valid Applications as they would be written, in order of name */
  readonly applications: readonly Application[];
  /** what keeps an Application, an element or the whole set from being rendered */
  readonly failures: readonly AppsetError[];
}

async function render(options: Options): Promise<number> {
  const files = readSets(options.filename);
  const facts = offlineFacts(options);
  const codes: number[] = [];
  try {
    const all: Rendered[] = [];
    for (const file of files) all.push(await renderSet(file, options, facts.sources));
    process.stdout.write(print(all, options));
    report(all, codes);
    return worst(codes);
  } finally {
    facts.close();
  }
}

async function renderSet(
  file: SetFile,
  options: Options,
  sources: Parameters<typeof evaluateSet>[1],
): Promise<Rendered> {
  const compat = options.compat === 'argocd';
  const settings = evaluationSettings({
    compat,
    controllerNamespace: options.namespace,
    newGitFileGlobbing: options.newGitFileGlobbing === true,
  });
  const evaluation = await evaluateSet(file.set, sources, settings, {
    clock: systemClock,
    random: systemRandom,
  });
  const written = compat ? [] : validateSet(file.set as unknown as JsonObject);
  const invalid = evaluation.invalid;
  const applications = evaluation.rendered
    .map(({ application }) => application)
    .filter(({ metadata }) => !invalid.has(`${metadata.namespace}/${metadata.name}`))
    .map((application) => normalizeApplication(application));
  const stopped = compat && evaluation.firstError !== undefined;
  const failures = stopped
    ? [evaluation.firstError.error]
    : [
        ...evaluation.generation.errors,
        ...evaluation.failedRows.map((row) => row.error),
        ...invalid.values(),
      ];
  return {
    file,
    evaluation,
    applications: stopped ? [] : applications.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)),
    failures: [...written, ...failures].map((error) => placeInFile(error, file)),
  };
}

function print(all: readonly Rendered[], options: Options): string {
  const applications = all.flatMap((rendered) => rendered.applications);
  switch (options.output ?? (process.stdout.isTTY === true ? 'table' : 'yaml')) {
    case 'yaml':
      return applications.length === 0 ? '' : emitYaml(applications as unknown as JsonObject[]);
    case 'name':
      return applications.map(({ metadata }) => `${metadata.namespace}/${metadata.name}\n`).join('');
    case 'json':
      return `${JSON.stringify(asJson(all), null, 2)}\n`;
    case 'table':
      return asTable(all);
  }
}

function asJson(all: readonly Rendered[]): object {
  const failure = (rendered: Rendered) => (error: AppsetError) => ({
    set: `${rendered.file.set.metadata.namespace}/${rendered.file.set.metadata.name}`,
    code: error.code,
    message: error.message,
    ...(error.place.generator === undefined ? {} : { generator: error.place.generator }),
    ...(error.place.element === undefined ? {} : { element: error.place.element }),
    ...(error.place.field === undefined ? {} : { field: error.place.field }),
    ...(error.place.position === undefined
      ? {}
      : {
          file: error.place.position.file,
          line: error.place.position.line,
          column: error.place.position.column,
        }),
  });
  const isSource = (error: AppsetError) => error.kind === 'source';
  return {
    apiVersion: 'appset-operator.io/v1',
    kind: 'Render',
    applications: all.flatMap((rendered) => rendered.applications),
    failed: all.flatMap((rendered) =>
      rendered.failures.filter((error) => !isSource(error)).map(failure(rendered)),
    ),
    errors: all.flatMap((rendered) => rendered.failures.filter(isSource).map(failure(rendered))),
  };
}

function asTable(all: readonly Rendered[]): string {
  const rows = all.flatMap(({ file, applications }) =>
    applications.map(({ metadata, spec }) => {
      const destination = (spec.destination ?? {}) as JsonObject;
      return [
        file.set.metadata.name,
        metadata.name,
        String(spec.project ?? ''),
        String(destination.name ?? destination.server ?? ''),
        String(destination.namespace ?? ''),
        sourceOf(spec),
      ];
    }),
  );
  if (rows.length === 0) return 'No Applications.\n';
  return table(['SET', 'APPLICATION', 'PROJECT', 'CLUSTER', 'NAMESPACE', 'SOURCE'], rows, stdoutStyle());
}

function sourceOf(spec: JsonObject): string {
  const sources = Array.isArray(spec.sources) && spec.sources.length > 0 ? spec.sources : [spec.source];
  return (sources as (JsonObject | undefined)[])
    .filter((source) => source !== undefined)
    .map((source) => {
      const revision = source.targetRevision === undefined ? '' : `@${source.targetRevision}`;
      return source.chart === undefined ? `${source.path ?? ''}${revision}` : `${source.chart}${revision}`;
    })
    .join(', ');
}

/** Says on stderr what went wrong, and collects exit codes. */
function report(all: readonly Rendered[], codes: number[]): void {
  const style = stderrStyle();
  const left = new Set<string>();
  for (const { evaluation, failures, file } of all) {
    for (const error of failures) {
      process.stderr.write(`${describeError(error, style)}\n`);
      codes.push(error.kind === 'source' ? EXIT.unreadable : EXIT.failed);
    }
    for (const notice of evaluation.notices)
      process.stderr.write(`Note: ${placeInFile(notice, file).message}\n`);
    const missing = evaluation.validationUnknown;
    if (missing === undefined) continue;
    if (missing.code === 'APPSET_E0404') left.add(missing.message);
    else if (!failures.includes(missing)) {
      process.stderr.write(`${describeError(missing, style)}\n`);
      codes.push(EXIT.unreadable);
    }
  }
  if (left.size > 0) process.stderr.write(`Not checked: ${[...left].join('; ')}.\n`);
  const applications = all.reduce((sum, rendered) => sum + rendered.applications.length, 0);
  const failed = all.reduce((sum, rendered) => sum + rendered.failures.length, 0);
  if (process.stderr.isTTY === true)
    process.stderr.write(
      `${count(applications, 'Application')} of ${count(all.length, 'set')}${failed > 0 ? `, ${count(failed, 'problem')}` : ''}\n`,
    );
}

const EXAMPLES = `
Examples:
  appset render -f set.yaml --repo https://git.example.com/acme/platform.git=./platform
  appset render -f set.yaml --clusters clusters.yaml --projects projects.yaml -o json
  kubectl get appset web -o yaml | appset render -f - --facts facts.json -o name

A fact that is not given is unknown, never empty. Exit codes: 0 all rendered, 1 an element or set
failed, 2 wrong usage, 5 a source could not be read or was not given.`;
