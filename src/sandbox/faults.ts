/**
 * Faults on purpose, for tests: refusals, delays, lost answers, broken watches. A rule matches calls
 * by verb, kind, namespace and name, and is used up after `times`. The same rules hold for the store's
 * own client and for its HTTP face; what only HTTP can do (an HTML page, a cut connection) shows on the
 * store's client as what a good HTTP client makes of it: an error with code 0.
 */
import { ApiError } from '../api/client.ts';
import type { Clock } from '../support/clock.ts';
import { AppsetError } from '../support/errors.ts';

export type FaultVerb =
  | 'get'
  | 'list'
  | 'watch'
  | 'create'
  | 'update'
  | 'updateStatus'
  | 'patch'
  | 'patchStatus'
  | 'delete';

export type FaultEffect =
  /** refused with this status; reason and message default to those of the code */
  | {
      readonly type: 'refuse';
      readonly code: number;
      readonly reason?: string;
      readonly message?: string;
      readonly retryAfterSeconds?: number;
    }
  /** answered after this long, on the sandbox's clock */
  | { readonly type: 'delay'; readonly ms: number }
  /** the connection is cut: before the call is done, or after, so that its answer is lost */
  | { readonly type: 'cut'; readonly when: 'before' | 'after' }
  /** a page of HTML where JSON was due, with status 200 unless said otherwise */
  | { readonly type: 'html'; readonly code?: number }
  /** status 200 with no body at all */
  | { readonly type: 'blank' }
  /** a valid list with nothing in it, whatever there is: a server that lies */
  | { readonly type: 'nothing' }
  /** a list that breaks off in the middle of its body */
  | { readonly type: 'truncate' }
  /** a watch that ends after so many events; with a status in-band, as 410, or just so */
  | { readonly type: 'drop'; readonly afterEvents: number; readonly code?: number }
  /** the object really vanishes before the call, which then fails with 404 */
  | { readonly type: 'vanish' };

export interface FaultRule {
  /** any when absent */
  readonly verb?: FaultVerb | readonly FaultVerb[];
  /** such as Application; any when absent */
  readonly kind?: string;
  readonly namespace?: string;
  /** any when absent or empty */
  readonly name?: string;
  readonly effect: FaultEffect;
  /** how often the rule strikes before it is used up; for ever when absent */
  readonly times?: number;
  /** matching calls that pass before it strikes first */
  readonly after?: number;
}

export interface Call {
  readonly verb: FaultVerb;
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

const REASONS: Readonly<Record<number, readonly [string, string]>> = {
  400: ['BadRequest', 'the server rejected our request'],
  401: ['Unauthorized', 'Unauthorized'],
  403: ['Forbidden', 'the server refused this call'],
  404: ['NotFound', 'the server could not find the requested resource'],
  409: [
    'Conflict',
    'the object has been modified; please apply your changes to the latest version and try again',
  ],
  410: ['Expired', 'too old resource version'],
  422: ['Invalid', 'the object is invalid'],
  429: ['TooManyRequests', 'the server has received too many requests and has asked us to try again later'],
  500: ['InternalError', 'an error on the server has prevented the request from succeeding'],
  503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
  504: ['Timeout', 'the server was unable to return a response in the time allotted'],
};

/** The error a refusal stands for. */
export function refusal(effect: Extract<FaultEffect, { type: 'refuse' }>): ApiError {
  const [reason, message] = REASONS[effect.code] ?? ['', `the server answered ${effect.code}`];
  const wait = effect.retryAfterSeconds ?? (effect.code === 429 ? 1 : undefined);
  return new ApiError(
    effect.code,
    effect.reason ?? reason,
    effect.message ?? message,
    wait === undefined ? {} : { retryAfterSeconds: wait },
  );
}

/** What a client reports when no usable answer came. */
export const noAnswer = (why: string): ApiError => new ApiError(0, '', why);

interface Standing {
  readonly rule: FaultRule;
  passed: number;
  struck: number;
}

export class Faults {
  readonly #clock: Clock;
  #standing: Standing[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Adds rules; the first that matches a call strikes. */
  add(...rules: FaultRule[]): void {
    for (const rule of rules) {
      if (rule.times !== undefined && rule.times < 1) {
        throw new AppsetError('APPSET_E0902', 'a fault rule must strike at least once');
      }
      this.#standing.push({ rule, passed: 0, struck: 0 });
    }
  }

  clear(): void {
    this.#standing = [];
  }

  /** How often rules have struck since they were added, in order. */
  struck(): number[] {
    return this.#standing.map((standing) => standing.struck);
  }

  /** The effect that strikes this call, counted; undefined for none. Delays have passed when this resolves. */
  async next(call: Call): Promise<Exclude<FaultEffect, { type: 'delay' }> | undefined> {
    for (const standing of this.#standing) {
      const { rule } = standing;
      if (!matches(rule, call) || standing.struck >= (rule.times ?? Number.POSITIVE_INFINITY)) continue;
      if (standing.passed < (rule.after ?? 0)) {
        standing.passed += 1;
        continue;
      }
      standing.struck += 1;
      if (rule.effect.type !== 'delay') return rule.effect;
      await this.#clock.sleep(rule.effect.ms);
    }
    return undefined;
  }
}

function matches(rule: FaultRule, call: Call): boolean {
  const verbs = rule.verb === undefined || typeof rule.verb === 'string' ? [rule.verb] : rule.verb;
  return (
    verbs.some((verb) => verb === undefined || verb === call.verb) &&
    (rule.kind === undefined || rule.kind === call.kind) &&
    (!rule.namespace || rule.namespace === call.namespace) &&
    (!rule.name || rule.name === call.name)
  );
}
