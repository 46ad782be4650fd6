/**
 * Runs the native git, and only in ways that are known here: sub-commands from a list, no shell, an
 * environment of our own (no system or user configuration, no prompts, no hooks, no `ext` protocol),
 * credentials by GIT_ASKPASS and files that live as long as the command. A command that takes too
 * long, or writes too much, is ended with everything it has started.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import PQueue from 'p-queue';
import { type Clock, systemClock } from '../support/clock.ts';
import { AppsetError } from '../support/errors.ts';
import { LIMITS } from '../support/limits.ts';
import { basic, type GitCredentials, secretsOf } from './credentials.ts';
import { GitFailure, gitFailure, gitTimeout, redact } from './errors.ts';
import type { RepositoryAddress } from './url.ts';

const SUBCOMMANDS = [
  'cat-file',
  'fetch',
  'init',
  'ls-files',
  'ls-remote',
  'ls-tree',
  'rev-parse',
  'update-ref',
] as const;
export type Subcommand = (typeof SUBCOMMANDS)[number];

export interface GitSettings {
  /** a folder of our own; git's HOME, mirrors and short-lived key files are under it */
  readonly home: string;
  /** `file` and `git` addresses too: tests, the demo, `--repo` */
  readonly allowLocal?: boolean;
  readonly gitPath?: string;
  /** certificates of authorities trusted beside the system's (PEM file) */
  readonly caFile?: string;
  /** ssh host keys; without it ssh refuses every host that is not `insecure` */
  readonly knownHostsFile?: string;
  readonly clock?: Clock;
  readonly timeoutMs?: number;
  readonly fetchTimeoutMs?: number;
  readonly outputBytes?: number;
  readonly cacheBytes?: number;
  readonly mirrorPacks?: number;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly input?: string | Uint8Array;
  readonly timeoutMs?: number;
  /** the remote this command talks to; without it git may talk to none */
  readonly remote?: { readonly address: RepositoryAddress; readonly credentials?: GitCredentials };
  readonly signal?: AbortSignal;
}

/** What a repository's own configuration must not change: these would run programs. */
const OVERRIDES = ['protocol.ext.allow=never', 'core.hooksPath=/dev/null', 'core.fsmonitor=false'].flatMap(
  (setting) => ['-c', setting],
);

/** Answers only the host that was asked for: a redirect to another one gets nothing. */
const ASKPASS = `#!/bin/sh
case "$1" in
  *"'$APPSET_GIT_SCHEME://$APPSET_GIT_HOST'"*|*"'$APPSET_GIT_SCHEME://"*"@$APPSET_GIT_HOST'"*) ;;
  *) exit 1 ;;
esac
case "$1" in
  Username*) printf '%s\\n' "$APPSET_GIT_USERNAME" ;;
  *) printf '%s\\n' "$APPSET_GIT_PASSWORD" ;;
esac
`;

const PASSED_ON = [
  'PATH',
  'TMPDIR',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'HTTPS_PROXY',
  'NO_PROXY',
  'ALL_PROXY',
];

const running = new Set<ChildProcess>();
let exitHook = false;

/** Ends the process and all it started; git gets a moment to remove its lock files. */
function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) child.kill(signal);
  }
}

const shellQuoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

export class GitCommand {
  readonly settings: GitSettings;
  readonly #clock: Clock;
  readonly #slots = new PQueue({ concurrency: LIMITS.gitProcesses });
  #ready: Promise<void> | undefined;

  constructor(settings: GitSettings) {
    this.settings = settings;
    this.#clock = settings.clock ?? systemClock;
    if (!exitHook) {
      exitHook = true;
      process.once('exit', () => {
        for (const child of running) killGroup(child, 'SIGKILL');
      });
    }
  }

  /**
   * Runs one git command and answers with what it wrote to stdout.
   *
   * @throws GitFailure (APPSET_E0402) on a non-zero exit, a time-out or too much output
   */
  async run(subcommand: Subcommand, args: readonly string[], options: RunOptions = {}): Promise<Buffer> {
    if (!SUBCOMMANDS.includes(subcommand)) {
      throw new AppsetError('APPSET_E9999', `git ${String(subcommand)} is not a command this program runs`);
    }
    this.#ready ??= this.#prepare();
    await this.#ready;
    const files = await this.#secretFiles(options.remote?.credentials);
    try {
      return await this.#slots.add(() => this.#spawn(subcommand, args, options, files));
    } finally {
      if (files !== undefined) await rm(files, { recursive: true, force: true });
    }
  }

