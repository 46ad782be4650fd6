/**
 * Sends notifications to one URL, one after another, beside all other work: bounded in what waits, in
 * time and in tries. The URL comes out of a file that is read for each call, so that a Secret that
 * changes counts at once; it is a secret itself and is never logged.
 */
import { readFile } from 'node:fs/promises';
import { Backoff } from '../../kube/index.ts';
import type { Clock } from '../../support/clock.ts';
import { AppsetError, messageOf } from '../../support/errors.ts';
import { LIMITS } from '../../support/limits.ts';
import { percentDecoded } from '../../support/percent.ts';
import type { Random } from '../../support/random.ts';
import type { Log } from '../log.ts';
import { bodyOf, type Notification, type NotificationFormat } from './messages.ts';

export type SendResult = 'sent' | 'failed' | 'dropped';

export interface OutboxOptions {
  readonly urlFile: string;
  readonly format: NotificationFormat;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly onResult?: (result: SendResult) => void;
}

/** A call that failed; `again`: trying once more can help. */
class CallFailed extends AppsetError {
  readonly again: boolean;
  readonly waitMs: number;

  constructor(message: string, again: boolean, waitMs = 0) {
    super('APPSET_E1005', message);
    this.again = again;
    this.waitMs = waitMs;
  }
}

function decoded(part: string): string {
  const found = percentDecoded(part);
  if (found !== undefined) return found;
  throw new CallFailed('the user or password of the URL holds a % that encodes nothing', false);
}

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #waiting: Notification[] = [];
  readonly #stop = new AbortController();
  #working: Promise<void> | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Takes a notification; the newest is dropped when too many wait. Never waits, never throws. */
  put(notification: Notification): void {
    if (this.#stop.signal.aborted) return;
    if (this.#waiting.length >= LIMITS.notificationsWaiting) {
      this.#done('dropped', notification, 'too many wait');
      return;
    }
    this.#waiting.push(notification);
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
  }

  /** Drops what waits and ends a call in flight. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#waiting.length = 0;
    await this.#working;
  }

  async #work(): Promise<void> {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      await this.#deliver(next);
      this.#waiting.shift();
    }
  }

  async #deliver(notification: Notification): Promise<void> {
    const { clock, random } = this.#options;
    const { signal } = this.#stop;
    const backoff = new Backoff(LIMITS.notificationBackoffMinMs, LIMITS.notificationBackoffMaxMs, random);
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        await this.#call(notification);
        this.#done('sent', notification);
        return;
      } catch (error) {
        if (signal.aborted) return;
        const again = error instanceof CallFailed && error.again && attempt < LIMITS.notificationTries;
        if (!again) {
          this.#done('failed', notification, messageOf(error));
          return;
        }
        const wait = Math.max(backoff.next(), Math.min(error.waitMs, LIMITS.notificationBackoffMaxMs));
        await clock.sleep(wait, signal).catch(() => {
          // closed: the loop sees it
        });
      }
    }
  }

  async #url(): Promise<string> {
    let text: string;
    try {
      text = (await readFile(this.#options.urlFile, 'utf8')).trim();
    } catch (error) {
      throw new CallFailed(`the file of the URL cannot be read: ${messageOf(error)}`, true);
    }
    if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
      throw new CallFailed('the file holds no http or https URL', false);
    return text;
  }

  async #call(notification: Notification): Promise<void> {
    const { format, clock } = this.#options;
    const url = new URL(await this.#url());
    const { username, password, host } = url;
    const basic = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64');
    url.username = '';
    url.password = '';
    const late = new AbortController();
    const cancel = clock.after(LIMITS.notificationTimeoutMs, () => late.abort());
    try {
      const answer = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'appset-operator',
          ...(username === '' ? {} : { authorization: `Basic ${basic}` }),
        },
        body: bodyOf(notification, format),
        signal: AbortSignal.any([late.signal, this.#stop.signal]),
      });
      await answer.body?.cancel();
      if (answer.status >= 200 && answer.status < 300) return;
      const again = answer.status === 408 || answer.status === 429 || answer.status >= 500;
      const seconds = Number(answer.headers.get('retry-after') ?? 0);
      throw new CallFailed(
        `${host} answered ${answer.status}`,
        again,
        Number.isFinite(seconds) ? seconds * 1_000 : 0,
      );
    } catch (error) {
      if (error instanceof CallFailed) throw error;
      throw new CallFailed(
        late.signal.aborted ? `${host} did not answer in time` : `${host} could not be reached`,
        true,
      );
    } finally {
      cancel();
    }
  }

  #done(result: SendResult, { event, set }: Notification, problem?: string): void {
    this.#options.onResult?.(result);
    if (problem === undefined) this.#options.log.info({ event, applicationset: set }, 'notification sent');
    else
      this.#options.log.warn({ event, applicationset: set, result, problem }, 'a notification was not sent');
  }
}
