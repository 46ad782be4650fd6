/**
 * Leader election on a Lease: who holds it leads. Whether another's hold has run out is judged by when
 * we saw it change, never by the times in it: clocks differ. A leader that cannot renew steps down
 * before anybody else may step up, and sends no write in the last part of its time. Letting go on
 * purpose clears the holder, after the work is drained.
 */
import { ApiError, isConflict, isNotFound, type ObjectClient, RESOURCES } from '../api/client.ts';
import type { JsonObject, KubeObject } from '../api/objects.ts';
import { type Clock, rfc3339Micro } from '../support/clock.ts';
import { messageOf } from '../support/errors.ts';
import { LIMITS } from '../support/limits.ts';
import type { Random } from '../support/random.ts';

export interface LeaseOptions {
  readonly client: ObjectClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly namespace: string;
  readonly name: string;
  /** different in every process that ever runs: Pod name and a random part */
  readonly identity: string;
  readonly durationMs?: number;
  readonly renewDeadlineMs?: number;
  readonly retryMs?: number;
  readonly onTrouble?: (message: string) => void;
}

export interface Leadership {
  /** aborts when leadership is lost: everything queued or running stops */
  readonly signal: AbortSignal;
  /** whether a write may be sent now */
  mayWrite(): boolean;
}

