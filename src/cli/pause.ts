/** `appset pause` and `appset resume`: a person stops deletions, or all writes, of one set or of all. */
import type { Command } from 'commander';
import { isNotFound, type ObjectClient, RESOURCES } from '../api/client.ts';
import { OWN } from '../api/names.ts';
import { OWN_CONFIG_MAP } from '../controller/operator.ts';
import { AppsetError } from '../support/errors.ts';
import { readSet } from './approve.ts';
import { EXIT } from './exit.ts';
import { connect, type KubeOptions, kubeOptions } from './kube-options.ts';
import { setName } from './set-name.ts';

interface Options extends KubeOptions {
  readonly namespace?: string;
  readonly controlPlane: string;
  readonly all?: boolean;
  readonly writes?: boolean;
}

const define = (pausing: boolean) => (command: Command, finish: (code: number) => void) => {
  kubeOptions(command)
    .argument('[set]', 'name of the set, or namespace/name')
    .option('-n, --namespace <name>', 'namespace of the set (default: that of the context, else argocd)')
    .option('--all', 'all sets, through ConfigMap appset-operator')
    .option('--control-plane <name>', 'namespace of Argo CD, where that ConfigMap is', 'argocd');
  if (pausing) command.option('--writes', 'all writes of Applications, not only deletions');
  command.action(async (name: string | undefined, options: Options) => {
    const what = !pausing ? null : options.writes === true ? 'all' : 'deletions';
    finish(await change(name, options, what));
  });
};

export const pause = { define: define(true) };
export const resume = { define: define(false) };

async function change(
  name: string | undefined,
  options: Options,
  what: 'all' | 'deletions' | null,
): Promise<number> {
  if ((name === undefined) === (options.all !== true))
    throw new AppsetError('APPSET_E0801', 'name a set, or say --all');
  const cluster = await connect(options);
  try {
    const said =
      what === null ? 'resumed' : what === 'all' ? 'all writes are paused' : 'deletions are paused';
    if (name === undefined) {
      await changeAll(cluster.client, options.controlPlane, what);
      process.stdout.write(`all sets: ${said}\n`);
      return EXIT.ok;
    }
    const asked = setName(name, options.namespace, cluster.namespace);
    const { metadata } = await readSet(cluster.client, asked);
    const patch = { metadata: { annotations: { [OWN.paused]: what }, uid: metadata.uid ?? '' } };
    await cluster.client.patch(RESOURCES.applicationSets, asked.namespace, asked.name, patch, {
      type: 'merge',
      fieldManager: 'appset-pause',
    });
    process.stdout.write(`${asked.namespace}/${asked.name}: ${said}\n`);
    return EXIT.ok;
  } finally {
    await cluster.close();
  }
}

async function changeAll(client: ObjectClient, namespace: string, what: string | null): Promise<void> {
  const options = { type: 'merge', fieldManager: 'appset-pause' } as const;
  try {
    await client.patch(RESOURCES.configMaps, namespace, OWN_CONFIG_MAP, { data: { pause: what } }, options);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    if (what === null) return;
    const metadata = { name: OWN_CONFIG_MAP, namespace };
    await client.create(RESOURCES.configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata,
      data: { pause: what },
    });
  }
}
