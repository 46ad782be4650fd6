/** `appset sandbox`: the in-memory Kubernetes API alone, with Argo CD's kinds, until SIGTERM or SIGINT. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { isAlreadyExists, type ObjectClient, RESOURCES, type ResourceType } from '../api/client.ts';
import type { KubeObject } from '../api/objects.ts';
import { startArgoCdStandIn, startSandbox } from '../sandbox/index.ts';
import { systemClock } from '../support/clock.ts';
import { EXIT } from './exit.ts';
import { wholeNumber } from './options.ts';
import { temporaryFolder } from './temporary-folder.ts';

interface Options {
  readonly port?: number;
  readonly kubeconfig?: string;
  readonly standIn: boolean;
}

export function define(command: Command, finish: (code: number) => void): void {
  command
    .option(
      '--port <port>',
      'port on the loopback address (default: a free one)',
      wholeNumber('--port', 0, 65_535),
    )
    .option('--kubeconfig <file>', 'where the kubeconfig is written (default: a temporary folder)')
    .option('--no-stand-in', 'without the stand-in for Argo CD (nothing then takes resources finalizers off)')
    .action(async (options: Options) => finish(await serve(options)));
}

async function serve(options: Options): Promise<number> {
  const folder = options.kubeconfig === undefined ? temporaryFolder('sandbox') : undefined;
  const kubeconfig = options.kubeconfig ?? join(folder?.path ?? '', 'kubeconfig');
  const sandbox = await startSandbox(options.port === undefined ? {} : { port: options.port });
  let stopStandIn: (() => Promise<void>) | undefined;
  try {
    await seedSandbox(sandbox.client);
    sandbox.writeKubeconfig(kubeconfig);
    if (options.standIn) stopStandIn = startArgoCdStandIn({ client: sandbox.client, clock: systemClock });
    process.stdout.write(`${kubeconfig}\n`);
    process.stderr.write(
      `Sandbox at ${sandbox.url}; Ctrl-C ends it.\n  kubectl --kubeconfig ${kubeconfig} get namespaces\n`,
    );
    await new Promise<void>((resolve) => {
      process.once('SIGTERM', resolve);
      process.once('SIGINT', resolve);
    });
  } finally {
    await stopStandIn?.();
    await sandbox.stop();
    folder?.remove();
  }
  return EXIT.ok;
}

const PROJECT: KubeObject = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AppProject',
  metadata: { name: 'default', namespace: 'argocd' },
  spec: {
    sourceRepos: ['*'],
    destinations: [{ server: '*', namespace: '*' }],
    clusterResourceWhitelist: [{ group: '*', kind: '*' }],
  },
};

/** What a fresh installation of Argo CD has: its namespace and the project `default`. */
export async function seedSandbox(client: ObjectClient): Promise<void> {
  const namespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argocd' } };
  const objects: readonly (readonly [ResourceType, KubeObject])[] = [
    [RESOURCES.namespaces, namespace],
    [RESOURCES.appProjects, PROJECT],
  ];
  for (const [type, object] of objects) {
    try {
      await client.create(type, object);
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
  }
}
