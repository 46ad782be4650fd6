/** `appset get`: sets at a glance: how many Applications, how healthy, what is wrong, how fresh. */
import type { Command } from 'commander';
import { isNotFound, type ObjectClient, RESOURCES } from '../api/client.ts';
import type { ApplicationSet, Condition } from '../api/objects.ts';
import { asApplicationSet, listAll } from '../controller/live-view.ts';
import { type Clock, parseRfc3339, systemClock } from '../support/clock.ts';
import { AppsetError } from '../support/errors.ts';
import { emitYaml } from '../support/yaml.ts';
import { heldOf } from './approve.ts';
import { EXIT } from './exit.ts';
import { connect, type KubeOptions, kubeOptions } from './kube-options.ts';
import { oneOf } from './options.ts';
import { type SetName, setName } from './set-name.ts';
import { printable, stdoutStyle, table } from './terminal.ts';

const FORMATS = ['table', 'wide', 'yaml', 'json', 'name'] as const;

interface Options extends KubeOptions {
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
  readonly output: (typeof FORMATS)[number];
}

export function define(command: Command, finish: (code: number) => void): void {
  kubeOptions(command)
    .argument('[sets...]', 'names, or namespace/name; without any all sets of the namespace')
    .option('-n, --namespace <name>', 'namespace (default: that of the context, else argocd)')
    .option('-A, --all-namespaces', 'sets of all namespaces')
    .option('-o, --output <format>', `one of ${FORMATS.join(', ')}`, oneOf('--output', FORMATS), 'table')
    .addHelpText('after', EXAMPLES)
    .action(async (names: string[], options: Options) => finish(await get(names, options)));
}

const EXAMPLES = `
Examples:
  appset get -A                     all sets, at a glance
  appset get web -n argocd -o wide  one set, with the whole of its problem
  appset get -A -o name | wc -l     how many there are

Exit codes: 0 told, 1 a set that is named is not there, 2 wrong usage, 5 the API server could not be read.`;

async function get(names: readonly string[], options: Options): Promise<number> {
  if (names.length > 0 && options.allNamespaces === true)
    throw new AppsetError('APPSET_E0801', 'names and --all-namespaces do not go together');
  const cluster = await connect(options);
  try {
    const namespace =
      options.allNamespaces === true ? undefined : (options.namespace ?? cluster.namespace ?? 'argocd');
    const asked = names.map((name) => setName(name, options.namespace, cluster.namespace));
    const { sets, missing } = await read(cluster.client, asked, namespace);
    process.stdout.write(print(sets, options, systemClock));
    if (options.output === 'table' || options.output === 'wide') process.stderr.write(sharedCauses(sets));
    for (const name of missing)
      process.stderr.write(`There is no ApplicationSet ${name.namespace}/${name.name}.\n`);
    if (sets.length === 0 && missing.length === 0)
      process.stderr.write(
        `No ApplicationSets${namespace === undefined ? '' : ` in namespace ${namespace}`}.\n`,
      );
    return missing.length > 0 ? EXIT.failed : EXIT.ok;
  } finally {
    await cluster.close();
  }
}

async function read(
  client: ObjectClient,
  names: readonly SetName[],
  namespace: string | undefined,
): Promise<{ sets: readonly ApplicationSet[]; missing: readonly SetName[] }> {
  if (names.length === 0) {
    const sets = await listAll(
      client,
      RESOURCES.applicationSets,
      namespace === undefined ? {} : { namespace },
    );
    return { sets: sets.map(asApplicationSet), missing: [] };
  }
  const sets: ApplicationSet[] = [];
  const missing: SetName[] = [];
  for (const name of names) {
    try {
      sets.push(asApplicationSet(await client.get(RESOURCES.applicationSets, name.namespace, name.name)));
    } catch (error) {
      if (!isNotFound(error)) throw error;
      missing.push(name);
    }
  }
  return { sets, missing };
}

function print(sets: readonly ApplicationSet[], options: Options, clock: Clock): string {
  switch (options.output) {
    case 'json':
      return `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: sets }, null, 2)}\n`;
    case 'yaml':
      return sets.length === 0 ? '' : emitYaml(sets as unknown as Parameters<typeof emitYaml>[0]);
    case 'name':
      return sets.map(({ metadata }) => `${metadata.namespace}/${metadata.name}\n`).join('');
    case 'table':
    case 'wide':
      return sets.length === 0 ? '' : asTable(sets, options, clock);
  }
}

function asTable(sets: readonly ApplicationSet[], options: Options, clock: Clock): string {
  const style = options.output === 'wide' ? { ...stdoutStyle(), width: undefined } : stdoutStyle();
  const all = options.allNamespaces === true;
  const rows = sets.map((set) => {
    const error = conditionOf(set, 'ErrorOccurred');
    const failing = error?.status === 'True' ? error : undefined;
    return [
      ...(all ? [set.metadata.namespace ?? ''] : []),
      set.metadata.name,
      set.status?.resourcesCount === undefined ? '-' : String(set.status.resourcesCount),
      set.status?.health?.status ?? '-',
      conditionOf(set, 'ResourcesUpToDate')?.status ?? '-',
      heldText(set),
      age(latest(set), clock),
      age(set.metadata.creationTimestamp, clock),
      printable(failing === undefined ? '' : `${failing.reason}: ${failing.message}`),
    ];
  });
  return table(
    [
      ...(all ? ['NAMESPACE'] : []),
      'NAME',
      'APPLICATIONS',
      'HEALTH',
      'UP-TO-DATE',
      'HELD',
      'CHANGED',
      'AGE',
      'PROBLEM',
    ],
    rows,
    style,
  );
}

/** What several sets hold for one cause can be released as one. */
function sharedCauses(sets: readonly ApplicationSet[]): string {
  const causes = sets.flatMap((set) => heldOf(set)?.cause ?? []);
  return [...Map.groupBy(causes, (cause) => cause)]
    .filter(([, of]) => of.length > 1)
    .map(
      ([cause, { length }]) =>
        `${length} sets hold deletions because of ${cause}. Release: appset approve --cause ${cause}\n`,
    )
    .join('');
}

const conditionOf = (set: ApplicationSet, type: string): Condition | undefined =>
  set.status?.conditions?.find((condition) => condition.type === type);

/** `8 deletions held` → `8 deletions`; `-` when nothing is held. */
function heldText(set: ApplicationSet): string {
  const held = conditionOf(set, 'DeletionsHeld');
  if (held?.status !== 'True') return '-';
  return / held\b/.test(held.message) ? held.message.slice(0, held.message.search(/ held\b/)) : held.reason;
}

/** When a condition last changed. */
function latest(set: ApplicationSet): string | undefined {
  return (set.status?.conditions ?? [])
    .map(({ lastTransitionTime }) => lastTransitionTime ?? '')
    .sort()
    .at(-1);
}

/** As kubectl writes ages: 45s, 12m, 3h, 5d. */
function age(time: string | undefined, clock: Clock): string {
  const then = time === undefined ? undefined : parseRfc3339(time);
  if (then === undefined) return '-';
  const passed = Math.max(0, Math.floor((clock.now() - then) / 1_000));
  if (passed < 120) return `${passed}s`;
  if (passed < 7_200) return `${Math.floor(passed / 60)}m`;
  if (passed < 172_800) return `${Math.floor(passed / 3_600)}h`;
  return `${Math.floor(passed / 86_400)}d`;
}
