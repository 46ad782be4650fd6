/**
 * The kubeconfig of a sandbox: one cluster, one user, one context, all named `appset-sandbox`. The token
 * is in the server's URL, because kubectl sends none over plain HTTP, so the file is for its owner only.
 */
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { AppsetError } from '../support/errors.ts';
import { fileProblem } from '../support/file-problem.ts';
import { emitYaml } from '../support/yaml.ts';

const NAME = 'appset-sandbox';
const OWNER_ONLY = 0o600;

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

/**
 * Writes a kubeconfig that only its owner may read, in the place of an earlier one of a sandbox.
 *
 * @throws AppsetError APPSET_E0902 when it cannot be written, or when another file is there: it may be the
 *   only way to somebody's clusters
 */
export function writeKubeconfigFile(path: string, text: string): void {
  const refuse = (why: string) =>
    new AppsetError('APPSET_E0902', `no kubeconfig is written to ${path}: ${why}`);
  try {
    const there = statSync(path, { throwIfNoEntry: false });
    if (there?.isFile() === true) {
      const before = readFileSync(path, 'utf8');
      if (before !== '' && !before.includes(`current-context: ${NAME}`))
        throw refuse('a file that is none of a sandbox is there; choose another name');
      chmodSync(path, OWNER_ONLY);
    }
    writeFileSync(path, text, { mode: OWNER_ONLY });
  } catch (error) {
    if (error instanceof AppsetError) throw error;
    throw refuse(isMissing(error) ? 'its folder does not exist' : fileProblem(error));
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';
