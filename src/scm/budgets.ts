/**
 * What is left of the calls a provider of source code lets an account make until a time, as its answers
 * say it: one budget an account, of which the tightest of a host counts.
 */
import { LIMITS } from '../support/limits.ts';

export interface ScmBudget {
  /** name of the API's host, such as `api.github.com` */
  readonly host: string;
  /** calls until the reset */
  readonly limit: number;
  readonly remaining: number;
  /** wall time in ms from which on all of it is there again */
  readonly resetAt: number;
}

/** The budget an answer tells; undefined when it tells none. */
export function budgetIn(host: string, headers: Pick<Headers, 'get'>): ScmBudget | undefined {
  const number = (name: string): number | undefined => {
    const text = headers.get(name);
    return text !== null && /^\d{1,12}$/.test(text) ? Number(text) : undefined;
  };
  const limit = number('x-ratelimit-limit');
  const remaining = number('x-ratelimit-remaining');
  const reset = number('x-ratelimit-reset');
  if (limit === undefined || limit === 0 || remaining === undefined || reset === undefined) return undefined;
  return { host, limit, remaining: Math.min(remaining, limit), resetAt: reset * 1_000 };
}

export class ScmBudgets {
  readonly #byAccount = new Map<string, ScmBudget>();

  /** @param account tells accounts apart and holds no secret */
  note(account: string, budget: ScmBudget): void {
    this.#byAccount.delete(account);
    this.#byAccount.set(account, budget);
    const oldest = this.#byAccount.keys().next();
    if (this.#byAccount.size > LIMITS.githubAppTokens && !oldest.done) this.#byAccount.delete(oldest.value);
  }

  /**
   * The tightest budget of each host, in order of hosts.
   *
   * @param hosts those that somebody is configured for; what is known of others is forgotten
   * @param now wall time in ms; after its reset a budget is whole
   */
  of(hosts: ReadonlySet<string>, now: number): readonly ScmBudget[] {
    const tightest = new Map<string, ScmBudget>();
    for (const [account, told] of this.#byAccount) {
      if (!hosts.has(told.host)) {
        this.#byAccount.delete(account);
        continue;
      }
      const budget = told.resetAt <= now ? { ...told, remaining: told.limit } : told;
      const other = tightest.get(told.host);
      if (other === undefined || budget.remaining / budget.limit < other.remaining / other.limit) {
        tightest.set(told.host, budget);
      }
    }
    return [...tightest.values()].sort((a, b) => (a.host < b.host ? -1 : 1));
  }
}
