/**
 * A program beside git that reads its input and ends: gpg. No shell, an environment made from nothing,
 * ended when it takes too long.
 */
import { execFile } from 'node:child_process';
import { type Clock, systemClock } from '../support/clock.ts';
import { GitFailure } from './errors.ts';

export class Program {
  readonly path: string;
  readonly #clock: Clock;

  constructor(path: string, clock: Clock = systemClock) {
    this.path = path;
    this.#clock = clock;
  }

  /**
   * Runs it to its end.
   *
   * @throws GitFailure when it cannot be started, ends with another exit than 0, or takes too long
   */
  run(args: readonly string[], input: string, timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const env = { PATH: process.env['PATH'], LC_ALL: 'C' };
      const child = execFile(this.path, args, { env }, (error, _, stderr) => {
        stopTimer();
        if (error === null) resolve();
        else {
          const said = stderr.trim().split('\n').at(-1) || error.message;
          reject(new GitFailure('other', `${this.path} failed: ${said}`, stderr));
        }
      });
      const stopTimer = this.#clock.after(timeoutMs, () => child.kill('SIGKILL'));
      child.stdin?.on('error', () => {
        // a program that ends before it has read its input says why by its exit
      });
      child.stdin?.end(input);
    });
  }
}
