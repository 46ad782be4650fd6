/**
 * Runs the native git, and only in ways that are known here: sub-commands from a list, no shell, an
 * environment of our own (no system or user configuration, no prompts, no hooks, no `ext` protocol),
 * credentials by GIT_ASKPASS and files that live as long as the command. A command that takes too
 * long, or writes too much, is ended with everything it has started.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { type Clock, systemClock } from '../support/clock.ts';
import { AppsetError } from '../support/errors.ts';
import { LIMITS } from '../support/limits.ts';
import { secretsOf } from './credentials.ts';
import { environmentOf, prepareHome, type Remote, secretFiles } from './environment.ts';
import { GitFailure, gitFailure, gitTimeout, redact } from './errors.ts';
import { HostSlots } from './hosts.ts';

const SUBCOMMANDS = [
  'cat-file',
  'fetch',
  'init',
  'ls-files',
  'ls-remote',
  'ls-tree',
  'merge-base',
  'rev-parse',
  'update-ref',
  'verify-commit',
] as const;
export type Subcommand = (typeof SUBCOMMANDS)[number];

export interface GitSettings {
  /** a folder of our own; git's HOME, mirrors and short-lived key files are under it */
  readonly home: string;
  /** `file` and `git` addresses too: tests, the demo, `--repo` */
  readonly allowLocal?: boolean;
  readonly gitPath?: string;
  readonly gpgPath?: string;
  /** certificates of authorities trusted in place of the system's (PEM file) */
  readonly caFile?: string;
  /** ssh host keys; without it ssh refuses every host that is not `insecure` */
  readonly knownHostsFile?: string;
  readonly clock?: Clock;
  readonly timeoutMs?: number;
  readonly fetchTimeoutMs?: number;
  readonly outputBytes?: number;
  readonly cacheBytes?: number;
  readonly mirrorPacks?: number;
  /** told of every command that ended */
  readonly onCommand?: (operation: Subcommand, ok: boolean, ms: number) => void;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly input?: string | Uint8Array;
  readonly timeoutMs?: number;
  /** the remote this command talks to; without it git may talk to none */
  readonly remote?: Remote;
  readonly signal?: AbortSignal;
  /** which stream the answer is read from; stdout */
  readonly answer?: 'stdout' | 'stderr';
  /** more of the environment */
  readonly variables?: Readonly<Record<string, string>>;
  /** more of the configuration, by key and value */
  readonly config?: readonly (readonly [string, string])[];
}

/** What a repository's own configuration must not change: these would run programs. */
const OVERRIDES = ['protocol.ext.allow=never', 'core.hooksPath=/dev/null', 'core.fsmonitor=false'].flatMap(
  (setting) => ['-c', setting],
);

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

export class GitCommand {
  readonly settings: GitSettings;
  readonly clock: Clock;
  readonly #slots: HostSlots;
  #ready: Promise<void> | undefined;

  constructor(settings: GitSettings) {
    this.settings = settings;
    this.clock = settings.clock ?? systemClock;
    this.#slots = new HostSlots(this.clock);
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
    this.#ready ??= prepareHome(this.settings.home);
    await this.#ready;
    return this.#slots.run(options.remote?.address, () => this.#timed(subcommand, args, options));
  }

  async #timed(subcommand: Subcommand, args: readonly string[], options: RunOptions): Promise<Buffer> {
    const files = await secretFiles(this.settings.home, options.remote?.credentials);
    const startedAt = this.clock.monotonic();
    let ok = false;
    try {
      const output = await this.#spawn(subcommand, args, options, files);
      ok = true;
      return output;
    } finally {
      this.settings.onCommand?.(subcommand, ok, this.clock.monotonic() - startedAt);
      if (files !== undefined) await rm(files, { recursive: true, force: true });
    }
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
      const settings = (options.config ?? []).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
      const child = spawn(this.settings.gitPath ?? 'git', [...OVERRIDES, ...settings, subcommand, ...args], {
        cwd: options.cwd ?? this.settings.home,
        env: { ...environmentOf(this.settings, remote, files), ...options.variables },
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
        stopHard = this.clock.after(1000, () => killGroup(child, 'SIGKILL'));
      };
      const stopTimer = this.clock.after(timeoutMs, () => end(gitTimeout(url, timeoutMs)));
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
        else if (code === 0)
          resolve(options.answer === 'stderr' ? Buffer.from(stderr) : Buffer.concat(chunks));
        else {
          const withCredentials = secrets.length > 0;
          const exit = exitSignal ?? `exit code ${code}`;
          reject(gitFailure(url, redact(stderr, secrets), exit, withCredentials, code ?? undefined));
        }
      });
    });
  }
}
