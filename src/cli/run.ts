/**
 * `appset run`: the operator, until SIGTERM or SIGINT. With `--sandbox` it brings an in-memory API
 * server along. Logs go to stdout as JSON lines.
 */
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Logger } from 'pino';
import type { ObjectClient } from '../api/client.ts';
import type { AskRight } from '../controller/access-review.ts';
import { startOperator } from '../controller/operator.ts';
import { Serving } from '../controller/serving.ts';
import { controllerSettings } from '../controller/settings.ts';
import { type CacheFolder, claimCacheFolder } from '../git/index.ts';
import { startArgoCdStandIn, startSandbox } from '../sandbox/index.ts';
import { systemClock } from '../support/clock.ts';
import { garbageCollector } from '../support/idle-collector.ts';
import { systemRandom } from '../support/random.ts';
import { argoSettings } from './argo-settings.ts';
import { EXIT } from './exit.ts';
import { connect, type KubeOptions, kubeOptions } from './kube-options.ts';
import { createLogger } from './logging.ts';
import { notifications } from './notifications.ts';
import {
  controllerSettingsOf,
  namespacesPassedOver,
  resolveSettings,
  SETTINGS,
  scmListProblem,
  seconds,
  servingSettingsOf,
} from './operator-settings.ts';
import { wholeNumber } from './options.ts';
import { seedSandbox } from './sandbox.ts';
import { flagsOf, settingOption } from './setting-options.ts';
import { temporaryFolder } from './temporary-folder.ts';

interface Options extends KubeOptions, Readonly<Record<string, unknown>> {
  readonly sandbox?: boolean;
  readonly sandboxPort?: number;
  readonly sandboxKubeconfig?: string;
  readonly allowLocalGit?: boolean;
  readonly cacheFolder?: string;
}

export function define(command: Command, finish: (code: number) => void): void {
  kubeOptions(command)
    .option('--sandbox', 'with an in-memory API server of its own, and a stand-in for Argo CD')
    .option(
      '--sandbox-port <port>',
      'port of the sandbox (default: a free one)',
      wholeNumber('--sandbox-port', 0, 65_535),
    )
    .option('--sandbox-kubeconfig <file>', 'where the kubeconfig of the sandbox is written')
    .option('--allow-local-git', 'read repositories at file: and git: addresses too')
    .option('--cache-folder <dir>', 'where mirrors of repositories are kept (default: a temporary folder)');
  for (const setting of SETTINGS) command.addOption(settingOption(setting));
  command
    .addHelpText(
      'after',
      `
Settings are also read from ARGOCD_APPLICATIONSET_CONTROLLER_* variables and from Argo CD's own
ConfigMap argocd-cmd-params-cm; a flag beats a variable, a variable the ConfigMap.`,
    )
    .action(async (options: Options) => finish(await run(options)));
}

async function run(options: Options): Promise<number> {
  const flags = flagsOf(options);
  resolveSettings({ flags, env: {}, params: {} }, () => {}); // a wrong flag ends it before anything starts
  const boot = createLogger('info');
  const sandbox = options.sandbox === true ? await openSandbox(options, boot) : undefined;
  const cluster = sandbox ?? (await openCluster(options));
  try {
    return await operate(cluster, flags, { ...options, isSandbox: sandbox !== undefined }, boot);
  } finally {
    await cluster.close();
  }
}