  /** Wall time in seconds, for the times of files. */
  clockSeconds(): number {
    return this.#clock.now() / 1000;
  }

  async #prepare(): Promise<void> {
    const { home } = this.settings;
    await mkdir(home, { recursive: true, mode: 0o700 });
    await writeFile(join(home, 'askpass'), ASKPASS, { mode: 0o700 });
    const config = [
      '[safe]\n\tdirectory = *',
      '[gc]\n\tauto = 0',
      '[maintenance]\n\tauto = false',
      '[core]\n\thooksPath = /dev/null\n\tfsmonitor = false\n\tquotePath = false',
      '[credential]\n\thelper =',
      '[protocol]\n\tversion = 2',
      '[protocol "ext"]\n\tallow = never',
      '[http]\n\tlowSpeedLimit = 1\n\tlowSpeedTime = 30',
      '[advice]\n\tdetachedHead = false',
    ];
    await writeFile(join(home, 'gitconfig'), `${config.join('\n')}\n`, { mode: 0o600 });
  }

  /** Writes keys and certificates to files only git may read; undefined when there are none. */
  async #secretFiles(credentials: GitCredentials | undefined): Promise<string | undefined> {
    const { sshPrivateKey, tlsClientCert, tlsClientKey } = credentials ?? {};
    if (sshPrivateKey === undefined && tlsClientCert === undefined) return undefined;
    const folder = await mkdtemp(join(this.settings.home, 'run-'));
    const keep = async (name: string, text: string | undefined) => {
      if (text === undefined) return;
      await writeFile(join(folder, name), text.endsWith('\n') ? text : `${text}\n`, { mode: 0o600 });
    };
    await keep('ssh.key', sshPrivateKey);
    await keep('tls.crt', tlsClientCert);
    await keep('tls.key', tlsClientKey);
    return folder;
  }

  #environment(options: RunOptions, files: string | undefined): Record<string, string> {
    const { home, allowLocal, caFile } = this.settings;
    const env: Record<string, string> = {
      HOME: home,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: join(home, 'gitconfig'),
      GIT_TERMINAL_PROMPT: '0',
      GIT_OPTIONAL_LOCKS: '0',
      GIT_ALLOW_PROTOCOL: 'none',
      LC_ALL: 'C',
    };
    for (const name of PASSED_ON) {
      const value = process.env[name];
      if (value !== undefined) env[name] = value;
    }
    const config: [string, string][] = [];
    if (options.remote !== undefined) {
      const { address, credentials = {} } = options.remote;
      env.GIT_ALLOW_PROTOCOL = allowLocal === true ? 'https:http:ssh:file:git' : 'https:http:ssh';
      config.push(['remote.origin.url', address.url]);
      if (address.scheme === 'ssh') env.GIT_SSH_COMMAND = this.#ssh(credentials, files);
      if (address.origin !== '') this.#http(address, credentials, files, env, config);
      if (caFile !== undefined) config.push(['http.sslCAInfo', caFile]);
    }
    config.forEach(([key, value], index) => {
      env[`GIT_CONFIG_KEY_${index}`] = key;
      env[`GIT_CONFIG_VALUE_${index}`] = value;
    });
    if (config.length > 0) env.GIT_CONFIG_COUNT = String(config.length);
    return env;
  }

  #http(
    address: RepositoryAddress,
    credentials: GitCredentials,
    files: string | undefined,
    env: Record<string, string>,
    config: [string, string][],
  ): void {
    const username = credentials.username ?? address.username;
    const password = credentials.password ?? address.password;
    const header =
      credentials.bearerToken !== undefined
        ? `Bearer ${credentials.bearerToken}`
        : credentials.forceBasicAuth === true && password !== undefined
          ? `Basic ${basic(username, password)}`
          : undefined;
    if (header !== undefined) {
      // a header of ours would follow a redirect to any host
      config.push(['http.extraHeader', `Authorization: ${header}`], ['http.followRedirects', 'false']);
    } else if (password !== undefined) {
      env.GIT_ASKPASS = join(this.settings.home, 'askpass');
      const [scheme = '', host = ''] = address.origin.split('://');
      env.APPSET_GIT_SCHEME = scheme;
      env.APPSET_GIT_HOST = host;
      env.APPSET_GIT_USERNAME = username ?? 'git';
      env.APPSET_GIT_PASSWORD = password;
    }
    if (credentials.insecure === true) config.push(['http.sslVerify', 'false']);
    if (credentials.tlsClientCert !== undefined && files !== undefined) {
      config.push(['http.sslCert', join(files, 'tls.crt')], ['http.sslKey', join(files, 'tls.key')]);
    }
    if (credentials.proxy !== undefined) config.push(['http.proxy', credentials.proxy]);
    if (credentials.noProxy !== undefined) env.no_proxy = credentials.noProxy;
  }

  #ssh(credentials: GitCredentials, files: string | undefined): string {
    const words = ['ssh', '-F', '/dev/null', '-o', 'BatchMode=yes', '-o', 'IdentitiesOnly=yes'];
    words.push('-o', `ConnectTimeout=${Math.ceil((this.settings.timeoutMs ?? LIMITS.gitTimeoutMs) / 1000)}`);
    if (credentials.sshPrivateKey !== undefined && files !== undefined)
      words.push('-i', join(files, 'ssh.key'));
    const known = credentials.insecure === true ? '/dev/null' : (this.settings.knownHostsFile ?? '/dev/null');
    words.push('-o', `StrictHostKeyChecking=${credentials.insecure === true ? 'no' : 'yes'}`);
    words.push('-o', `UserKnownHostsFile=${known}`, '-o', 'GlobalKnownHostsFile=/dev/null');
    return words.map(shellQuoted).join(' ');
  }

  #spawn(
    subcommand: Subcommand,
    args: readonly string[],
    options: RunOptions,
    files: string | undefined,
  ): Promise<Buffer> {
    const { remote, signal } = options;
    const url = remote?.address.url ?? '';
    const credentials = { ...remote?.credentials };
    const password = credentials.password ?? remote?.address.password;
    const withPassword = password === undefined ? credentials : { ...credentials, password };
    const secrets = secretsOf(withPassword);
    const timeoutMs = options.timeoutMs ?? this.settings.timeoutMs ?? LIMITS.gitTimeoutMs;
    const maximum = this.settings.outputBytes ?? LIMITS.gitOutputBytes;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const child = spawn(this.settings.gitPath ?? 'git', [...OVERRIDES, subcommand, ...args], {
        cwd: options.cwd ?? this.settings.home,
        env: this.#environment(options, files),
        stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
        detached: true,
      });
      running.add(child);
      const chunks: Buffer[] = [];
      let size = 0;
      let stderr = '';
      let ended: unknown;
      let stopHard = () => {};
      const end = (reason: unknown) => {
        if (ended !== undefined) return;
        ended = reason;
        killGroup(child, 'SIGTERM');
        stopHard = this.#clock.after(1000, () => killGroup(child, 'SIGKILL'));
      };
      const stopTimer = this.#clock.after(timeoutMs, () => end(gitTimeout(url, timeoutMs)));
      const onAbort = () => end(signal?.reason);
      signal?.addEventListener('abort', onAbort, { once: true });
      const done = () => {
        stopTimer();
        stopHard();
        running.delete(child);
        signal?.removeEventListener('abort', onAbort);
      };
      child.stdout?.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > maximum) {
          end(new GitFailure('other', `${url || 'git'}: git wrote more than ${maximum} bytes`, ''));
        } else chunks.push(chunk);
      });
      child.stderr?.on('data', (chunk: Buffer) => {
        if (stderr.length < 65_536) stderr += chunk.toString('utf8');
      });
      child.stdin?.on('error', () => {
        // a command that ends before it has read its input says why by its exit
      });
      child.stdin?.end(options.input);
      child.on('error', (error) => {
        done();
        reject(new GitFailure('other', `git could not be started: ${error.message}`, ''));
      });
      child.on('close', (code, exitSignal) => {
        if (ended !== undefined) killGroup(child, 'SIGKILL');
        done();
        if (ended !== undefined) reject(ended);
        else if (code === 0) resolve(Buffer.concat(chunks));
        else {
          const withCredentials = secrets.length > 0;
          const exit = exitSignal ?? `exit code ${code}`;
          reject(gitFailure(url, redact(stderr, secrets), exit, withCredentials));
        }
      });
    });
  }
}
