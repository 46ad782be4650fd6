/**
 * Which API server to talk to, and as whom: kubeconfig files, the service account of a Pod, exec
 * plugins, OIDC. `@kubernetes/client-node` reads all that; it is imported only when a cluster is
 * needed (450 ms), and none of its requests are used. Over plain http no credentials are sent.
 */
import { readFile } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { AppsetError, messageOf } from '../support/errors.ts';
import { parseYaml } from '../support/yaml.ts';

export interface TlsOptions {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

/** What a request carries; read anew from time to time, because tokens and certificates are rotated. */
export interface ConnectionCredentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsOptions;
}

export interface ClusterConnection {
  /** base URL of the API server, without a slash at its end */
  readonly server: string;
  /** namespace of the context, or of the Pod */
  readonly namespace: string | undefined;
  readonly proxyUrl: string | undefined;
  credentials(): Promise<ConnectionCredentials>;
}

export interface ConnectionOptions {
  /** file; absent: KUBECONFIG, ~/.kube/config, then the Pod's service account */
  readonly kubeconfig?: string;
  /** absent: the current one */
  readonly context?: string;
}

/** client-node's last resort. */
const MADE_UP = { context: 'loaded-context', server: 'http://localhost:8080' } as const;

/** A connection without credentials: the sandbox, tests, `kubectl proxy`. */
export function plainConnection(server: string, namespace?: string): ClusterConnection {
  return {
    server: server.replace(/\/+$/, ''),
    namespace,
    proxyUrl: undefined,
    credentials: () => Promise.resolve({ headers: {}, tls: {} }),
  };
}

/**
 * Finds the cluster to talk to, by the rules of kubectl.
 *
 * @throws AppsetError APPSET_E0802
 */
export async function loadConnection(options: ConnectionOptions = {}): Promise<ClusterConnection> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  try {
    if (options.kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(options.kubeconfig);
  } catch (error) {
    throw misconfigured(`the kubeconfig cannot be read: ${messageOf(error)}`, error);
  }
  if (options.context !== undefined) {
    if (config.getContextObject(options.context) === null) {
      throw misconfigured(`there is no context ${JSON.stringify(options.context)}`);
    }
    config.setCurrentContext(options.context);
  }
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw misconfigured('the kubeconfig names no current cluster');
  // what client-node makes up where it finds nothing; nobody means it, and the operator's own metrics are there
  const isMadeUp = config.getCurrentContext() === MADE_UP.context && cluster.server === MADE_UP.server;
  if (options.kubeconfig === undefined && isMadeUp)
    throw misconfigured('there is no kubeconfig, and this is no Pod with a service account');
  const plain = cluster.server.startsWith('http:');
  const tokenFiles = await tokenFilesOf(options.kubeconfig);
  return {
    server: cluster.server.replace(/\/+$/, ''),
    namespace: config.getContextObject(config.getCurrentContext())?.namespace,
    proxyUrl: cluster.proxyUrl,
    credentials: async () => {
      if (plain) return { headers: {}, tls: {} };
      const user = config.getCurrentUser()?.name ?? '';
      return readCredentials(config, tokenFiles.get(user));
    },
  };
}

async function readCredentials(
  config: KubeConfig,
  tokenFile: string | undefined,
): Promise<ConnectionCredentials> {
  const found: Parameters<KubeConfig['applyToHTTPSOptions']>[0] = {};
  try {
    await config.applyToHTTPSOptions(found);
  } catch (error) {
    throw misconfigured(`the credentials cannot be read: ${messageOf(error)}`, error);
  }
  const headers: Record<string, string> = {};
  if (found.auth) headers.authorization = `Basic ${Buffer.from(found.auth).toString('base64')}`;
  for (const [name, value] of Object.entries(found.headers ?? {})) {
    if (value !== undefined) headers[name.toLowerCase()] = String(value).trim();
  }
  if (tokenFile !== undefined) headers.authorization = `Bearer ${await readToken(tokenFile)}`;
  const text = (value: unknown) => (typeof value === 'string' || Buffer.isBuffer(value) ? value : undefined);
  const { servername, rejectUnauthorized } = found as { servername?: string; rejectUnauthorized?: boolean };
  const [ca, cert, key] = [text(found.ca), text(found.cert), text(found.key)];
  return {
    headers,
    tls: {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(servername === undefined ? {} : { servername }),
      ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
    },
  };
}

async function readToken(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw misconfigured(`the token file cannot be read: ${messageOf(error)}`, error);
  }
}

/** Users with a `tokenFile`, which client-node does not know: user name to path. */
async function tokenFilesOf(kubeconfig: string | undefined): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const home = process.env.HOME ?? '';
  const files =
    kubeconfig !== undefined
      ? [kubeconfig]
      : (process.env.KUBECONFIG ?? join(home, '.kube', 'config'))
          .split(delimiter)
          .filter((file) => file !== '');
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const config = parseYaml(text) as {
      users?: readonly { name?: unknown; user?: { tokenFile?: unknown } }[];
    };
    for (const { name, user } of config?.users ?? []) {
      const path = user?.tokenFile;
      if (typeof name !== 'string' || typeof path !== 'string' || found.has(name)) continue;
      found.set(name, isAbsolute(path) ? path : join(dirname(file), path));
    }
  }
  return found;
}

const misconfigured = (message: string, cause?: unknown): AppsetError =>
  new AppsetError('APPSET_E0802', message, cause === undefined ? {} : { cause });
