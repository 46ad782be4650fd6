/**
 * `appset render -f FILE…`: the Applications a set generates, from facts that are given, without a
 * cluster. What fails goes to stderr; the rest is still rendered.
 */
import type { Command } from 'commander';
import { type Application, type JsonObject, keyOf } from '../api/objects.ts';
import { validateSet } from '../api/validate-set.ts';
import type { Evaluation } from '../planning/contract.ts';
import { evaluateSet, evaluationSettings } from '../planning/evaluate.ts';
import { normalizeApplication } from '../planning/normalize.ts';
import { systemClock } from '../support/clock.ts';
import { AppsetError } from '../support/errors.ts';
import { LIMITS } from '../support/limits.ts';
import { systemRandom } from '../support/random.ts';
import { emitYaml } from '../support/yaml.ts';
import { EXIT, worst } from './exit.ts';
import { type FactOptions, factOptions, type NotGiven, offlineFacts } from './facts.ts';
import { type KubeOptions, kubeOptions } from './kube-options.ts';
import { type LiveFacts, liveFacts } from './live-sources.ts';
import { collect, oneOf } from './options.ts';
import { packageVersion } from './package-version.ts';
import { describeErrors, describeNote, describeRemark } from './report-error.ts';
import { placeInFile, readSets, type SetFile } from './set-files.ts';
import { count, printable, stderrStyle, stdoutStyle, table } from './terminal.ts';

const FORMATS = ['table', 'yaml', 'json', 'name', 'html'] as const;

interface Options extends FactOptions, KubeOptions {
  readonly live?: boolean;
  readonly filename?: readonly string[];
  readonly output?: (typeof FORMATS)[number];
  readonly compat?: 'argocd';
  readonly namespace: string;
  readonly newGitFileGlobbing?: boolean;
}

export function define(command: Command, finish: (code: number) => void): void {
  kubeOptions(
    factOptions(
      command
        .option(
          '-f, --filename <file>',
          'file with ApplicationSets, folder of such files, - for standard input (repeatable)',
          collect,
        )
        .option(
          '-o, --output <format>',
          `one of ${FORMATS.join(', ')} (default: table on a terminal, yaml in a pipe)`,
          oneOf('--output', FORMATS),
        )
        .option('-n, --namespace <name>', 'namespace of Argo CD, where clusters and projects are', 'argocd')
        .option('--new-git-file-globbing', 'read git file patterns as doublestar does')
        .option(
          '--compat <argocd>',
          'behave exactly as the reference',
          oneOf('--compat', ['argocd'] as const),
        ),
    ).option(
      '--live',
      'ask the cluster of the current context, and the network, for facts that are not given',
    ),
  )
    .addHelpText('after', EXAMPLES)
    .action(async (options: Options) => finish(await render(options)));
}

/** A set with what came of it. */
interface Rendered {
  readonly file: SetFile;
  /** valid Applications as they would be written, in order of name */
  readonly applications: readonly Application[];
  /** what keeps an Application, an element or the whole set from being rendered */
  readonly failures: readonly AppsetError[];
  /** what a reader should know and what fails nothing */
  readonly notes: readonly AppsetError[];
}

async function render(options: Options): Promise<number> {
  if (options.filename === undefined)
    throw new AppsetError(
      'APPSET_E0801',
      'no file is given: name one with -f FILE, or -f - for standard input',
    );
  const files = readSets(options.filename, options.namespace);
  const facts = offlineFacts(options);
  let live: LiveFacts | undefined;
  try {
    if (options.live === true) live = await liveFacts(facts.sources, options, options.namespace);
    const all: Rendered[] = [];
    for (const file of files) all.push(await renderSet(file, options, live?.sources ?? facts.sources));
    process.stdout.write(options.output === 'html' ? await asHtml(all) : print(all, options.output));
    report(all, live === undefined ? facts.notGiven() : []);
    return worst(all.flatMap(({ failures }) => failures.map(exitCodeOf)));
  } finally {
    await live?.close();
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
  const invalid = evaluation.invalid;
  const applications = evaluation.rendered
    .map(({ application }) => application)
    .filter(({ metadata }) => !invalid.has(`${metadata.namespace}/${metadata.name}`))
    .map((application) => normalizeApplication(application));
  const stopped = compat && evaluation.firstError !== undefined;
  const { failures, notes } = problemsOf(file, evaluation, compat);
  return {
    file,
    applications: stopped ? [] : applications.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)),
    failures: failures.map((error) => placeInFile(error, file)),
    notes: notes.map((error) => placeInFile(error, file)),
  };
}

