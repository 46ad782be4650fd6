/**
 * `appset demo`: the operator at work on this machine, without a cluster: an in-memory API server on the
 * loopback address, real git repositories in a temporary folder, and a story that checks itself. On a
 * terminal it stays up afterwards, so that one can look around; with `--once` it ends.
 */
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Application } from '../api/objects.ts';
import { startOperator } from '../controller/operator.ts';
import { controllerSettings } from '../controller/settings.ts';
import { startArgoCdStandIn, startSandbox } from '../sandbox/index.ts';
import { systemClock } from '../support/clock.ts';
import { systemRandom } from '../support/random.ts';
import { type Stage, tellStory } from './demo/story.ts';
import { DemoRepository } from './demo/world.ts';
import { EXIT } from './exit.ts';
import { createLogger } from './logging.ts';
import { seedSandbox } from './sandbox.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { colours, stdoutStyle, table } from './terminal.ts';

/** A minute in earnest; nobody should have to wait for a story. */
const SETTLE_SECONDS = 2;

export function define(command: Command, finish: (code: number) => void): void {
  command
    .option('--once', 'end after the story, also on a terminal')
    .action(async (options: { readonly once?: boolean }) => finish(await demo(options.once === true)));
}

async function demo(once: boolean): Promise<number> {
  const style = stdoutStyle();
  const paint = colours(style);
  const print = (text: string) => process.stdout.write(`${text}\n`);
  const started = systemClock.monotonic();
  const temporary = temporaryFolder('demo');
  const folder = temporary.path;
  const logFile = join(folder, 'operator.log');
  const kubeconfig = join(folder, 'kubeconfig');
  mkdirSync(join(folder, 'cache'));
  const log = createWriteStream(logFile);
  const sandbox = await startSandbox();
  await seedSandbox(sandbox.client);
  sandbox.writeKubeconfig(kubeconfig);
  const stopStandIn = startArgoCdStandIn({ client: sandbox.client, clock: systemClock });
  const operator = startOperator({
    client: sandbox.client,
    settings: controllerSettings({ clusterSettleSeconds: SETTLE_SECONDS }),
    workers: 4,
    gitFolder: join(folder, 'cache'),
    allowLocalGit: true,
    identity: 'demo',
    clock: systemClock,
    random: systemRandom,
    log: createLogger('info', log),
  });
  const interrupted = new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  try {
    await operator.leading;
    print(paint.bold('appset demo'));
    print(`  API server (in memory)  ${sandbox.url}`);
    print('  Argo CD                 a stand-in that reports Applications as healthy; nothing is deployed');
    print(`  operator                running, its log is ${logFile}\n`);
    const stopped = new AbortController();
    const stage: Stage = {
      client: sandbox.client,
      repository: new DemoRepository(folder, 'platform'),
      clock: systemClock,
      signal: stopped.signal,
      say: (text) => print(`${paint.cyan('▸')} ${text}`),
      tell: (text) => print(`  ${text.startsWith(' ') ? ' ' : paint.green('✓')} ${text.trimStart()}`),
      show: (applications) => print(`\n${indent(applicationTable(applications, style.width))}`),
    };
    const story = tellStory(stage);
    const end = await Promise.race([
      story.then(() => 'told' as const),
      interrupted.then(() => 'interrupted' as const),
    ]);
    if (end === 'interrupted') {
      // What a step is doing ends first, so that nothing is made anew in a folder that is gone.
      stopped.abort();
      await story.catch(() => undefined);
      return EXIT.interrupted;
    }
    print(
      `\n${paint.bold('Done')} in ${((systemClock.monotonic() - started) / 1_000).toFixed(1)} s: every step did what it said.`,
    );
    if (once || process.stdout.isTTY !== true) return EXIT.ok;
    print(`\nLook around (Ctrl-C ends it):
  kubectl --kubeconfig ${kubeconfig} -n argocd get applicationsets,applications
  kubectl --kubeconfig ${kubeconfig} -n argocd describe applicationset apps
  npx appset get --kubeconfig ${kubeconfig}
  git -C ${join(folder, 'platform')} log --oneline      # commit and push here, and see what happens`);
    await interrupted;
    return EXIT.ok;
  } finally {
    await operator.stop();
    await stopStandIn();
    await sandbox.stop();
    await new Promise((resolve) => log.end(resolve));
    temporary.remove();
  }
}

function applicationTable(applications: readonly Application[], width: number | undefined): string {
  const rows = applications.map(({ metadata, spec, status }) => {
    const destination = spec.destination as { name?: string; server?: string; namespace?: string };
    return [
      metadata.ownerReferences?.[0]?.name ?? '',
      metadata.name,
      destination.name ?? destination.server ?? '',
      (spec.source as { path?: string }).path ?? '',
      (status?.health as { status?: string } | undefined)?.status ?? '',
    ];
  });
  rows.sort((a, b) => (`${a[0]}/${a[1]}` < `${b[0]}/${b[1]}` ? -1 : 1));
  return table(['SET', 'APPLICATION', 'CLUSTER', 'PATH', 'HEALTH'], rows, {
    ...stdoutStyle(),
    width: width === undefined ? undefined : width - 4,
  });
}

const indent = (text: string) =>
  text
    .split('\n')
    .map((line) => (line === '' ? '' : `    ${line}`))
    .join('\n');
