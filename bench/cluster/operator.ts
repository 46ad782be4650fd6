/**
 * The operator as the image runs it, a process of its own, watched from outside: CPU and memory as the
 * kernel counts them, its log in a file that costs this process nothing until it is read.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stages } from '../../test/chart/dockerfile.ts';
import { cpuOf } from './processor.ts';

const root = resolve(import.meta.dirname, '../..');

/** What the image tells Node: the words between `node` and the program in its ENTRYPOINT. */
export function nodeFlags(): readonly string[] {
  const text = stages()
    .at(-1)
    ?.instructions.findLast(({ name }) => name === 'ENTRYPOINT')?.text;
  const words = JSON.parse(text ?? '[]') as readonly string[];
  const start = words.findIndex((word) => word.endsWith('/node')) + 1;
  return words.slice(start, -1);
}

export interface OperatorOptions {
  readonly kubeconfig: string;
  readonly folder: string;
  /** name of this run, for its log and its profile */
  readonly name: string;
  /** folder for CPU profiles; none are made without it */
  readonly profile?: string;
  /** for Node; those of the image when absent */
  readonly flags?: readonly string[] | undefined;
  readonly args?: readonly string[];
}

export class OperatorUnderTest {
  readonly #child: ChildProcess;
  readonly #log: string;
  readonly #gone: Promise<void>;
  readonly startedAt = performance.now();

  constructor({ kubeconfig, folder, name, profile, flags = nodeFlags(), args = [] }: OperatorOptions) {
    this.#log = join(folder, `${name}.log`);
    const log = openSync(this.#log, 'w');
    const profiling =
      profile === undefined
        ? []
        : ['--cpu-prof', `--cpu-prof-dir=${profile}`, `--cpu-prof-name=${name}.cpuprofile`];
    const listeners = ['metrics', 'probe', 'webhook'].flatMap((name) => [`--${name}-addr`, '127.0.0.1:0']);
    const command = ['run', '--kubeconfig', kubeconfig, '--namespace', 'argocd', ...listeners, ...args];
    this.#child = spawn(
      join(root, 'node_modules', '.bin', 'node'),
      [...flags, ...profiling, join(root, 'bin', 'appset.js'), ...command],
      { stdio: ['ignore', log, log] },
    );
    closeSync(log);
    this.#gone = new Promise((done) => this.#child.once('exit', () => done()));
  }

  get log(): string {
    return readFileSync(this.#log, 'utf8');
  }

  /** How often the log has a line with this message. */
  said(message: string): number {
    return this.log.split(`"msg":"${message}"`).length - 1;
  }

  /** @returns the moment, as performance.now() tells it */
  async until(message: string, times = 1, limitSeconds = 120): Promise<number> {
    const end = performance.now() + limitSeconds * 1_000;
    while (this.said(message) < times) {
      if (this.#child.exitCode !== null) throw new Error(`the operator ended: ${this.log.slice(-2_000)}`);
      if (performance.now() > end) throw new Error(`${message}: ${this.said(message)} of ${times}`);
      await new Promise((done) => setTimeout(done, 50));
    }
    return performance.now();
  }

  /** User and system time so far, in seconds. */
  cpu(): number {
    return cpuOf(this.#child.pid ?? 0) ?? Number.NaN;
  }

  /** Resident memory now and at its highest, in MB. */
  memory(): { readonly now: number; readonly peak: number } {
    const text = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    const kib = (name: string) =>
      Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? Number.NaN);
    return { now: kib('VmRSS') / 1_024, peak: kib('VmHWM') / 1_024 };
  }

  /** Waits until it has used next to no CPU for two seconds. */
  async settled(limitSeconds = 120): Promise<void> {
    const end = performance.now() + limitSeconds * 1_000;
    for (let before = this.cpu(); ; ) {
      await new Promise((done) => setTimeout(done, 2_000));
      const now = this.cpu();
      if (now - before <= 0.06) return;
      if (performance.now() > end) throw new Error(`the operator is not at rest after ${limitSeconds} s`);
      before = now;
    }
  }

  /** SIGTERM, and gone when this resolves. */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGTERM');
    await this.#gone;
  }
}
