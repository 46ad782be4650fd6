/**
 * One pool of calls for everything a process asks of an API server. So many run at once; a status, and
 * what else can wait, is written when no Application is, an event when neither is, and nothing waits for
 * ever. A server that says 429 gets nothing new for as long as it asked, then half as much at once, and one
 * more for each round of calls that went well. Leases, lists and watches never wait. A write of an object
 * that waited long is not sent.
 */
import {
  ApiError,
  type ListOptions,
  type ListPage,
  type ObjectClient,
  type ResourceType,
  type WatchEvent,
  type WatchOptions,
} from '../api/client.ts';
import type { KubeObject } from '../api/objects.ts';
import type { Clock } from '../support/clock.ts';
import { LIMITS } from '../support/limits.ts';

interface Waiting {
  readonly since: number;
  readonly lane: Lane;
  readonly signal: AbortSignal | undefined;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** A write that waited too long for its turn: nothing was sent. */
export class TurnTooLate extends ApiError {
  constructor() {
    super(429, 'TooManyRequests', 'the write waited too long for its turn and was not sent', {
      retryAfterSeconds: 0,
    });
  }
}

/** Lanes, the most urgent first. */
const LANES = ['objects', 'statuses', 'events'] as const;
type Lane = (typeof LANES)[number];

export interface PacedClientOptions {
  readonly clock: Clock;
  /** calls that run at once while the server does not complain */
  readonly atOnce?: number;
}

export class PacedClient implements ObjectClient {
  readonly #client: ObjectClient;
  readonly #clock: Clock;
  readonly #most: number;
  readonly #lanes: Readonly<Record<Lane, Set<Waiting>>> = {
    objects: new Set(),
    statuses: new Set(),
    events: new Set(),
  };
  readonly #heard = new WeakSet<AbortSignal>();
  #isUrgentTurn = false;
  #allowed: number;
  readonly #running: Record<Lane, number> = { objects: 0, statuses: 0, events: 0 };
  #wellDone = 0;
  /** monotonic ms before which nothing is started, and the timer that goes on then */
  #pausedUntil = 0;
  #resume: (() => void) | undefined;

  constructor(client: ObjectClient, { clock, atOnce = LIMITS.kubeCallsAtOnce }: PacedClientOptions) {
    this.#client = client;
    this.#clock = clock;
    this.#most = Math.max(1, atOnce);
    this.#allowed = this.#most;
  }

  /** Calls that may run at once now. */
  get allowed(): number {
    return this.#allowed;
  }

  /** Calls that may run at once while the server does not complain. */
  get most(): number {
    return this.#most;
  }

  get waiting(): number {
    return LANES.reduce((sum, lane) => sum + this.#lanes[lane].size, 0);
  }

  list(type: ResourceType, options?: ListOptions): Promise<ListPage> {
    return this.#client.list(type, options);
  }

  watch(type: ResourceType, options: WatchOptions): AsyncIterable<WatchEvent> {
    return this.#client.watch(type, options);
  }

  get(...args: Parameters<ObjectClient['get']>): Promise<KubeObject> {
    return this.#paced(args[0], undefined, args[3]?.signal, () => this.#client.get(...args));
  }

  create(...args: Parameters<ObjectClient['create']>): Promise<KubeObject> {
    return this.#paced(args[0], undefined, args[2]?.signal, () => this.#client.create(...args), true);
  }

  update(...args: Parameters<ObjectClient['update']>): Promise<KubeObject> {
    return this.#paced(
      args[0],
      args[2]?.subresource,
      args[2]?.signal,
      () => this.#client.update(...args),
      true,
    );
  }

  patch(...args: Parameters<ObjectClient['patch']>): Promise<KubeObject> {
    const { subresource, signal, patient = false } = args[4];
    return this.#paced(args[0], subresource, signal, () => this.#client.patch(...args), true, patient);
  }

  delete(...args: Parameters<ObjectClient['delete']>): Promise<KubeObject | undefined> {
    return this.#paced(args[0], undefined, args[3]?.signal, () => this.#client.delete(...args), true);
  }

  /** Runs a call on the server itself when an object's call would have its turn. */
  inTurn<T>(call: (client: ObjectClient) => Promise<T>): Promise<T> {
    return this.#run('objects', undefined, () => call(this.#client), false);
  }

