/**
 * The real Argo CD on loopback: redis, repo-server and application controller, and its ApplicationSet
 * controller when asked, each a process of ours with the name it has in an installation, so that user
 * agents and field managers are the real ones. The cluster under test is registered twice, by a cluster
 * Secret with a bearer token and as the cluster Argo CD runs in. `stop` ends all of them by their ids.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ObjectClient, RESOURCES } from '../../src/api/client.ts';
import type { KubeObject } from '../../src/api/objects.ts';
import { freePorts } from '../e2e/cluster.ts';
import type { RealBackend } from '../harness/backend.ts';
import type { LogLine } from '../harness/operator-process.ts';
import { InVain, until } from '../harness/until.ts';
import { ensureRedis } from '../tools/redis.ts';
import { ensureTool } from '../tools/tools.ts';

/** Name of the registered cluster; its address is the API server's own. */
export const CLUSTER = 'e2e';
/** The part of Argo CD that tells of itself in a user agent. */
export const APPLICATION_CONTROLLER = /^argocd-application-controller\//;
export const APPLICATIONSET_CONTROLLER = /^argocd-applicationset-controller\//;

const PART_OF = { 'app.kubernetes.io/part-of': 'argocd' };
const START_MS = 60_000;

export interface Running {
  readonly pid: number;
  /** all it wrote so far, one JSON object a line */
  lines(): readonly LogLine[];
  /** the end of it, for messages */
  log(): string;
  /** SIGTERM, and SIGKILL when it does not go */
  stop(): Promise<void>;
}

export interface ArgoCd {
  /** settings, repositories and cluster Secrets are in the cluster, and all that runs answers */
  readonly repoServer: Running;
  readonly applicationController: Running;
  /** @param args further flags */
  startApplicationSetController(args?: readonly string[]): Promise<Running>;
  stop(): Promise<void>;
}

