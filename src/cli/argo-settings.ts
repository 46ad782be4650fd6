/**
 * Argo CD's own settings of the controller this one replaces, read before anything starts: what may be
 * written and deleted depends on them. A ConfigMap that is not there is empty; one that cannot be read is
 * not, and is waited for, with a probe that says so meanwhile.
 */
import { ApiError, isNotFound, type ObjectClient, RESOURCES } from '../api/client.ts';
import type { Log } from '../controller/log.ts';
import { Backoff } from '../kube/index.ts';
import { type HttpListener, healthRoutes, type ListenAddress, listen } from '../server/index.ts';
import type { Clock } from '../support/clock.ts';
import { messageOf } from '../support/errors.ts';
import { LIMITS } from '../support/limits.ts';
import type { Random } from '../support/random.ts';
import { PARAMS_MAP } from './operator-settings.ts';

export interface ArgoSettingsOptions {
  readonly client: ObjectClient;
  /** of Argo CD */
  readonly namespace: string;
  /** where probes are answered while the settings are waited for; undefined: nowhere */
  readonly probes: ListenAddress | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Data of argocd-cmd-params-cm; empty when it is not there. @throws the signal's reason, APPSET_E1004 */
export async function argoSettings(options: ArgoSettingsOptions): Promise<Readonly<Record<string, string>>> {
  const { client, namespace, probes, clock, random, log, signal } = options;
  const backoff = new Backoff(LIMITS.settingsRetryMinMs, LIMITS.settingsRetryMaxMs, random);
  let problem = '';
  let listener: HttpListener | undefined;
  try {
    for (;;) {
      try {
        const { data } = await client.get(RESOURCES.configMaps, namespace, PARAMS_MAP, { signal });
        return (data ?? {}) as Readonly<Record<string, string>>;
      } catch (error) {
        signal.throwIfAborted();
        if (isNotFound(error)) return {};
        problem = inWords(error, namespace);
        log.error({ problem }, 'still waiting for the settings of Argo CD');
      }
      if (probes !== undefined && listener === undefined) {
        listener = await waitingListener(probes, () => problem);
        log.info({ listener: 'probes', url: listener.url }, 'listening');
      }
      await clock.sleep(backoff.next(), signal);
    }
  } finally {
    await listener?.close();
  }
}

const waitingListener = (address: ListenAddress, problem: () => string): Promise<HttpListener> =>
  listen({
    name: 'probe',
    address,
    routes: healthRoutes([{ name: 'ping', problem: () => undefined }], [{ name: 'settings', problem }]),
    onDefect: () => {},
  });

function inWords(error: unknown, namespace: string): string {
  if (!(error instanceof ApiError) || error.code !== 403)
    return `ConfigMap ${namespace}/${PARAMS_MAP} could not be read: ${messageOf(error)}`;
  return `not allowed to get configmaps in namespace ${namespace}, and so to read ${PARAMS_MAP} (${error.message})`;
}
