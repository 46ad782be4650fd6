/**
 * `appset plan [SET…]`: what a run over live sets would do now, and why it would not do the rest, by the
 * code of the controller itself; with files, what applying them would do. Nothing is written.
 */
import type { Command } from 'commander';
import type { ObjectClient } from '../api/client.ts';
import { type ApplicationSet, keyOf } from '../api/objects.ts';
import type { LiveView } from '../controller/live-view.ts';
import { notYetSupported, previewSet, type ReconcileDeps } from '../controller/reconcile.ts';
import { effectivePolicy } from '../planning/policy.ts';
import { asAppsetError } from '../support/errors.ts';
import { EXIT, worst } from './exit.ts';
import { liveWorld } from './live-facts.ts';
import { collect, oneOf } from './options.ts';
import { packageVersion } from './package-version.ts';
import { across, generatedIn, takenFrom } from './plan/across.ts';
import { withSets } from './plan/as-applied.ts';
import { type Asked, type AskedSet, type AskOptions, askedSets } from './plan/asked.ts';
import { asHtml, asJson, asMarkdown, asText, type Shown } from './plan/formats.ts';
import { failuresOf, heldNames, type Planned } from './plan/planned.ts';
import { type RemovedSet, removedSet } from './plan/removed.ts';
import { describeErrors } from './report-error.ts';
import { stderrStyle, stdoutStyle } from './terminal.ts';
import { clusterOrDump, settingsThere, type WorldOptions, worldOptions } from './world-options.ts';

const FORMATS = ['text', 'json', 'markdown', 'html'] as const;

interface Options extends WorldOptions, AskOptions {
  readonly output: (typeof FORMATS)[number];
  readonly detailedExitcode?: boolean;
  readonly compat?: string;
  readonly policy?: string;
  readonly unchanged?: boolean;
}

export function define(command: Command, finish: (code: number) => void): void {
  worldOptions(command)
    .argument('[sets...]', 'names, or namespace/name; without any all sets of the namespace')
    .option(
      '-f, --filename <file>',
      'sets as they are in a file, or in the files of a folder, against the cluster (repeatable)',
      collect,
    )
    .option(
      '--prune',
      'with -f: the files are all sets there are; live ones of their namespaces, and of that of -n, that no file has would be deleted',
    )
    .option('-l, --selector <labels>', 'with --prune: of these only sets with such labels')
    .option(
      '--tracked-by <application>',
      'with --prune: of these only sets that this Application of Argo CD deploys',
    )
    .option('-n, --namespace <name>', 'namespace of the sets (default: that of the context, else argocd)')
    .option('-o, --output <format>', `one of ${FORMATS.join(', ')}`, oneOf('--output', FORMATS), 'text')
    .option('--detailed-exitcode', 'exit with 3 when something would change')
    .option('--unchanged', 'name also what would stay as it is')
    .option('--policy <name>', "the operator's --policy")
    .option('--compat <argocd>', 'plan as the reference would')
    .addHelpText('after', EXAMPLES)
    .action(async (names: string[], options: Options) => finish(await plan(names, options)));
}

const EXAMPLES = `
Examples:
  appset plan                                 what the operator would do now, in the namespace of the context
  appset plan web -n argocd --unchanged       the same for one set, with what stays as it is
  appset plan -f sets/                        what applying the files of a folder would do
  appset plan -f sets/ --prune -o markdown    the same, and what becomes of sets that have left the folder
  kustomize build sets | appset plan -f - --prune --tracked-by platform
                                              of these only sets that Application platform has deployed

Sets of files are planned together: Applications that two of them want are conflicts, and those that one
hands over to another move. Exit codes: 0 planned, 1 an element or set failed, or two sets want one
Application, 2 wrong usage, 3 changes (with --detailed-exitcode), 4 something would be held, 5 a source or
the API server could not be read. Deleting a set is never held.`;

async function plan(names: readonly string[], options: Options): Promise<number> {
  const cluster = await clusterOrDump(options);
  try {
    const { client } = cluster;
    const asked = await askedSets(client, names, cluster.namespace, options);
    const namespace = options.namespace ?? cluster.namespace ?? 'argocd';
    const shown = await planned(client, asked, options);
    process.stdout.write(await output(shown, options));
    report(shown, asked, namespace, options);
    return exitCode(shown, asked, options);
  } finally {
    await cluster.close();
  }
}