export class LeaderElector {
  readonly #options: LeaseOptions;
  readonly #duration: number;
  readonly #deadline: number;
  readonly #retry: number;
  /** the Lease as last read, and when (monotonic) its record was first seen so */
  #observed: { lease: KubeObject; record: string; at: number } | undefined;
  /** monotonic time at which the last successful renewal was sent */
  #renewedAt = Number.NEGATIVE_INFINITY;
  #leading = false;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#duration = options.durationMs ?? LIMITS.leaseDurationMs;
    this.#deadline = options.renewDeadlineMs ?? LIMITS.leaseRenewDeadlineMs;
    this.#retry = options.retryMs ?? LIMITS.leaseRetryMs;
  }

  get leading(): boolean {
    return this.#leading;
  }

  /** Who holds the Lease as far as we have seen; '' when nobody does. */
  get holder(): string {
    return textOf(this.#observed?.lease.spec?.holderIdentity);
  }

  /**
   * Waits for leadership, then runs `lead` while it lasts. When `signal` aborts, `lead` is to drain and
   * return; the Lease is kept meanwhile and let go afterwards.
   *
   * @returns `released` after an orderly end, `lost` when leadership was lost
   */
  async run(
    signal: AbortSignal,
    lead: (leadership: Leadership) => Promise<void>,
  ): Promise<'released' | 'lost'> {
    const { clock } = this.#options;
    while (!(await this.#tryOnce(signal))) {
      await clock.sleep(this.#standbyWait(), signal).catch(() => {
        // the signal aborted: seen below
      });
      if (signal.aborted) return 'released';
    }
    this.#leading = true;
    const lost = new AbortController();
    const over = new AbortController();
    const renewing = this.#keepRenewing(lost, over.signal);
    try {
      await lead({ signal: lost.signal, mayWrite: () => !lost.signal.aborted && this.#isFresh() });
    } finally {
      over.abort();
      await renewing;
      this.#leading = false;
      if (!lost.signal.aborted) await this.#release();
    }
    return lost.signal.aborted ? 'lost' : 'released';
  }

  /** A standby looks more often than the holder renews, spread out, and the moment the hold runs out. */
  #standbyWait(): number {
    const { clock, random } = this.#options;
    const usual = this.#retry * (0.5 + random.next() / 2);
    if (this.#observed === undefined || this.holder === '') return usual;
    const left = this.#observed.at + this.#durationOf(this.#observed.lease) - clock.monotonic();
    return left <= 0 ? usual : Math.min(usual, left + LIMITS.leaseRunOutMs);
  }

  #isFresh(): boolean {
    const end = this.#renewedAt + this.#duration - LIMITS.leaseMarginMs;
    return this.#options.clock.monotonic() < end;
  }

  /** Renews until `over` aborts; aborts `lost` when the deadline passes, even while a call hangs. */
  async #keepRenewing(lost: AbortController, over: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const stop = AbortSignal.any([over, lost.signal]);
    let cancel = () => {};
    const watchDeadline = () => {
      cancel();
      const left = this.#renewedAt + this.#deadline - clock.monotonic();
      cancel = clock.after(left, () => lost.abort(new ApiError(0, '', 'leadership was lost')));
    };
    watchDeadline();
    while (!stop.aborted) {
      await clock.sleep(this.#retry, stop).catch(() => {
        // one of the signals aborted: the loop ends
      });
      if (stop.aborted) break;
      if (await this.#tryOnce(stop)) watchDeadline();
      else if (this.holder !== '' && this.holder !== this.#options.identity) {
        lost.abort(new ApiError(0, '', `leadership went to ${this.holder}`));
      }
    }
    cancel();
  }

  /** One try to get or keep the Lease. */
  async #tryOnce(signal: AbortSignal): Promise<boolean> {
    const { client, clock, namespace, name, identity, onTrouble } = this.#options;
    try {
      const sentAt = clock.monotonic();
      const current = await this.#read({ signal });
      if (current === undefined) {
        const fresh = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { namespace, name } };
        const spec = this.#spec(undefined);
        this.#observe(await client.create(RESOURCES.leases, { ...fresh, spec }, { signal }));
        this.#renewedAt = sentAt;
        return true;
      }
      const holder = textOf(current.spec?.holderIdentity);
      if (holder !== '' && holder !== identity && !this.#hasRunOut(current)) return false;
      const next = { ...current, spec: this.#spec(current) };
      const writtenAt = clock.monotonic();
      this.#observe(await client.update(RESOURCES.leases, next, { signal }));
      this.#renewedAt = writtenAt;
      return true;
    } catch (error) {
      if (!signal.aborted) onTrouble?.(`lease ${namespace}/${name}: ${messageOf(error)}`);
      return false;
    }
  }

  async #read(options: { readonly signal?: AbortSignal } = {}): Promise<KubeObject | undefined> {
    const { client, namespace, name } = this.#options;
    try {
      const lease = await client.get(RESOURCES.leases, namespace, name, options);
      this.#observe(lease);
      return lease;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  #observe(lease: KubeObject): void {
    const record = JSON.stringify(lease.spec ?? {});
    const at = this.#observed?.record === record ? this.#observed.at : this.#options.clock.monotonic();
    this.#observed = { lease, record, at };
  }

  /** Whether the holder has not changed its record for as long as it said it would hold. */
  #hasRunOut(lease: KubeObject): boolean {
    return this.#options.clock.monotonic() - (this.#observed?.at ?? 0) > this.#durationOf(lease);
  }

  #durationOf(lease: KubeObject): number {
    const seconds = lease.spec?.leaseDurationSeconds;
    return typeof seconds === 'number' ? seconds * 1000 : this.#duration;
  }

  #spec(current: KubeObject | undefined): JsonObject {
    const { clock, identity } = this.#options;
    const now = rfc3339Micro(clock.now());
    const spec = current?.spec ?? {};
    const mine = textOf(spec.holderIdentity) === identity;
    const transitions = typeof spec.leaseTransitions === 'number' ? spec.leaseTransitions : 0;
    return {
      ...spec,
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(this.#duration / 1000),
      acquireTime: mine ? (spec.acquireTime ?? now) : now,
      renewTime: now,
      leaseTransitions: current === undefined || mine ? transitions : transitions + 1,
    };
  }

  /** Lets go, so that the next one need not wait. Failing to is harmless: the hold runs out. */
  async #release(): Promise<void> {
    try {
      await this.#clearHolder().catch(async (error: unknown) => {
        // a renewal whose answer never came was taken all the same: the Lease is newer than what was seen
        if (!isConflict(error)) throw error;
        await this.#read();
        await this.#clearHolder();
      });
    } catch (error) {
      this.#options.onTrouble?.(`the lease could not be released: ${messageOf(error)}`);
    }
  }

  /** Only where it is ours, as last read. */
  async #clearHolder(): Promise<void> {
    const { client, clock, identity } = this.#options;
    const lease = this.#observed?.lease;
    if (lease === undefined || this.holder !== identity) return;
    const now = rfc3339Micro(clock.now());
    const spec = { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: now };
    this.#observe(await client.update(RESOURCES.leases, { ...lease, spec }));
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
