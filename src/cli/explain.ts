/**
 * `appset explain SET [APP]`: where an Application comes from, element by element, and what would happen
 * to it now; with `--missing` why an element gives none. What could not be read, or failed, is told on
 * stderr wherever it may be the reason.
 */
import type { Command } from 'commander';
import { type Preview, previewSet } from '../controller/reconcile.ts';
import type { Part } from '../generators/contract.ts';
import { AppsetError } from '../support/errors.ts';
import { LIMITS } from '../support/limits.ts';
import { readSet } from './approve.ts';
import { EXIT, worst } from './exit.ts';
import { liveWorld } from './live-facts.ts';
import { blockedLines, failuresOf, heldDigest } from './plan/planned.ts';
import { describeErrors } from './report-error.ts';
import { setName } from './set-name.ts';
import { colours, count, printable, type Style, stderrStyle, stdoutStyle } from './terminal.ts';
import { clusterOrDump, settingsThere, type WorldOptions, worldOptions } from './world-options.ts';

interface Options extends WorldOptions {
  readonly namespace?: string;
  readonly missing?: string;
}

export function define(command: Command, finish: (code: number) => void): void {
  worldOptions(command)
    .argument('<set>', 'name of the set, or namespace/name')
    .argument('[application]', 'name of the Application; without one all are listed')
    .option('-n, --namespace <name>', 'namespace of the set (default: that of the context, else argocd)')
    .option('--missing <element>', 'why the element with this text in its name gives no Application')
    .addHelpText('after', EXAMPLES)
    .action(async (set: string, name: string | undefined, options: Options) =>
      finish(await explain(set, name, options)),
    );
}

async function explain(asked: string, name: string | undefined, options: Options): Promise<number> {
  if (name !== undefined && options.missing !== undefined)
    throw new AppsetError('APPSET_E0801', 'name an Application, or with --missing an element, not both');
  if (options.missing === '')
    throw new AppsetError('APPSET_E0801', '--missing: name an element, or a part of its name');
  const cluster = await clusterOrDump(options);
  try {
    const set = await readSet(cluster.client, setName(asked, options.namespace, cluster.namespace));
    const settings = await settingsThere(cluster.client, options);
    const world = await liveWorld(cluster.client, settings, options.allowLocalGit === true);
    try {
      const preview = await previewSet(set, world.deps);
      const style = stdoutStyle();
      const told =
        options.missing !== undefined
          ? explainMissing(preview, options.missing, style)
          : name === undefined
            ? list(preview, style)
            : explainOne(preview, name, style);
      process.stdout.write(told.text);
      process.stderr.write(describeErrors(told.failures, stderrStyle()).join('\n'));
      return worst([told.found ? EXIT.ok : EXIT.failed, ...told.failures.map(codeOf)]);
    } finally {
      world.close();
    }
  } finally {
    await cluster.close();
  }
}

interface Told {
  readonly text: string;
  readonly found: boolean;
  /** what may be the reason that something is missing in it */
  readonly failures: readonly AppsetError[];
}

const isUnread = ({ kind }: AppsetError): boolean => kind === 'source' || kind === 'api';
const codeOf = (error: AppsetError): number => (isUnread(error) ? EXIT.unreadable : EXIT.failed);

const partLines = (parts: readonly Part[]) =>
  parts.map(
    ({ kind, label, leaf }) => `    ${kind.padEnd(18)} ${printable(label)}  (leaf ${leaf.slice(0, 8)})`,
  );

const UNKNOWN = 'is not known to this set';

/** What a plan says of one Application. */
function fate({ plan }: Preview, name: string): string {
  const kept = plan.keep.find((item) => item.name === name);
  if (kept !== undefined) return `${kept.outcome}: ${kept.reason}: ${kept.message}`;
  const blocked = plan.blocked.find((item) => item.name === name);
  if (blocked !== undefined) {
    const [first, ...fields] = blockedLines(blocked, plan);
    return [`${first?.verb}: ${first?.why}`, ...fields.map(({ why }) => `  ${why}`)].join('\n');
  }
  const update = plan.update.find((item) => item.name === name);
  if (update !== undefined) return `would be changed: ${update.changes.map(({ path }) => path).join(', ')}`;
  if (plan.create.some((item) => item.name === name)) return 'would be created';
  if (plan.delete.some((item) => item.name === name))
    return 'would be deleted: no element generates it any more';
  return plan.unchanged.includes(name) ? 'is as it should be' : UNKNOWN;
}

