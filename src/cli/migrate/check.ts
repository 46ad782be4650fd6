/**
 * `appset migrate check`: whether this operator would change anything in an installation of Argo CD, or
 * exactly what and why; from a live cluster or a dump of one. Nothing is written.
 */
import type { Command } from 'commander';
import { ApiError, type ObjectClient, RESOURCES } from '../../api/client.ts';
import { type ApplicationSet, keyOf } from '../../api/objects.ts';
import { Rival } from '../../controller/another-controller.ts';
import { asApplicationSet, listAll } from '../../controller/live-view.ts';
import { type Log, silentLog } from '../../controller/log.ts';
import { ControllerMemory } from '../../controller/memory.ts';
import { allowedNamespaces } from '../../controller/namespaces.ts';
import type { ReconcileDeps } from '../../controller/reconcile.ts';
import { controllerSettings } from '../../controller/settings.ts';
import { type Clock, parseRfc3339 } from '../../support/clock.ts';
import { asAppsetError, messageOf } from '../../support/errors.ts';
import { EXIT, worst } from '../exit.ts';
import { configMap, liveWorld } from '../live-facts.ts';
import {
  controllerSettingsOf,
  PARAMS_MAP,
  resolveSettings,
  SETTINGS,
  type SettingFlag,
} from '../operator-settings.ts';
import { oneOf } from '../options.ts';
import { flagsOf, settingOption } from '../setting-options.ts';
import { stdoutStyle } from '../terminal.ts';
import { clusterOrDump, type WorldOptions, worldOptions } from '../world-options.ts';
import { type CheckedSet, checkSet, type Verdict } from './checked.ts';
import { asJson, asText, type Checked } from './formats.ts';
import { paramsOf, readTheirOwn, unseenOf } from './their-settings.ts';

const FORMATS = ['text', 'json'] as const;

interface Options extends WorldOptions, Readonly<Record<string, unknown>> {
  readonly namespace?: string;
  readonly output: (typeof FORMATS)[number];
}

/** Settings of the operator that decide what becomes of Applications. */
const OFFERED: readonly SettingFlag[] = [
  'applicationset-namespaces',
  'policy',
  'enable-policy-override',
  'enable-progressive-syncs',
  'enable-new-git-file-globbing',
  'preserved-annotations',
  'preserved-labels',
  'adopt',
  'allowed-projects',
  'max-deletions-total',
];

export const check = {
  name: 'check',
  summary: 'tell whether taking over would change anything',
  define(command: Command, finish: (code: number) => void): void {
    worldOptions(command)
      .argument('[sets...]', 'names, or namespace/name; without any all sets')
      .option('-n, --namespace <name>', 'only sets of this namespace')
      .option('-o, --output <format>', `one of ${FORMATS.join(', ')}`, oneOf('--output', FORMATS), 'text');
    for (const setting of SETTINGS)
      if (OFFERED.includes(setting.flag)) command.addOption(settingOption(setting));
    command
      .addHelpText(
        'after',
        `
Settings are those of argocd-cmd-params-cm, as the operator reads them; flags stand for what its chart
would say otherwise. Repositories are read over the network, also with a dump.
Exit codes: 0 nothing would change, 1 a set fails or is not supported, 2 wrong usage, 3 something would
change, or a setting counts for one controller only, 4 something would be held, 5 a source or the API
server could not be read.`,
      )
      .action(async (names: string[], options: Options) => finish(await checkAll(names, options)));
  },
};

async function checkAll(names: readonly string[], options: Options): Promise<number> {
  const cluster = await clusterOrDump(options);
  try {
    const checked = await look(cluster.client, names, options);
    const text =
      options.output === 'json'
        ? `${JSON.stringify(asJson(checked), null, 2)}\n`
        : asText(checked, stdoutStyle());
    process.stdout.write(text);
    for (const name of checked.missing) process.stderr.write(`There is no ApplicationSet ${name}.\n`);
    return exitCode(checked);
  } finally {
    await cluster.close();
  }
}

