/**
 * `appset plan [SET…]`: what a run over live sets would do now, and why it would not do the rest, by the
 * code of the controller itself. Nothing is written.
 */
import type { Command } from 'commander';
import { isNotFound, type ObjectClient, RESOURCES } from '../api/client.ts';
import type { ApplicationSet } from '../api/objects.ts';
import { asApplicationSet, listAll } from '../controller/live-view.ts';
import { type Preview, previewSet } from '../controller/reconcile.ts';
import { controllerSettings } from '../controller/settings.ts';
import type { Plan } from '../planning/plan.ts';
import { type AppsetError, asAppsetError } from '../support/errors.ts';
import { EXIT, worst } from './exit.ts';
import { connect, type KubeOptions, kubeOptions } from './kube-options.ts';
import { dumpClient, liveWorld } from './live-facts.ts';
import { controllerSettingsOf, resolveSettings } from './operator-settings.ts';
import { oneOf } from './options.ts';
import { describeError } from './report-error.ts';
import { colours, count, printable, type Style, stderrStyle, stdoutStyle } from './terminal.ts';

const FORMATS = ['text', 'json'] as const;

interface Options extends KubeOptions {
  readonly namespace?: string;
  readonly controlPlane: string;
  readonly clusterDump?: string;
  readonly output: (typeof FORMATS)[number];
  readonly detailedExitcode?: boolean;
  readonly allowLocalGit?: boolean;
  readonly compat?: string;
  readonly policy?: string;
  readonly unchanged?: boolean;
}

export function define(command: Command, finish: (code: number) => void): void {
  kubeOptions(command)
    .argument('[sets...]', 'names; without any all sets of the namespace')
    .option('-n, --namespace <name>', 'namespace of the sets (default: that of the context, else argocd)')
    .option('--control-plane <name>', 'namespace of Argo CD, where clusters and projects are', 'argocd')
    .option(
      '--cluster-dump <file>',
      'objects of a cluster as YAML instead of a cluster (kubectl get … -o yaml)',
    )
    .option('-o, --output <format>', `one of ${FORMATS.join(', ')}`, oneOf('--output', FORMATS), 'text')
    .option('--detailed-exitcode', 'exit with 3 when something would change')
    .option('--unchanged', 'name also what would stay as it is')
    .option('--policy <name>', "the operator's --policy")
    .option('--allow-local-git', 'read repositories at file: and git: addresses too')
    .option('--compat <argocd>', 'plan as the reference would')
    .addHelpText(
      'after',
      `
Exit codes: 0 planned, 1 an element or set failed, 2 wrong usage, 3 changes (with --detailed-exitcode),
5 a source or the API server could not be read.`,
    )
    .action(async (names: string[], options: Options) => finish(await plan(names, options)));
}

interface Planned {
  readonly set: ApplicationSet;
  readonly preview?: Preview;
  readonly error?: AppsetError;
}

async function plan(names: readonly string[], options: Options): Promise<number> {
  const cluster = options.clusterDump === undefined ? await connect(options) : undefined;
  try {
    const client = cluster?.client ?? dumpClient(options.clusterDump ?? '');
    const namespace = options.namespace ?? cluster?.namespace ?? 'argocd';
    const flags = { namespace: options.controlPlane, policy: options.policy, compat: options.compat };
    const values = resolveSettings(
      { flags, env: process.env, params: await params(client, options.controlPlane) },
      (problem) => process.stderr.write(`Note: ${problem}\n`),
    );
    const world = await liveWorld(
      client,
      controllerSettings(controllerSettingsOf(values, namespace)),
      options.allowLocalGit === true,
    );
    try {
      const { sets, missing } = await read(client, names, namespace);
      const planned: Planned[] = [];
      for (const set of sets) planned.push(await one(set, world.deps));
      process.stdout.write(
        options.output === 'json'
          ? `${JSON.stringify(asJson(planned), null, 2)}\n`
          : planned.map((item) => asText(item, options, stdoutStyle())).join('\n'),
      );
      for (const name of missing) process.stderr.write(`There is no ApplicationSet ${namespace}/${name}.\n`);
      return worst([
        ...planned.flatMap((item) => codes(item, options)),
        ...(missing.length > 0 ? [EXIT.failed] : []),
      ]);
    } finally {
      world.close();
    }
  } finally {
    await cluster?.close();
  }
}

async function one(set: ApplicationSet, deps: Parameters<typeof previewSet>[1]): Promise<Planned> {
  try {
    return { set, preview: await previewSet(set, deps) };
  } catch (error) {
    return { set, error: asAppsetError(error, 'APPSET_E0601') };
  }
}

async function params(client: ObjectClient, namespace: string): Promise<Readonly<Record<string, string>>> {
  try {
    const { data } = await client.get(RESOURCES.configMaps, namespace, 'argocd-cmd-params-cm');
    return (data ?? {}) as Readonly<Record<string, string>>;
  } catch (error) {
    if (isNotFound(error)) return {};
    throw asAppsetError(error, 'APPSET_E0601');
  }
}

async function read(client: ObjectClient, names: readonly string[], namespace: string) {
  const all = new Map(
    (await listAll(client, RESOURCES.applicationSets, { namespace })).map(
      (object) => [object.metadata.name, asApplicationSet(object)] as const,
    ),
  );
  if (names.length === 0) return { sets: [...all.values()], missing: [] };
  return {
    sets: names.flatMap((name) => all.get(name) ?? []),
    missing: names.filter((name) => !all.has(name)),
  };
}