async function planned(client: ObjectClient, asked: Asked, options: Options): Promise<Shown> {
  const { policy, compat } = options;
  const settings = await settingsThere(client, options, { policy, compat });
  const world = await liveWorld(client, settings, options.allowLocalGit === true);
  try {
    const deps: ReconcileDeps = {
      ...world.deps,
      client: withSets(
        client,
        asked.sets.flatMap(({ set, file }) => (file === undefined ? [] : [set])),
      ),
      live: readOnce(world.deps.live),
    };
    const alone: Planned[] = [];
    for (const one of asked.sets) alone.push(await previewed(one, deps));
    const removed: RemovedSet[] = [];
    for (const set of asked.removed) removed.push(await removal(set, alone, asked, deps, options));
    return { planned: across(alone), removed };
  } finally {
    world.close();
  }
}

async function previewed(asked: AskedSet, deps: ReconcileDeps): Promise<Planned> {
  const refused = notYetSupported(asked.set, deps.settings);
  if (refused !== undefined) return { ...asked, error: refused };
  try {
    return { ...asked, preview: await previewSet(asked.set, deps) };
  } catch (error) {
    return { ...asked, error: asAppsetError(error, 'APPSET_E0601') };
  }
}

async function removal(
  set: ApplicationSet,
  plans: readonly Planned[],
  asked: Asked,
  { live, settings }: ReconcileDeps,
  options: Options,
): Promise<RemovedSet> {
  const { namespace = '', name } = set.metadata;
  // those of files are what will be there, those that go are not
  const known = new Set([...asked.removed, ...plans.map((one) => one.set)].map(keyOf));
  const others = (await live.sets()).filter((one) => !known.has(keyOf(one)));
  return removedSet(set, (await live.applications(namespace)).controlledBy(name), {
    policy: effectivePolicy(set, settings.policy, settings.policyOverride),
    compat: settings.compat,
    byArgoCd: options.trackedBy !== undefined,
    remaining: [...plans.map((one) => one.set), ...others],
    taken: takenFrom(set, plans),
    madeAgain: generatedIn(namespace, plans),
  });
}

/** A view that reads each namespace once: all sets of a plan see one state. */
function readOnce(live: LiveView): LiveView {
  const read = new Map<string, ReturnType<LiveView['applications']>>();
  return {
    set: (namespace, name) => live.set(namespace, name),
    sets: () => live.sets(),
    applications: (namespace) => {
      const found = read.get(namespace) ?? live.applications(namespace);
      read.set(namespace, found);
      return found;
    },
    writing: (namespace, name) => live.writing(namespace, name),
    wrote: (application) => live.wrote(application),
    gone: (namespace, name) => live.gone(namespace, name),
    wroteSet: (set) => live.wroteSet(set),
  };
}

async function output(shown: Shown, options: Options): Promise<string> {
  switch (options.output) {
    case 'json':
      return `${JSON.stringify(asJson(shown), null, 2)}\n`;
    case 'markdown':
      return asMarkdown(shown);
    case 'html':
      return asHtml(shown, packageVersion());
    case 'text':
      return asText(shown, options.unchanged === true, stdoutStyle());
  }
}

/** What is told beside the plan. */
function report({ planned: all, removed }: Shown, asked: Asked, namespace: string, options: Options): void {
  if (options.output === 'text') {
    const failures = all.flatMap(({ preview }) => (preview === undefined ? [] : failuresOf(preview)));
    process.stderr.write(describeErrors(failures, stderrStyle()).join('\n'));
  }
  const where = options.filename === undefined ? 'There is no' : 'No file has';
  for (const { namespace: of, name } of asked.missing)
    process.stderr.write(`${where} ApplicationSet ${of}/${name}.\n`);
  if (all.length + removed.length + asked.missing.length === 0)
    process.stderr.write(`No ApplicationSets in namespace ${namespace}.\n`);
}

function exitCode({ planned: all, removed }: Shown, asked: Asked, options: Options): number {
  const changes = options.detailedExitcode === true && removed.some(({ stays }) => stays === undefined);
  return worst([
    ...all.flatMap((item) => codes(item, options)),
    ...(asked.missing.length > 0 ? [EXIT.failed] : []),
    ...(changes ? [EXIT.changes] : []),
  ]);
}

function codes({ preview, error, handsOver }: Planned, options: Options): number[] {
  if (preview === undefined) return [error?.kind === 'api' ? EXIT.unreadable : EXIT.failed];
  const failures = failuresOf(preview);
  const { plan } = preview;
  const moves = handsOver?.length ?? 0;
  const changes = plan.create.length + plan.update.length + plan.delete.length + moves > 0;
  return [
    ...failures.map(({ kind }) => (kind === 'source' || kind === 'api' ? EXIT.unreadable : EXIT.failed)),
    ...plan.blocked.map(({ reason }) => (reason === 'Held' ? EXIT.held : EXIT.failed)),
    ...(heldNames(plan).length > 0 ? [EXIT.held] : []),
    ...(changes && options.detailedExitcode === true ? [EXIT.changes] : []),
  ];
}
