/**
 * Kubernetes events: short news on an object, for people. They are written one after the other in the
 * background, repetitions are counted on one event, one object cannot flood the others, and what
 * cannot be written is dropped. Nothing is ever decided on an event.
 */
import { isNotFound, type ObjectClient, RESOURCES } from '../api/client.ts';
import type { ObjectMeta } from '../api/objects.ts';
import { type Clock, rfc3339 } from '../support/clock.ts';
import { messageOf } from '../support/errors.ts';
import { LIMITS } from '../support/limits.ts';

export interface News {
  readonly object: { readonly apiVersion: string; readonly kind: string; readonly metadata: ObjectMeta };
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

export interface EventRecorderOptions {
  readonly client: ObjectClient;
  readonly clock: Clock;
  readonly component: string;
  /** name of this Pod */
  readonly instance?: string;
  readonly onDropped?: (news: News, why: string) => void;
}

interface Told {
  readonly name: string;
  readonly firstTimestamp: string;
  count: number;
}

export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #queue: { readonly news: News; readonly at: number }[] = [];
  readonly #told = new Map<string, Told>();
  readonly #allowance = new Map<string, { tokens: number; at: number }>();
  #serial = 0;
  #writing: Promise<void> | undefined;
  readonly #ended = new AbortController();

  constructor(options: EventRecorderOptions) {
    this.#options = options;
  }

  /** Notes an event; returns at once. */
  record(news: News): void {
    if (this.#ended.signal.aborted) this.#options.onDropped?.(news, 'the operator ends');
    else if (!this.#mayTell(news)) this.#options.onDropped?.(news, 'too many events of one object');
    else if (this.#queue.length >= LIMITS.eventQueue) this.#options.onDropped?.(news, 'too many events wait');
    else {
      this.#queue.push({ news, at: this.#options.clock.now() });
      this.#writing ??= this.#write();
    }
  }

  /** Resolves when everything noted so far was written or dropped. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  /** The end: gives what waits so much time to be written, then drops it, the call under way included. */
  async close(withinMs: number): Promise<void> {
    const inTime = new AbortController();
    const late = this.#options.clock.sleep(withinMs, inTime.signal).catch(() => {
      // all was written in time
    });
    await Promise.race([this.flush(), late]);
    inTime.abort();
    for (const { news } of this.#queue.splice(0)) this.#options.onDropped?.(news, 'the operator ends');
    this.#ended.abort();
  }

  async #write(): Promise<void> {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      try {
        await this.#tell(next.news, next.at);
      } catch (error) {
        this.#options.onDropped?.(next.news, messageOf(error));
      }
    }
    this.#writing = undefined;
  }

  async #tell(news: News, at: number): Promise<void> {
    const { client } = this.#options;
    const { signal } = this.#ended;
    const key = JSON.stringify([objectId(news), news.type, news.reason, news.message]);
    const namespace = news.object.metadata.namespace ?? 'default';
    const now = rfc3339(at);
    const told = this.#told.get(key);
    if (told !== undefined) {
      remember(this.#told, key, told);
      told.count += 1;
      try {
        const patch = { count: told.count, lastTimestamp: now };
        await client.patch(RESOURCES.events, namespace, told.name, patch, { type: 'merge', signal });
        return;
      } catch (error) {
        if (!isNotFound(error)) throw error;
        this.#told.delete(key);
      }
    }
    this.#serial += 1;
    const suffix = `.${Math.floor(at).toString(16)}${this.#serial.toString(16).padStart(4, '0')}`;
    const name = `${news.object.metadata.name.slice(0, LIMITS.nameLength - suffix.length)}${suffix}`;
    await client.create(RESOURCES.events, this.#event(news, name, namespace, now), { signal });
    remember(this.#told, key, { name, firstTimestamp: now, count: 1 });
  }

  #event(news: News, name: string, namespace: string, now: string) {
    const { metadata, apiVersion, kind } = news.object;
    const { component, instance } = this.#options;
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace },
      involvedObject: {
        apiVersion,
        kind,
        name: metadata.name,
        ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
        ...(metadata.uid === undefined ? {} : { uid: metadata.uid }),
        ...(metadata.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion }),
      },
      type: news.type,
      reason: news.reason,
      message: cutText(news.message, LIMITS.eventTextBytes),
      source: { component },
      reportingComponent: component,
      reportingInstance: instance ?? '',
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    };
  }

  /** One token an event, refilled slowly: an object that has used up its tokens waits. */
  #mayTell(news: News): boolean {
    const id = objectId(news);
    const at = this.#options.clock.monotonic();
    const held = this.#allowance.get(id) ?? { tokens: LIMITS.eventBurst, at };
    const refilled = Math.floor((at - held.at) / LIMITS.eventRefillMs);
    const tokens = Math.min(LIMITS.eventBurst, held.tokens + refilled);
    remember(this.#allowance, id, {
      tokens: Math.max(0, tokens - 1),
      at: held.at + refilled * LIMITS.eventRefillMs,
    });
    return tokens > 0;
  }
}

const objectId = ({ object }: News): string =>
  `${object.kind}/${object.metadata.namespace ?? ''}/${object.metadata.name}/${object.metadata.uid ?? ''}`;

function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= LIMITS.eventMemory) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}

/** At most `bytes` of UTF-8, cut between characters, with `…` where something is missing. */
export function cutText(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  let end = Math.min(text.length, bytes);
  while (Buffer.byteLength(text.slice(0, end)) > bytes - 3) end -= 1;
  const last = text.charCodeAt(end - 1);
  if (last >= 0xd800 && last <= 0xdbff) end -= 1;
  return `${text.slice(0, end)}…`;
}
