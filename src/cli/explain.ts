/**
 * `appset explain SET [APP]`: where an Application comes from, element by element, and what would happen
 * to it now; with `--missing` why an element gives none.
 */
import type { Command } from 'commander';
import { type Preview, previewSet } from '../controller/reconcile.ts';
import { controllerSettings } from '../controller/settings.ts';
import type { Part } from '../generators/contract.ts';
import type { AppsetError } from '../support/errors.ts';
import { AppsetError as Failure } from '../support/errors.ts';
import { readSet } from './approve.ts';
import { EXIT } from './exit.ts';
import { connect, type KubeOptions, kubeOptions } from './kube-options.ts';
import { dumpClient, liveWorld } from './live-facts.ts';
import { describeError } from './report-error.ts';
import { colours, printable, type Style, stdoutStyle } from './terminal.ts';

interface Options extends KubeOptions {
  readonly namespace?: string;
  readonly controlPlane: string;
  readonly clusterDump?: string;
  readonly allowLocalGit?: boolean;
  readonly missing?: string;
}

export function define(command: Command, finish: (code: number) => void): void {
  kubeOptions(command)
    .argument('<set>', 'name of the set')
    .argument('[application]', 'name of the Application; without one all are listed')
    .option('-n, --namespace <name>', 'namespace of the set (default: that of the context, else argocd)')
    .option('--control-plane <name>', 'namespace of Argo CD, where clusters and projects are', 'argocd')
    .option('--cluster-dump <file>', 'objects of a cluster as YAML instead of a cluster')
    .option('--missing <element>', 'why the element with this text in its name gives no Application')
    .option('--allow-local-git', 'read repositories at file: and git: addresses too')
    .action(async (set: string, name: string | undefined, options: Options) =>
      finish(await explain(set, name, options)),
    );
}

async function explain(setName: string, name: string | undefined, options: Options): Promise<number> {
  const cluster = options.clusterDump === undefined ? await connect(options) : undefined;
  try {
    const client = cluster?.client ?? dumpClient(options.clusterDump ?? '');
    const namespace = options.namespace ?? cluster?.namespace ?? 'argocd';
    const set = await readSet(client, namespace, setName);
    const world = await liveWorld(
      client,
      controllerSettings({ controllerNamespace: options.controlPlane }),
      options.allowLocalGit === true,
    );
    try {
      const preview = await previewSet(set, world.deps);
      const style = stdoutStyle();
      const text =
        options.missing !== undefined
          ? explainMissing(preview, options.missing, style)
          : name === undefined
            ? list(preview, style)
            : explainOne(preview, name, style);
      process.stdout.write(text.text);
      return text.found ? EXIT.ok : EXIT.failed;
    } finally {
      world.close();
    }
  } finally {
    await cluster?.close();
  }
}

interface Told {
  readonly text: string;
  readonly found: boolean;
}

const partLines = (parts: readonly Part[]) =>
  parts.map(
    ({ kind, label, leaf }) => `    ${kind.padEnd(18)} ${printable(label)}  (leaf ${leaf.slice(0, 8)})`,
  );

/** What a plan says of one Application. */
function fate({ plan }: Preview, name: string): string {
  const kept = plan.keep.find((item) => item.name === name);
  if (kept !== undefined) return `${kept.outcome}: ${kept.reason}: ${kept.message}`;
  const blocked = plan.blocked.find((item) => item.name === name);
  if (blocked !== undefined) return `blocked: ${blocked.reason}: ${blocked.error.message}`;
  const update = plan.update.find((item) => item.name === name);
  if (update !== undefined) return `would be changed: ${update.changes.map(({ path }) => path).join(', ')}`;
  if (plan.create.some((item) => item.name === name)) return 'would be created';
  if (plan.delete.some((item) => item.name === name))
    return 'would be deleted: no element generates it any more';
  return plan.unchanged.includes(name) ? 'is as it should be' : 'is not known to this set';
}

function explainOne(preview: Preview, name: string, style: Style): Told {
  const { evaluation } = preview;
  const rows = evaluation.rendered.filter(({ application }) => application.metadata.name === name);
  const paint = colours(style);
  const lines = [paint.bold(name), `  ${printable(fate(preview, name)).split('\n').join('\n  ')}`];
  for (const { entry, parts } of rows) {
    const from = evaluation.generation.entries[entry];
    lines.push(`  from generators[${from?.index}].${from?.generator}:`, ...partLines(parts));
  }
  const error = evaluation.invalid.get(`${evaluation.set.metadata.namespace}/${name}`);
  if (error !== undefined) lines.push(indent(describeError(error, style)));
  const known = rows.length > 0 || fate(preview, name) !== 'is not known to this set';
  if (!known)
    lines.push(
      `  The set generates: ${evaluation.rendered.map(({ application }) => application.metadata.name).join(', ') || 'nothing'}`,
    );
  return { text: `${lines.join('\n')}\n`, found: known };
}

function list(preview: Preview, style: Style): Told {
  const { evaluation, plan } = preview;
  const paint = colours(style);
  const names = new Set([
    ...evaluation.rendered.map(({ application }) => application.metadata.name),
    ...plan.keep.map(({ name }) => name),
    ...plan.delete.map(({ name }) => name),
  ]);
  const width = Math.max(0, ...[...names].map((name) => name.length));
  const lines = [...names].sort().map((name) => {
    const parts =
      evaluation.rendered.find(({ application }) => application.metadata.name === name)?.parts ?? [];
    const from = parts.map(({ label }) => label).join(' × ');
    return `  ${name.padEnd(width)}   ${printable(from === '' ? fate(preview, name) : from)}`;
  });
  return {
    text: `${paint.bold(evaluation.set.metadata.name)}  ${lines.length} Applications\n${lines.join('\n')}\n`,
    found: true,
  };
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
    return { text: failures.map((error) => describeError(error, style)).join('\n'), found: true };
  const unknown = generation.entries.flatMap(({ generated }) => generated.unknown.map(({ error }) => error));
  if (unknown.length > 0)
    return {
      text: `A source could not be read, so it cannot be told:\n${unknown.map((error) => describeError(error, style)).join('\n')}`,
      found: true,
    };
  const made = preview.evaluation.rendered.filter(({ parts }) =>
    parts.some(({ label }) => label.includes(text)),
  );
  if (made.length > 0)
    return {
      text: `It is not missing: it gives ${made.map(({ application }) => application.metadata.name).join(', ')}.\n`,
      found: true,
    };
  const elements = new Set(
    preview.evaluation.rendered.flatMap(({ parts }) => parts.map(({ label }) => label)),
  );
  throw new Failure(
    'APPSET_E0805',
    `no generator of the set gives an element with ${JSON.stringify(text)} in its name; it gives ${[...elements].slice(0, 20).join(', ') || 'none'}`,
  );
}

const indent = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