/** All that went wrong with elements and sources of a set. */
function failuresOf({ evaluation, plan }: Preview): readonly AppsetError[] {
  if (plan.stopped !== undefined) return [plan.stopped];
  return [
    ...evaluation.generation.errors,
    ...evaluation.failedRows.map(({ error }) => error),
    ...evaluation.invalid.values(),
  ];
}

function codes({ preview, error }: Planned, options: Options): number[] {
  if (preview === undefined) return [error?.kind === 'api' ? EXIT.unreadable : EXIT.failed];
  const failures = failuresOf(preview);
  const { plan } = preview;
  const changes = plan.create.length + plan.update.length + plan.delete.length > 0;
  return [
    ...failures.map(({ kind }) => (kind === 'source' || kind === 'api' ? EXIT.unreadable : EXIT.failed)),
    ...(plan.blocked.length > 0 ? [EXIT.failed] : []),
    ...(plan.keep.some(({ outcome }) => outcome === 'held') ? [EXIT.held] : []),
    ...(changes && options.detailedExitcode === true ? [EXIT.changes] : []),
  ];
}

function asText({ set, preview, error }: Planned, options: Options, style: Style): string {
  const paint = colours(style);
  const title = `${paint.bold(set.metadata.name)}  (${set.metadata.namespace})`;
  if (preview === undefined) return `${title}\n${error === undefined ? '' : describeError(error, style)}`;
  const { plan } = preview;
  const lines: (readonly [string, string, string, string])[] = [
    ...plan.create.map(
      ({ name, parts }) => ['+', name, 'create', parts.map(({ id }) => id).join(' × ')] as const,
    ),
    ...plan.update.flatMap(({ name, changes, why }) => updateLines(name, why, changes)),
    ...plan.delete.map(({ name }) => ['-', name, 'delete', 'no element generates it any more'] as const),
    ...plan.keep.map(
      ({ name, outcome, reason, message }) => ['=', name, outcome, `${reason}: ${message}`] as const,
    ),
    ...plan.blocked.map(
      ({ name, reason, error: why }) => ['!', name, 'blocked', `${reason}: ${why.message}`] as const,
    ),
    ...(options.unchanged === true
      ? plan.unchanged.map((name) => ['=', name, 'unchanged', ''] as const)
      : []),
  ];
  const width = Math.max(0, ...lines.map(([, name]) => name.length));
  const verb = Math.max(0, ...lines.map(([, , what]) => what.length));
  const paints: Readonly<Record<string, (text: string) => string>> = {
    '+': paint.green,
    '~': paint.yellow,
    '-': paint.red,
    '!': paint.red,
  };
  const body = lines.map(([mark, name, what, why]) => {
    const text =
      `  ${mark} ${name.padEnd(width)}   ${what.padEnd(verb)}   ${printable(why).split('\n')[0]}`.trimEnd();
    return (paints[mark] ?? ((same: string) => same))(text);
  });
  if (options.unchanged !== true && plan.unchanged.length > 0)
    body.push(`  = ${plan.unchanged.length} unchanged`);
  if (body.length === 0) body.push('  nothing');
  const problems = failuresOf(preview).map((failure) => describeError(failure, stderrStyle()));
  for (const problem of problems) process.stderr.write(problem);
  return `${title}  ${summary(plan)}\n${body.join('\n')}\n`;
}

/** One line a changed field; the first carries the name. */
function updateLines(
  name: string,
  why: string,
  changes: Plan['update'][number]['changes'],
): (readonly [string, string, string, string])[] {
  if (why !== 'changed') return [['~', name, why, changes.map(({ path }) => path).join(', ')]];
  return changes.map(
    ({ path, before, after }, index) =>
      [
        index === 0 ? '~' : ' ',
        index === 0 ? name : '',
        index === 0 ? 'update' : '',
        `${path}: ${shown(before)} → ${shown(after)}`,
      ] as const,
  );
}

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function summary({ create, update, delete: gone, keep }: Plan): string {
  const parts = [
    create.length > 0 ? `${create.length} to create` : '',
    update.length > 0 ? `${update.length} to change` : '',
    gone.length > 0 ? `${gone.length} to delete` : '',
    keep.length > 0 ? `${count(keep.length, 'deletion')} not done` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'no changes' : parts.join(', ');
}

function asJson(planned: readonly Planned[]): object {
  const text = ({ code, message }: AppsetError) => ({ code, message });
  return {
    apiVersion: 'appset-operator.io/v1',
    kind: 'PlanList',
    plans: planned.map(({ set, preview, error }) => {
      const key = `${set.metadata.namespace}/${set.metadata.name}`;
      if (preview === undefined) return { set: key, errors: error === undefined ? [] : [text(error)] };
      const { plan } = preview;
      return {
        set: key,
        digest: plan.digest,
        create: plan.create.map(({ name, application }) => ({ name, application })),
        update: plan.update.map(({ name, why, changes, patch }) => ({ name, why, changes, patch })),
        delete: plan.delete.map(({ name }) => ({ name })),
        keep: plan.keep.map(({ name, outcome, reason, message }) => ({ name, outcome, reason, message })),
        blocked: plan.blocked.map(({ name, reason, error: why }) => ({ name, reason, message: why.message })),
        unchanged: plan.unchanged,
        errors: failuresOf(preview).map(text),
      };
    }),
  };
}
