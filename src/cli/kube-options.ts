/** The flags of commands that talk to a cluster, and the client they give. */
import type { Command } from 'commander';
import { HttpObjectClient, loadConnection, Transport } from '../kube/index.ts';

export interface KubeOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
}

export function kubeOptions(command: Command): Command {
  return command
    .option(
      '--kubeconfig <file>',
      'kubeconfig file (default: KUBECONFIG, ~/.kube/config, then the service account of the Pod)',
    )
    .option('--context <name>', 'context of the kubeconfig');
}

export interface ClusterClient {
  readonly client: HttpObjectClient;
  /** of the context */
  readonly namespace: string | undefined;
  readonly server: string;
  close(): Promise<void>;
}

/** @throws AppsetError APPSET_E0802 when no cluster can be found */
export async function connect(options: KubeOptions): Promise<ClusterClient> {
  const connection = await loadConnection({
    ...(options.kubeconfig === undefined ? {} : { kubeconfig: options.kubeconfig }),
    ...(options.context === undefined ? {} : { context: options.context }),
  });
  const transport = new Transport(connection);
  return {
    client: new HttpObjectClient(transport),
    namespace: connection.namespace,
    server: connection.server,
    close: () => transport.close(),
  };
}
