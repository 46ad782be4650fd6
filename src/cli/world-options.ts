/**
 * The flags of commands that look at sets as the operator would: where Argo CD is, a dump instead of a
 * cluster, and which repositories may be read.
 */
import type { Command } from 'commander';
import type { ObjectClient } from '../api/client.ts';
import { connect, type KubeOptions, kubeOptions } from './kube-options.ts';
import { dumpClient } from './live-facts.ts';

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