/** The operator on a cluster until it is told to stop. */
async function operate(
  cluster: Cluster,
  flags: Readonly<Record<string, string | undefined>>,
  options: Options & { readonly isSandbox: boolean },
  boot: Logger,
): Promise<number> {
  const params = await paramsOf(cluster, flags, options.isSandbox, boot);
  if (params === undefined) return EXIT.ok;
  const values = resolveSettings({ flags, env: process.env, params }, (problem) =>
    boot.warn({ problem }, 'a setting is passed over'),
  );
  const log = createLogger(values.debug.value === 'true' ? 'debug' : (values.loglevel.value ?? 'info'));
  for (const [flag, { value, from }] of Object.entries(values))
    if (from !== 'default') log.info({ flag, value, from }, 'setting');
  const settings = controllerSettings(controllerSettingsOf(values, cluster.namespace));
  const scmProblem = scmListProblem(settings);
  if (scmProblem !== undefined) log.warn({ problem: scmProblem }, 'scmProvider and pullRequest are refused');
  const passedOver = namespacesPassedOver(values, params);
  if (passedOver.length > 0)
    log.warn(
      { namespaces: passedOver, wayOut: 'list them in --applicationset-namespaces' },
      'namespaces of argocd-cmd-params-cm are not looked after',
    );
  const workers = Number(values['concurrent-reconciliations'].value);
  const cache = await cacheFolder(options.cacheFolder);
  const gitTimeout = seconds(values['git-timeout'].value ?? '');
  const parts = { client: cluster.client, settings, workers, clock: systemClock, random: systemRandom, log };
  const { askRight } = cluster;
  const serving = new Serving({
    ...parts,
    ...servingSettingsOf(values, options.isSandbox),
    ...(askRight && { askRight }),
  });
  const told = notifications(values, parts, serving.telemetry, (result) =>
    serving.metrics.work.notified(result),
  );
  const operator = startOperator({
    ...parts,
    gitFolder: cache.path,
    allowLocalGit: options.allowLocalGit === true || options.isSandbox,
    ...(gitTimeout === undefined ? {} : { gitTimeoutMs: gitTimeout * 1_000 }),
    identity: `${hostname()}_${Buffer.from(systemRandom.bytes(6)).toString('hex')}`,
    telemetry: told.telemetry,
    memory: { residentBytes: () => process.memoryUsage.rss(), collect: garbageCollector() },
  });
  told.follow(operator);
  let stopping = false;
  const stop = () => {
    stopping = true;
    log.info({}, 'stopping');
    void operator.stop();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  operator.ready.then(
    () => log.info({ server: cluster.server }, 'ready'),
    () => {
      // told by `done`
    },
  );
  try {
    await serving.open(operator);
    // A start that is cut short has no end of its own to tell.
    const end = await operator.done.catch((error: unknown) => {
      if (stopping) return 'stopped' as const;
      throw error;
    });
    log.info({ end }, 'stopped');
    return end === 'lost' ? EXIT.failed : EXIT.ok;
  } finally {
    await operator.stop();
    await serving.close();
    await told.close();
    process.removeListener('SIGTERM', stop);
    process.removeListener('SIGINT', stop);
    await cache.release();
  }
}

/** A part of the folder that no other operator has; without one a folder that ends with this process. */
async function cacheFolder(root: string | undefined): Promise<CacheFolder> {
  if (root !== undefined) return claimCacheFolder(root, systemClock);
  const { path, remove } = temporaryFolder('git');
  return { path, release: async () => remove() };
}

/** Argo CD's own settings of this controller; undefined when the process is told to stop before they are known. */
async function paramsOf(
  { client, namespace }: Cluster,
  flags: Readonly<Record<string, string | undefined>>,
  isSandbox: boolean,
  log: Logger,
): Promise<Readonly<Record<string, string>> | undefined> {
  const values = resolveSettings({ flags, env: process.env, params: {} }, () => {}); // told with the ConfigMap's
  const { probes } = servingSettingsOf(values, isSandbox);
  const stop = new AbortController();
  const end = () => stop.abort();
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  try {
    return await argoSettings({
      client,
      namespace: flags.namespace ?? namespace ?? 'argocd',
      probes,
      clock: systemClock,
      random: systemRandom,
      log,
      signal: stop.signal,
    });
  } catch (error) {
    if (stop.signal.aborted) return undefined;
    throw error;
  } finally {
    process.removeListener('SIGTERM', end);
    process.removeListener('SIGINT', end);
  }
}

interface Cluster {
  readonly client: ObjectClient;
  /** of the context */
  readonly namespace: string | undefined;
  readonly server: string;
  /** not of a sandbox, which allows everything */
  readonly askRight?: AskRight;
  close(): Promise<void>;
}

async function openCluster(options: KubeOptions): Promise<Cluster> {
  const cluster = await connect(options);
  return { ...cluster, askRight: (right, signal) => cluster.client.allows(right, signal) };
}

async function openSandbox(options: Options, log: Logger): Promise<Cluster> {
  const folder = options.sandboxKubeconfig === undefined ? temporaryFolder('sandbox') : undefined;
  const kubeconfig = options.sandboxKubeconfig ?? join(folder?.path ?? '', 'kubeconfig');
  const sandbox = await startSandbox(options.sandboxPort === undefined ? {} : { port: options.sandboxPort });
  try {
    await seedSandbox(sandbox.client);
    sandbox.writeKubeconfig(kubeconfig);
  } catch (error) {
    await sandbox.stop();
    throw error;
  }
  const stopStandIn = startArgoCdStandIn({
    client: sandbox.client,
    clock: systemClock,
    onError: (error) => log.warn({ error }, 'stand-in'),
  });
  log.info({ url: sandbox.url, kubeconfig }, 'sandbox');
  return {
    client: sandbox.client,
    namespace: 'argocd',
    server: sandbox.url,
    close: async () => {
      await stopStandIn();
      await sandbox.stop();
      folder?.remove();
    },
  };
}