  #paced<T>(
    { plural }: ResourceType,
    subresource: string | undefined,
    signal: AbortSignal | undefined,
    call: () => Promise<T>,
    isWrite = false,
    isPatient = false,
  ): Promise<T> {
    if (plural === 'leases') return call();
    const lane: Lane =
      plural === 'events' ? 'events' : subresource === 'status' || isPatient ? 'statuses' : 'objects';
    return this.#run(lane, signal, call, isWrite);
  }

  async #run<T>(
    lane: Lane,
    signal: AbortSignal | undefined,
    call: () => Promise<T>,
    isWrite: boolean,
  ): Promise<T> {
    const asked = this.#clock.monotonic();
    await this.#turn(lane, signal);
    try {
      const isLate = this.#clock.monotonic() - asked > LIMITS.kubeTurnMs;
      if (isWrite && lane === 'objects' && isLate) throw new TurnTooLate();
      const answer = await call();
      this.#wentWell();
      return answer;
    } catch (error) {
      if (error instanceof ApiError && error.code === 429 && !(error instanceof TurnTooLate))
        this.#slowDown(error.retryAfterSeconds);
      throw error;
    } finally {
      this.#running[lane] -= 1;
      this.#startNext();
    }
  }

  get #isFree(): boolean {
    const { objects, statuses, events } = this.#running;
    return objects + statuses + events < this.#allowed && this.#clock.monotonic() >= this.#pausedUntil;
  }

  /** Waits for the right to run; who resolves has counted it as running. */
  #turn(lane: Lane, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting: Waiting = { since: this.#clock.monotonic(), lane, signal, resolve, reject };
    this.#lanes[lane].add(waiting);
    if (signal !== undefined) this.#listen(signal);
    this.#startNext();
    return promise;
  }

  /** One listener a signal, however many wait under it: a thousand of them would each be searched. */
  #listen(signal: AbortSignal): void {
    if (this.#heard.has(signal)) return;
    this.#heard.add(signal);
    signal.addEventListener('abort', () => {
      for (const lane of LANES) {
        for (const waiting of this.#lanes[lane]) {
          if (waiting.signal !== signal) continue;
          this.#lanes[lane].delete(waiting);
          waiting.reject(signal.reason);
        }
      }
    });
  }

  /** The lane whose first goes next. What waited too long and what is most urgent take turns. */
  #next(): Lane | undefined {
    const late = this.#clock.monotonic() - LIMITS.kubeCallPatienceMs;
    const filled = LANES.filter((lane) => this.#lanes[lane].size > 0);
    const busy = LANES.find((lane) => this.#running[lane] > 0 || this.#lanes[lane].size > 0);
    const urgent = filled.find((lane) => lane === busy);
    const impatient = filled.find((lane) => lane !== urgent && (this.#first(lane)?.since ?? late) < late);
    if (impatient === undefined) return urgent;
    this.#isUrgentTurn = !this.#isUrgentTurn;
    return this.#isUrgentTurn ? (urgent ?? impatient) : impatient;
  }

  #first(lane: Lane): Waiting | undefined {
    const [first] = this.#lanes[lane];
    return first;
  }

  #startNext(): void {
    while (this.#isFree) {
      const lane = this.#next();
      const waiting = lane === undefined ? undefined : this.#first(lane);
      if (waiting === undefined) return;
      this.#lanes[waiting.lane].delete(waiting);
      this.#running[waiting.lane] += 1;
      waiting.resolve();
    }
  }

  #wentWell(): void {
    if (this.#allowed >= this.#most || this.#clock.monotonic() < this.#pausedUntil) return;
    this.#wellDone += 1;
    if (this.#wellDone < this.#allowed) return;
    this.#wellDone = 0;
    this.#allowed += 1;
  }

  #slowDown(retryAfterSeconds: number | undefined): void {
    const now = this.#clock.monotonic();
    // the calls that were under way say it again: once is enough
    if (now >= this.#pausedUntil) this.#allowed = Math.max(1, Math.floor(this.#allowed / 2));
    this.#wellDone = 0;
    const seconds = Math.min(retryAfterSeconds ?? LIMITS.throttleSeconds, LIMITS.kubeRetryAfterSeconds);
    this.#pausedUntil = Math.max(this.#pausedUntil, now + seconds * 1_000);
    this.#resume?.();
    this.#resume = this.#clock.after(this.#pausedUntil - now, () => {
      this.#resume = undefined;
      // a timer may fire a fraction of a millisecond early, and nobody would ask again
      this.#pausedUntil = Math.min(this.#pausedUntil, this.#clock.monotonic());
      this.#startNext();
    });
  }
}
