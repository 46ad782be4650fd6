/**
 * The operator as users run it: `appset run` as a process of its own, its JSON log lines read as they
 * come. Every process is ended by its id, by `kill` or `stop`, and `stopAll` ends what a failed test left.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { systemClock } from '../../src/support/clock.ts';
import { InVain, until } from './until.ts';

export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface OperatorProcess {
  readonly pid: number;
  readonly lines: readonly LogLine[];
  /** what it said on stderr; nothing when all is well */
  readonly stderr: string;
  readonly ended: boolean;
  /** the first line with that message */
  said(msg: string, timeoutMs?: number): Promise<LogLine>;
  /** its exit code, when it ends by itself */
  readonly end: Promise<number | null>;
  /** SIGTERM; its exit code and how long it took, in milliseconds */
  stop(): Promise<{ readonly code: number | null; readonly ms: number }>;
  /** SIGKILL, and gone when this resolves */
  kill(): Promise<void>;
  /** user and system time so far, in seconds */
  cpuSeconds(): number;
}

/** Many run beside each other. */
const NO_PORTS = ['--metrics-addr', '0', '--probe-addr', '0', '--webhook-addr', '0'];
const root = resolve(import.meta.dirname, '../..');
const node = join(root, 'node_modules', '.bin', 'node');
const running = new Set<ChildProcess>();

/** How a program is started that becomes the operator. */
export interface Start {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Starts `appset run`; ready to be waited for by its log.
 *
 * @param kubeconfig undefined: it is to find the cluster by itself
 */
export function startOperatorProcess(
  kubeconfig: string | undefined,
  args: readonly string[] = [],
  via: Start = { command: node, args: [], env: process.env },
): OperatorProcess {
  const child = spawn(
    via.command,
    [
      ...via.args,
      join(root, 'bin', 'appset.js'),
      'run',
      ...(kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig]),
      '--namespace',
      'argocd',
      ...NO_PORTS,
      ...args,
    ],
    { env: via.env, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  running.add(child);
  const lines: LogLine[] = [];
  let stderr = '';
  createInterface({ input: child.stdout }).on('line', (text) => {
    lines.push(text.startsWith('{') ? (JSON.parse(text) as LogLine) : { level: '', msg: text });
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const gone = new Promise<number | null>((done) => {
    child.once('exit', () => running.delete(child));
    // what it said last has been read by then
    child.once('close', done);
  });
  let isOver = false;
  void gone.then(() => {
    isOver = true;
  });
  const isGone = () => child.exitCode !== null || child.signalCode !== null;
  return {
    pid: child.pid ?? 0,
    lines,
    get stderr() {
      return stderr;
    },
    get ended() {
      return isGone();
    },
    said: (msg, timeoutMs = 30_000) =>
      until(
        `the operator to say ${JSON.stringify(msg)}`,
        () => {
          const found = lines.find((line) => line.msg === msg);
          if (found !== undefined) return found;
          if (isOver) throw new InVain(`the operator ended with ${child.exitCode}: ${stderr}`);
          return undefined;
        },
        {
          timeoutMs,
          last: () =>
            `${stderr}\n${lines
              .slice(-15)
              .map((line) => JSON.stringify(line))
              .join('\n')}`,
        },
      ),
    end: gone,
    stop: async () => {
      const started = systemClock.monotonic();
      if (!isGone()) child.kill('SIGTERM');
      const code = await gone;
      return { code, ms: systemClock.monotonic() - started };
    },
    kill: async () => {
      if (!isGone()) child.kill('SIGKILL');
      await gone;
    },
    cpuSeconds: () => cpuSecondsOf(child.pid ?? 0),
  };
}

/** Ends every operator that is still there. */
export async function stopAll(): Promise<void> {
  await Promise.all(
    [...running].map(
      (child) =>
        new Promise<void>((done) => {
          child.once('exit', () => done());
          child.kill('SIGKILL');
        }),
    ),
  );
}

/** User and system time of a process of Linux, in seconds. */
function cpuSecondsOf(pid: number): number {
  const TICKS = 100;
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}
