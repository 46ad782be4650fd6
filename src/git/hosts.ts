/**
 * Whose turn it is to run a git command. Each host has a few slots of its own, and work on the disk has
 * others, so that a server that hangs holds up nobody but those who ask it. A host that kept several
 * commands waiting for nothing, and answered none in between, is asked by one command at a time and not
 * at once again; whoever comes meanwhile is told so without waiting.
 */
import PQueue from 'p-queue';
import { BoundedCache } from '../support/bounded-cache.ts';
import type { Clock } from '../support/clock.ts';
import { LIMITS } from '../support/limits.ts';
import { GitFailure, gitTimeout } from './errors.ts';
import type { RepositoryAddress } from './url.ts';

class Host {
  readonly slots = new PQueue({ concurrency: LIMITS.gitProcessesPerHost });
  /** commands in a row that waited for nothing */
  silences = 0;
  /** how long the last of them waited, and when it ended (monotonic ms) */
  waited = 0;
  endedAt = 0;
  isAsked = false;
}

export class HostSlots {
  readonly #clock: Clock;
  readonly #local = new PQueue({ concurrency: LIMITS.gitProcesses });
  readonly #remote = new PQueue({ concurrency: LIMITS.gitRemoteProcesses });
  readonly #hosts = new BoundedCache<string, Host>(LIMITS.gitHosts);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Runs a command when it is its turn.
   *
   * @param address whom it talks to; undefined: nobody
   * @throws GitFailure of kind timeout, without running it, while its host answers nobody
   */
  run<T>(address: RepositoryAddress | undefined, command: () => Promise<T>): Promise<T> {
    if (address === undefined || address.host === '') return this.#local.add(command);
    const host = this.#hosts.getOrMake(address.host, () => new Host());
    return host.slots.add(() => this.#ask(host, address.url, command));
  }

  async #ask<T>(host: Host, url: string, command: () => Promise<T>): Promise<T> {
    const ask = () => this.#remote.add(() => this.#noted(host, command));
    if (host.silences < LIMITS.gitSilences) return ask();
    const isEarly = this.#clock.monotonic() - host.endedAt < LIMITS.gitSilenceMs;
    if (host.isAsked || isEarly) throw gitTimeout(url, Math.floor(host.waited / 1_000) * 1_000);
    host.isAsked = true;
    try {
      return await ask();
    } finally {
      host.isAsked = false;
    }
  }

  /** Notes whether the host has answered; a refusal is an answer too. */
  async #noted<T>(host: Host, command: () => Promise<T>): Promise<T> {
    const startedAt = this.#clock.monotonic();
    try {
      const answer = await command();
      host.silences = 0;
      return answer;
    } catch (error) {
      const endedAt = this.#clock.monotonic();
      const waited = endedAt - startedAt;
      const kind = error instanceof GitFailure ? error.failure : 'other';
      const silent = (kind === 'timeout' || kind === 'unreachable') && waited >= LIMITS.gitSilentAfterMs;
      host.silences = silent ? host.silences + 1 : 0;
      if (silent) Object.assign(host, { waited, endedAt });
      throw error;
    }
  }
}
