/**
 * The kubeconfig of a sandbox: one cluster, one user, one context, all named `appset-sandbox`. The token
 * is in the server's URL, because kubectl sends none over plain HTTP, so the file is for its owner only.
 */
import { writeFileSync } from 'node:fs';
import { emitYaml } from '../support/yaml.ts';

const NAME = 'appset-sandbox';

/** The text of a kubeconfig that reaches `url`, in namespace `argocd`. */
export function kubeconfigText(url: string): string {
  return emitYaml([
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: NAME, cluster: { server: url } }],
      users: [{ name: NAME, user: {} }],
      contexts: [{ name: NAME, context: { cluster: NAME, user: NAME, namespace: 'argocd' } }],
      'current-context': NAME,
    },
  ]);
}

/** Writes a kubeconfig that only its owner may read. */
export function writeKubeconfigFile(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 });
}
