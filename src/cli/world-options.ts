/**
 * The flags of commands that look at sets as the operator would: where Argo CD is, a dump instead of a
 * cluster, and which repositories may be read.
 */
import type { Command } from 'commander';
import type { ObjectClient } from '../api/client.ts';
import { type ControllerSettings, controllerSettings } from '../controller/settings.ts';
import { connect, type KubeOptions, kubeOptions } from './kube-options.ts';
import { configMap, dumpClient } from './live-facts.ts';
import { controllerSettingsOf, PARAMS_MAP, resolveSettings } from './operator-settings.ts';
import { describeRemark } from './report-error.ts';
import { stderrStyle } from './terminal.ts';

export interface WorldOptions extends KubeOptions {
  readonly controlPlane: string;
  readonly clusterDump?: string;
  readonly allowLocalGit?: boolean;
}

export function worldOptions(command: Command): Command {
  return kubeOptions(command)
    .option('--control-plane <name>', 'namespace of Argo CD, where clusters and projects are', 'argocd')
    .option(
      '--cluster-dump <file>',
      'objects of a cluster as YAML instead of a cluster (kubectl get … -o yaml)',
    )
    .option('--allow-local-git', 'read repositories at file: and git: addresses too');
}

export interface ClusterOrDump {
  readonly client: ObjectClient;
  /** of the context; undefined where it names none, and with a dump */
  readonly namespace: string | undefined;
  close(): Promise<void>;
}

/** @throws AppsetError APPSET_E0802 when no cluster can be found, APPSET_E0102 and APPSET_E0804 for a dump */
export async function clusterOrDump(options: WorldOptions): Promise<ClusterOrDump> {
  if (options.clusterDump === undefined) return connect(options);
  return { client: dumpClient(options.clusterDump), namespace: undefined, close: async () => {} };
}

/**
 * The operator's settings as it reads them there: these flags, its variables, argocd-cmd-params-cm. What is
 * wrong with them is told on stderr.
 *
 * @throws AppsetError APPSET_E0601 when the ConfigMap cannot be read, APPSET_E0801 for a value that is none
 */
export async function settingsThere(
  client: ObjectClient,
  { controlPlane }: WorldOptions,
  more: { readonly policy?: string | undefined; readonly compat?: string | undefined } = {},
): Promise<ControllerSettings> {
  const params = (await configMap(client, controlPlane, PARAMS_MAP)) ?? {};
  const flags = { namespace: controlPlane, ...more };
  const values = resolveSettings({ flags, env: process.env, params }, (problem) =>
    process.stderr.write(describeRemark(problem, stderrStyle())),
  );
  return controllerSettings(controllerSettingsOf(values, controlPlane));
}