function explainOne(preview: Preview, name: string, style: Style): Told {
  const { evaluation } = preview;
  const rows = evaluation.rendered.filter(({ application }) => application.metadata.name === name);
  const invalid = evaluation.invalid.get(`${evaluation.set.metadata.namespace}/${name}`);
  const failed = [
    ...evaluation.failedRows.filter(({ applicationName }) => applicationName === name),
    ...(invalid === undefined ? [] : [{ error: invalid }]),
  ].map(({ error }) => error);
  const told = fate(preview, name);
  const isKnown = told !== UNKNOWN;
  const isMade = rows.length > 0 || failed.length > 0;
  const paint = colours(style);
  const happens = isKnown ? told : isMade ? 'is generated, but cannot be made' : UNKNOWN;
  const lines = [
    paint.bold(name),
    `  ${printable(happens).split('\n').join('\n  ')}`,
    ...heldLines(preview, name).map((line) => `  ${printable(line)}`),
  ];
  for (const { entry, parts } of rows.slice(0, LIMITS.namesShown)) {
    const from = evaluation.generation.entries[entry];
    lines.push(`  from generators[${from?.index}].${from?.generator}:`, ...partLines(parts));
  }
  if (rows.length > LIMITS.namesShown)
    lines.push(`  and from ${rows.length - LIMITS.namesShown} more elements`);
  lines.push(...describeErrors(failed, style).map(indent));
  if (isKnown || isMade)
    return { text: `${lines.join('\n')}\n`, found: isKnown && failed.length === 0, failures: [] };
  const generated = evaluation.rendered.map(({ application }) => application.metadata.name);
  lines.push(`  The set generates: ${some(generated) || 'nothing'}`);
  return { text: `${lines.join('\n')}\n`, found: false, failures: failuresOf(preview) };
}

/** What is known of the absence of an Application whose deletion is held, and what lets go what is held. */
function heldLines({ evaluation: { set }, plan }: Preview, name: string): readonly string[] {
  const isIt = (one: { readonly name: string }): boolean => one.name === name;
  const hold = plan.holds?.holds.find(({ deletions, updates }) => deletions.some(isIt) || updates.some(isIt));
  if (hold === undefined) return [];
  const candidate = hold.deletions.find(isIt);
  const digest = heldDigest(set);
  const { name: of, namespace } = set.metadata;
  const approve =
    digest === undefined ? [] : [`appset approve ${of} -n ${namespace} --plan ${digest.slice(0, 7)}`];
  const ways = [...approve, ...(hold.wayOut === '' ? [] : [hold.wayOut])];
  return [
    ...(candidate === undefined ? [] : [`because: ${candidate.evidence.why}`]),
    ...(candidate?.missing ?? []).map(({ kind, id }) => `  ${kind.padEnd(18)} ${id}`),
    ...(ways.length === 0 ? [] : [`ways out: ${ways.join('; or ')}`]),
  ];
}

/** The first names of a list, and how many more there are. */
function some(names: readonly string[]): string {
  const more = names.length - LIMITS.namesShown;
  return names.slice(0, LIMITS.namesShown).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function list(preview: Preview, style: Style): Told {
  const { evaluation, plan } = preview;
  const paint = colours(style);
  const names = new Set([
    ...evaluation.rendered.map(({ application }) => application.metadata.name),
    ...plan.keep.map(({ name }) => name),
    ...plan.delete.map(({ name }) => name),
  ]);
  const from = new Map(
    evaluation.rendered.map(({ application, parts }) => [
      application.metadata.name,
      parts.map(({ label }) => label).join(' × '),
    ]),
  );
  const width = [...names].reduce((most, name) => Math.max(most, name.length), 0);
  const lines = [...names]
    .sort()
    .map((name) => `  ${name.padEnd(width)}   ${printable(from.get(name) ?? fate(preview, name))}\n`);
  const head = `${paint.bold(evaluation.set.metadata.name)}  ${count(lines.length, 'Application')}\n`;
  return { text: `${head}${lines.join('')}`, found: true, failures: failuresOf(preview) };
}

function explainMissing(preview: Preview, text: string, style: Style): Told {
  const { generation, failedRows } = preview.evaluation;
  const matches = (error: AppsetError, parts: readonly Part[]) =>
    [error.place.element ?? '', ...parts.map(({ label }) => label)].some((label) => label.includes(text));
  const failures = [
    ...generation.entries.flatMap(({ generated }) =>
      generated.failed.filter(({ error, parts }) => matches(error, parts)).map(({ error }) => error),
    ),
    ...failedRows.filter(({ error, parts }) => matches(error, parts)).map(({ error }) => error),
  ];
  if (failures.length > 0)
    return {
      text: describeErrors(failures, style).join('\n'),
      found: true,
      failures: [],
    };
  const unknown = generation.entries.flatMap(({ generated }) => generated.unknown.map(({ error }) => error));
  if (unknown.length > 0)
    return { text: 'It cannot be told: a source could not be read.\n', found: true, failures: unknown };
  const made = preview.evaluation.rendered.filter(({ parts }) =>
    parts.some(({ label }) => label.includes(text)),
  );
  if (made.length > 0)
    return {
      text: `It is not missing: it gives ${some(made.map(({ application }) => application.metadata.name))}.\n`,
      found: true,
      failures: [],
    };
  const elements = new Set(
    preview.evaluation.rendered.flatMap(({ parts }) => parts.map(({ label }) => label)),
  );
  throw new AppsetError(
    'APPSET_E0805',
    `no generator of the set gives an element with ${JSON.stringify(text)} in its name; it gives ${some([...elements]) || 'none'}`,
  );
}

const EXAMPLES = `
Examples:
  appset explain web                                    which Application comes from which element
  appset explain web web-eu-west-1 -n argocd            where this one comes from, and what happens to it
  appset explain web --missing eu-central-1             why there is none for this cluster
  appset explain web --cluster-dump cluster.yaml        the same without a cluster

Exit codes: 0 told, 1 not known to the set, or an element failed, 2 wrong usage, 5 a source or the API
server could not be read.`;

const indent = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