async function look(client: ObjectClient, names: readonly string[], options: Options): Promise<Checked> {
  const { controlPlane } = options;
  const params = (await configMap(client, controlPlane, PARAMS_MAP)) ?? {};
  // -n means sets here, and the control plane to the operator
  const flags = { ...flagsOf(options), namespace: controlPlane };
  const remarks: string[] = [];
  const values = resolveSettings({ flags, env: {}, params }, () => {
    // told with the setting
  });
  const theirs = await readTheirOwn(client, controlPlane);
  if (theirs.problem !== undefined)
    remarks.push(`the Deployment of Argo CD's controller could not be read: ${theirs.problem}`);
  const settings = controllerSettings(controllerSettingsOf(values, controlPlane));
  const world = await liveWorld(client, settings, options.allowLocalGit === true);
  try {
    const allowed = allowedNamespaces(controlPlane, settings.namespaces);
    const { all, problem } = await readSets(client, options, settings.namespaces);
    if (problem !== undefined) remarks.push(problem);
    const isNamed = (set: ApplicationSet, name: string) => name === set.metadata.name || name === keyOf(set);
    const wanted = all.filter((set) => names.length === 0 || names.some((name) => isNamed(set, name)));
    const reference = referenceDeps(world.deps, theirs.flags, params, controlPlane);
    const sets: CheckedSet[] = [];
    for (const set of wanted)
      sets.push(await checkSet(set, { deps: world.deps, reference, looksAt: allowed.allows }));
    return {
      from: options.clusterDump ?? 'the cluster',
      controlPlane,
      alive: await another(world.deps, options, remarks),
      settings: [...paramsOf(params, values), ...unseenOf(theirs, values)],
      remarks,
      sets,
      missing: names.filter((name) => !all.some((set) => isNamed(set, name))),
    };
  } finally {
    world.close();
  }
}

/** The reference as it runs there: its mode, its arguments and variables before the ConfigMap. */
function referenceDeps(
  deps: ReconcileDeps,
  own: Readonly<Record<string, string>>,
  params: Readonly<Record<string, string>>,
  controlPlane: string,
): ReconcileDeps {
  const flags = { ...own, namespace: controlPlane, compat: 'argocd' };
  const none = () => {
    // what is wrong with its settings is told with them
  };
  let values: ReturnType<typeof resolveSettings>;
  try {
    values = resolveSettings({ flags, env: {}, params }, none);
  } catch {
    // a value the reference would take and we would not
    values = resolveSettings({ flags: { namespace: controlPlane, compat: 'argocd' }, env: {}, params }, none);
  }
  const settings = controllerSettings(controllerSettingsOf(values, controlPlane));
  return { ...deps, settings, memory: new ControllerMemory() };
}

/** All sets, or of one namespace; where all may not be listed, those of the control plane and of namespaces by name. */
async function readSets(
  client: ObjectClient,
  { namespace, controlPlane }: Options,
  namespaces: readonly string[],
): Promise<{ readonly all: readonly ApplicationSet[]; readonly problem?: string }> {
  const list = async (one?: string) =>
    (await listAll(client, RESOURCES.applicationSets, one === undefined ? {} : { namespace: one })).map(
      asApplicationSet,
    );
  try {
    return { all: await list(namespace) };
  } catch (error) {
    const forbidden = error instanceof ApiError && error.code === 403 && namespace === undefined;
    if (!forbidden) throw asAppsetError(error, 'APPSET_E0601').prefixed('applicationsets: ');
    const named = [controlPlane, ...namespaces.filter((name) => /^[a-z0-9-]+$/.test(name))];
    try {
      const all = (await Promise.all([...new Set(named)].map(list))).flat();
      return { all, problem: `sets of all namespaces may not be listed; looked at: ${named.join(', ')}` };
    } catch (again) {
      throw asAppsetError(again, 'APPSET_E0601').prefixed('applicationsets: ');
    }
  }
}

/** How the reference's controller shows that it is alive; in a dump a Lease counts that was fresh when it was made. */
async function another(
  deps: ReconcileDeps,
  { clusterDump }: Options,
  remarks: string[],
): Promise<string | undefined> {
  const log: Log = {
    ...silentLog,
    warn: (fields) => {
      const { resource = '', error } = fields as { readonly resource?: string; readonly error?: unknown };
      remarks.push(
        `whether Argo CD's controller is running is not known from ${resource}: ${messageOf(error)}`,
      );
    },
  };
  const clock = clusterDump === undefined ? deps.clock : await clockOf(deps);
  return new Rival().find({ ...deps, clock, log });
}

/** The time of a dump: the newest renewal of any Lease in it. */
async function clockOf({ client, clock }: ReconcileDeps): Promise<Clock> {
  const leases = await listAll(client, RESOURCES.leases);
  const times = leases.flatMap(({ spec }) => parseRfc3339(String(spec?.renewTime ?? '')) ?? []);
  const now = Math.max(0, ...times);
  return { ...clock, now: () => now };
}

const CODES: Readonly<Record<Verdict, number>> = {
  unreadable: EXIT.unreadable,
  failed: EXIT.failed,
  unsupported: EXIT.failed,
  held: EXIT.held,
  changes: EXIT.changes,
  outside: EXIT.ok,
  deleting: EXIT.ok,
  nothing: EXIT.ok,
};

function exitCode({ sets, settings, missing }: Checked): number {
  return worst([
    ...sets.map(({ verdict }) => CODES[verdict]),
    ...(settings.some(({ matters }) => matters) ? [EXIT.changes] : []),
    ...(missing.length > 0 ? [EXIT.failed] : []),
  ]);
}