/** Everything that is wrong with a set and its facts, each told once. */
function problemsOf(
  { set }: SetFile,
  evaluation: Evaluation,
  compat: boolean,
): { readonly failures: readonly AppsetError[]; readonly notes: readonly AppsetError[] } {
  const place = { set: keyOf(set) };
  const unread = evaluation.validationUnknown;
  // What was not given is told by a remark: the check is left out.
  const unchecked = unread === undefined || unread.code === 'APPSET_E0404' ? [] : [unread.at(place)];
  if (compat) {
    const first = evaluation.firstError?.error;
    const failures = first === undefined ? [...evaluation.invalid.values(), ...unchecked] : [first];
    return { failures, notes: [] };
  }
  const written = validateSet(set as unknown as JsonObject).map((error) => error.at(place));
  const told = new Set(written.map((error) => `${error.code} ${error.place.field}`));
  const generation = evaluation.generation.errors.filter(
    (error) => error.code !== 'APPSET_E0201' || !written.some((other) => isAbout(other, error)),
  );
  return {
    failures: [
      ...written,
      ...generation,
      ...evaluation.failedRows.map((row) => row.error),
      ...evaluation.invalid.values(),
      ...unchecked.filter((error) => !generation.some(({ message }) => message.includes(error.message))),
    ],
    notes: evaluation.notices.filter((note) => !told.has(`${note.code} ${note.place.field}`)),
  };
}

/** Whether the check of the set as written has told what a generator then refused. */
function isAbout(written: AppsetError, refused: AppsetError): boolean {
  const field = written.place.field ?? '';
  const generator = `spec.${refused.place.generator ?? ''}`;
  return isAtOrBelow(field, generator) || isAtOrBelow(generator, field);
}

const isAtOrBelow = (path: string, parent: string): boolean =>
  path === parent || path.startsWith(`${parent}.`) || path.startsWith(`${parent}[`);

const exitCodeOf = (error: AppsetError): number => (error.kind === 'source' ? EXIT.unreadable : EXIT.failed);

function print(all: readonly Rendered[], output: Exclude<Options['output'], 'html'>): string {
  const applications = all.flatMap((rendered) => rendered.applications);
  switch (output ?? (process.stdout.isTTY === true ? 'table' : 'yaml')) {
    case 'yaml':
      return applications.length === 0 ? '' : emitYaml(applications as unknown as JsonObject[]);
    case 'name':
      return applications
        .map(({ metadata }) => printable(`${metadata.namespace}/${metadata.name}\n`))
        .join('');
    case 'json':
      return `${JSON.stringify(asJson(all), null, 2)}\n`;
    case 'table':
      return asTable(all);
  }
}

function asJson(all: readonly Rendered[]): object {
  const failure = (rendered: Rendered) => (error: AppsetError) => ({
    set: keyOf(rendered.file.set),
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

/** A page that stands by itself. */
async function asHtml(all: readonly Rendered[]): Promise<string> {
  const { page } = await import('./html/page.ts');
  return page('render', {
    title: 'Applications',
    version: packageVersion(),
    sets: all.map(({ file, applications, failures }) => ({
      name: keyOf(file.set),
      count: count(applications.length, 'Application'),
      errors: failures.map(({ code, message }) => `${code} ${printable(message)}`),
      applications: applications.map((application) => {
        const destination = (application.spec.destination ?? {}) as JsonObject;
        return {
          name: application.metadata.name,
          cluster: destination.name ?? destination.server ?? '',
          source: sourceOf(application.spec),
          yaml: emitYaml([application] as unknown as JsonObject[]),
        };
      }),
    })),
  });
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

/** Says on stderr what went wrong, what one should know, and which checks were left out. */
function report(all: readonly Rendered[], notGiven: readonly NotGiven[]): void {
  const style = stderrStyle();
  const told = all.flatMap((rendered) => [
    ...describeErrors(rendered.failures, style),
    ...rendered.notes.map((note) => describeNote(note, style)),
  ]);
  const failures = all.flatMap((rendered) => rendered.failures);
  const unchecked = notGiven.filter(
    ({ what }) => !failures.some(({ code, message }) => code === 'APPSET_E0404' && message.includes(what)),
  );
  if (unchecked.length > 0)
    told.push(describeRemark(`not checked, because not given: ${facts(unchecked)}`, style));
  if (process.stderr.isTTY === true) {
    const applications = all.reduce((sum, rendered) => sum + rendered.applications.length, 0);
    const problems = failures.length > 0 ? `, ${count(failures.length, 'problem')}` : '';
    told.push(`${count(applications, 'Application')} of ${count(all.length, 'set')}${problems}\n`);
  }
  process.stderr.write(told.join('\n'));
}

/** `AppProject a, AppProject b (--projects); the clusters (--clusters)`. */
function facts(notGiven: readonly NotGiven[]): string {
  return [...Map.groupBy(notGiven, ({ flag }) => flag)]
    .map(([flag, group]) => {
      const more = group.length - LIMITS.namesShown;
      const shown = group.slice(0, LIMITS.namesShown).map(({ what }) => what);
      return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''} (${flag})`;
    })
    .join('; ');
}

const EXAMPLES = `
Examples:
  appset render -f set.yaml --repo https://git.example.com/acme/platform.git=./platform
  appset render -f set.yaml --clusters clusters.yaml --projects projects.yaml -o json
  kubectl get appset web -o yaml | appset render -f - --facts facts.json -o name

A fact that is not given is unknown, never empty. Exit codes: 0 all rendered, 1 an element or set
failed, 2 wrong usage, 5 a source could not be read or was not given.`;
