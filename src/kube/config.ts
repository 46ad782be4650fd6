/**
 * Which API server to talk to, and as whom: kubeconfig files, the service account of a Pod, exec
 * plugins, OIDC. `@kubernetes/client-node` reads all that; it is imported only when a cluster is
 * needed (450 ms), and none of its requests are used. Over plain http no credentials are sent.
 */
import { readFile } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import type { KubeConfig, User } from '@kubernetes/client-node';
import { AppsetError, messageOf } from '../support/errors.ts';
import { fileProblem } from '../support/file-problem.ts';
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
  const files = await presentFiles(options.kubeconfig);
  for (const [index, file] of files.entries()) {
    const own = index === 0 ? config : new KubeConfig();
    try {
      own.loadFromFile(file);
    } catch (error) {
      // what follows the first line of a parser's message is the file, with what is secret in it
      const why = messageOf(error).split('\n', 1)[0];
      throw misconfigured(`the kubeconfig ${file} cannot be read: ${why}`, error);
    }
    if (own !== config) merge(config, own);
  }
  if (files.length === 0) config.loadFromDefault();
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
  const tokenFiles = await tokenFilesOf(files);
  return {
    server: cluster.server.replace(/\/+$/, ''),
    namespace: config.getContextObject(config.getCurrentContext())?.namespace,
    proxyUrl: cluster.proxyUrl,
    credentials: async () => {
      if (plain) return { headers: {}, tls: {} };
      const user = config.getCurrentUser();
      return readCredentials(config, tokenFiles.get(user?.name ?? '') ?? accountTokenFile(user));
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

/** The files there may be: the one that was asked for, those of KUBECONFIG, or the usual one. */
function filesOf(kubeconfig: string | undefined): readonly string[] {
  if (kubeconfig !== undefined) return [kubeconfig];
  const { KUBECONFIG, HOME = '' } = process.env;
  return (KUBECONFIG ?? join(HOME, '.kube', 'config')).split(delimiter).filter((file) => file !== '');
}

/**
 * Those of them that are there. A file that cannot be read is a mistake, and one that was asked for has to
 * be there; of several in KUBECONFIG some may be missing, as with kubectl, but not all.
 *
 * @throws AppsetError APPSET_E0802 with its path
 */
async function presentFiles(kubeconfig: string | undefined): Promise<readonly string[]> {
  const files = filesOf(kubeconfig);
  const present: string[] = [];
  for (const file of files) {
    try {
      await readFile(file);
      present.push(file);
    } catch (error) {
      const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      if (isMissing && kubeconfig === undefined) continue;
      throw misconfigured(`the kubeconfig ${file} cannot be read: ${fileProblem(error)}`, error);
    }
  }
  if (present.length === 0 && process.env.KUBECONFIG)
    throw misconfigured(`KUBECONFIG names no file that is there: ${files.join(', ')}`);
  return present;
}

/** What a further file adds: the first one that has a name, or a current context, wins, as with kubectl. */
function merge(config: KubeConfig, more: KubeConfig): void {
  const names = (list: readonly { name: string }[]) => new Set(list.map(({ name }) => name));
  const [clusters, users, contexts] = [names(config.clusters), names(config.users), names(config.contexts)];
  more.clusters = more.clusters.filter(({ name }) => !clusters.has(name));
  more.users = more.users.filter(({ name }) => !users.has(name));
  more.contexts = more.contexts.filter(({ name }) => !contexts.has(name));
  config.mergeConfig(more, Boolean(config.currentContext));
}

/** Users with a `tokenFile`, which client-node does not know: user name to path. */
async function tokenFilesOf(files: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const file of files) {
    const config = parseYaml(await readFile(file, 'utf8')) as {
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

/** The token of a Pod's service account; client-node would keep what it read of it for a minute, refused or not. */
function accountTokenFile(user: User | null): string | undefined {
  const path: unknown = user?.authProvider?.config?.tokenFile;
  return typeof path === 'string' ? path : undefined;
}

const misconfigured = (message: string, cause?: unknown): AppsetError =>
  new AppsetError('APPSET_E0802', message, cause === undefined ? {} : { cause });