/** Starts Argo CD against a cluster that has its kinds. */
export async function startArgoCd(backend: RealBackend): Promise<ArgoCd> {
  const log = (line: string) => process.stderr.write(`${line}\n`);
  const program = await ensureTool('argocd', log);
  const redis = await ensureRedis(log);
  await furnish(backend);
  const folder = mkdtempSync(join(tmpdir(), 'appset-argocd-'));
  const [redisPort = 0, repoPort = 0, repoMetrics = 0, appMetrics = 0] = await freePorts(4);
  const children: Running[] = [];
  const stop = async () => {
    for (const child of children.splice(0).reverse()) await child.stop();
    // the repo-server takes the right to list away from its own folder
    execFileSync('chmod', ['-R', 'u+rwX', folder]);
    rmSync(folder, { recursive: true, force: true });
  };
  const begin = (name: string, what: Program, args: readonly string[]) => {
    const running = startProgram(name, what, args, folder);
    children.push(running);
    return running;
  };
  const part = (name: string, args: readonly string[]) =>
    begin(name, { file: program, env: argoEnvironment(folder, name, backend.kubeconfig) }, [
      '--loglevel=info',
      ...args,
    ]);
  const repository = `127.0.0.1:${repoPort}`;
  try {
    const server = begin('redis-server', { file: redis.program, env: redis.env }, [
      ...['--bind', '127.0.0.1', '--port', String(redisPort), '--dir', folder, '--save', ''],
    ]);
    await answers(server, redisPort);
    const repoServer = part('argocd-repo-server', [
      ...['--address=127.0.0.1', `--port=${repoPort}`, '--disable-tls', `--redis=127.0.0.1:${redisPort}`],
      ...['--metrics-address=127.0.0.1', `--metrics-port=${repoMetrics}`],
    ]);
    await answers(repoServer, repoPort);
    const applicationController = part('argocd-application-controller', [
      ...['--namespace=argocd', `--redis=127.0.0.1:${redisPort}`, `--metrics-port=${appMetrics}`],
      ...[`--repo-server=${repository}`, '--repo-server-plaintext'],
    ]);
    await answers(applicationController, appMetrics);
    return {
      repoServer,
      applicationController,
      startApplicationSetController: async (args = []) => {
        const [metrics = 0, webhooks = 0] = await freePorts(2);
        const running = part('argocd-applicationset-controller', [
          ...['--namespace=argocd', `--argocd-repo-server=${repository}`, '--repo-server-plaintext'],
          ...[
            `--metrics-addr=127.0.0.1:${metrics}`,
            '--probe-addr=0',
            `--webhook-addr=127.0.0.1:${webhooks}`,
          ],
          ...args,
        ]);
        await answers(running, metrics);
        return running;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Program {
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Whatever Argo CD would read or write outside a container's own file system is in `folder`. */
function argoEnvironment(folder: string, name: string, kubeconfig: string): Record<string, string> {
  const own = join(folder, name);
  const configuration = join(folder, 'configuration');
  for (const one of [own, configuration]) mkdirSync(one, { recursive: true });
  return {
    ARGOCD_BINARY_NAME: name,
    KUBECONFIG: kubeconfig,
    // the address kubernetes.default.svc means the cluster of the kubeconfig
    ARGOCD_FAKE_IN_CLUSTER: 'true',
    ARGOCD_GPG_ENABLED: 'false',
    ARGOCD_APP_CONF_PATH: configuration,
    ARGOCD_TLS_DATA_PATH: configuration,
    ARGOCD_SSH_DATA_PATH: configuration,
    ARGOCD_ASK_PASS_SOCK: join(folder, 'ask-pass.sock'),
    HOME: own,
    TMPDIR: own,
  };
}

function startProgram(
  name: string,
  { file, env }: Program,
  args: readonly string[],
  folder: string,
): Running {
  const child = spawn(file, args, {
    argv0: name,
    cwd: folder,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const logFile = join(folder, `${name}-${child.pid}.log`);
  const written = () => (existsSync(logFile) ? readFileSync(logFile, 'utf8') : '');
  const sink = createWriteStream(logFile, { flags: 'a' });
  child.stdout.pipe(sink, { end: false });
  child.stderr.pipe(sink, { end: false });
  child.on('close', () => sink.end());
  return {
    pid: child.pid ?? 0,
    lines: () =>
      written()
        .split('\n')
        .filter((line) => line.startsWith('{') && line.endsWith('}'))
        .map((line) => JSON.parse(line) as LogLine),
    log: () => written().slice(-5_000),
    stop: () => ended(child),
  };
}

async function ended(child: ChildProcess): Promise<void> {
  const isGone = () => child.exitCode !== null || child.signalCode !== null;
  if (isGone()) return;
  const gone = new Promise<void>((done) => {
    child.once('exit', () => done());
  });
  child.kill('SIGTERM');
  const impatient = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await gone;
  clearTimeout(impatient);
}

/** Waits until something listens on the port. */
async function answers(running: Running, port: number): Promise<void> {
  await until(
    `port ${port} to answer`,
    () => {
      if (!existsSync(`/proc/${running.pid}`)) throw new InVain(`it ended: ${running.log()}`);
      return new Promise<boolean>((done) => {
        const socket = connect(port, '127.0.0.1', () => {
          socket.destroy();
          done(true);
        });
        socket.on('error', () => done(false));
      });
    },
    { timeoutMs: START_MS, last: running.log },
  );
}

/** What an installation's manifests hold, and the cluster under test as a registered one. */
async function furnish({ client, cluster }: RealBackend): Promise<void> {
  for (const name of ['argocd-cm', 'argocd-rbac-cm', 'argocd-ssh-known-hosts-cm', 'argocd-tls-certs-cm']) {
    await client.create(RESOURCES.configMaps, { ...named('v1', 'ConfigMap', name, PART_OF), data: {} });
  }
  await client.create(RESOURCES.secrets, {
    ...named('v1', 'Secret', 'argocd-secret', PART_OF),
    stringData: { 'server.secretkey': 'only-for-tests' },
  });
  // as Argo CD makes its default project: Namespaces may be synced too
  const everything = { spec: { clusterResourceWhitelist: [{ group: '*', kind: '*' }] } };
  await client.patch(RESOURCES.appProjects, 'argocd', 'default', everything, { type: 'merge' });
  await registerCluster(client, CLUSTER, cluster.url, cluster, { env: 'test' });
}

/** A cluster Secret: Argo CD and operator know the cluster from now on. */
export function registerCluster(
  client: ObjectClient,
  name: string,
  server: string,
  { ca, token }: { readonly ca: string; readonly token: string },
  labels: Readonly<Record<string, string>>,
): Promise<KubeObject> {
  const caData = Buffer.from(ca).toString('base64');
  // whatever address it is called by, the certificate is for this one
  const tlsClientConfig = { insecure: false, caData, serverName: 'kubernetes.default.svc' };
  const type = { 'argocd.argoproj.io/secret-type': 'cluster' };
  return client.create(RESOURCES.secrets, {
    ...named('v1', 'Secret', `cluster-${name}`, { ...type, ...labels }),
    stringData: { name, server, config: JSON.stringify({ bearerToken: token, tlsClientConfig }) },
  });
}

const named = (
  apiVersion: string,
  kind: string,
  name: string,
  labels: Readonly<Record<string, string>>,
): KubeObject => ({ apiVersion, kind, metadata: { name, namespace: 'argocd', labels } });
