/**
 * Tokens of GitHub App installations, through octokit, which is loaded when the first one is needed.
 * A token is kept until shortly before it expires and asked for once however many want it. What goes
 * wrong is told without a word of the key or the token.
 */
import { createHash } from 'node:crypto';
import { Agent, type Dispatcher, ProxyAgent, fetch as undiciFetch } from 'undici';
import type { Clock } from '../support/clock.ts';
import { AppsetError, messageOf } from '../support/errors.ts';
import { LIMITS } from '../support/limits.ts';
import { budgetIn, ScmBudgets } from './budgets.ts';

export interface GitHubApp {
  readonly appId: string;
  readonly installationId: string;
  /** PEM, PKCS#1 or PKCS#8 */
  readonly privateKey: string;
  /** of the API: `https://HOST/api/v3` of GitHub Enterprise; github.com's when absent */
  readonly baseUrl?: string;
  /** PEM certificates that may have signed the API's, in place of the system's */
  readonly authorities?: string;
  /** the API's certificate is not checked */
  readonly insecure?: boolean;
  /** URL of a proxy for the API */
  readonly proxy?: string;
}

interface Given {
  readonly token: string;
  /** wall time in ms */
  readonly expiresAt: number;
}

interface Kept {
  readonly answer: Promise<Given>;
  /** wall time in ms until which it is used; known when the answer is */
  until: number;
}

const DEFAULT_API = 'https://api.github.com';

/** Host of the API of an App with this base URL, or of github.com's. */
export const apiHost = (baseUrl: string | undefined): string =>
  URL.canParse(baseUrl ?? DEFAULT_API) ? new URL(baseUrl ?? DEFAULT_API).hostname : '';

/** Tells two installations and their keys apart, and holds neither. */
export function githubAppIdentity({ appId, installationId, privateKey, baseUrl }: GitHubApp): string {
  const parts = ['github-app', appId, installationId, privateKey, baseUrl ?? ''];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

export class GitHubAppTokens {
  /** what the answers say of the calls that are left */
  readonly budgets = new ScmBudgets();
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * A token of the installation that is good for some minutes at least.
   *
   * @throws AppsetError APPSET_E0406 when GitHub gives none
   */
  async token(app: GitHubApp): Promise<string> {
    const identity = githubAppIdentity(app);
    const found = this.#kept.get(identity);
    if (found !== undefined && found.until > this.#clock.now()) return (await found.answer).token;
    const kept: Kept = { answer: this.#ask(app), until: Number.POSITIVE_INFINITY };
    this.#kept.delete(identity);
    this.#kept.set(identity, kept);
    const oldest = this.#kept.keys().next();
    if (this.#kept.size > LIMITS.githubAppTokens && !oldest.done) this.#kept.delete(oldest.value);
    try {
      const { token, expiresAt } = await kept.answer;
      kept.until = expiresAt - LIMITS.githubAppTokenMarginMs;
      return token;
    } catch (error) {
      if (this.#kept.get(identity) === kept) this.#kept.delete(identity);
      throw error;
    }
  }

  async #ask(app: GitHubApp): Promise<Given> {
    const { App, Octokit } = await import('octokit');
    const baseUrl = (app.baseUrl ?? DEFAULT_API).replace(/\/+$/, '');
    const installationId = Number(app.installationId);
    if (!Number.isSafeInteger(installationId) || installationId <= 0) {
      throw failure(app, baseUrl, `the installation id ${JSON.stringify(app.installationId)} is no number`);
    }
    const dispatcher = dispatcherOf(app, baseUrl);
    const timeout = new AbortController();
    const stopTimer = this.#clock.after(LIMITS.githubAppTokenMs, () =>
      timeout.abort(failure(app, baseUrl, `no answer within ${LIMITS.githubAppTokenMs / 1_000} s`)),
    );
    try {
      const client = new App({
        appId: app.appId,
        privateKey: app.privateKey,
        Octokit: Octokit.defaults({
          baseUrl,
          userAgent: 'appset-operator',
          // one try: who asked comes again on its own
          retry: { enabled: false },
          throttle: { enabled: false },
          log: silent,
          request: {
            fetch: async (url: string, init: object) => {
              const how = { ...init, dispatcher, redirect: 'error', signal: timeout.signal } as const;
              const answer = await undiciFetch(url, how);
              const budget = budgetIn(apiHost(app.baseUrl), answer.headers);
              if (budget !== undefined) this.budgets.note(githubAppIdentity(app), budget);
              return answer;
            },
          },
        }),
      });
      const answer: unknown = await client.octokit.auth({
        type: 'installation',
        installationId,
        refresh: true,
      });
      const given = tokenOf(answer);
      if (given === undefined) throw failure(app, baseUrl, 'the answer holds no token');
      return given;
    } catch (error) {
      timeout.signal.throwIfAborted();
      throw error instanceof AppsetError ? error : failure(app, baseUrl, wordsOf(error));
    } finally {
      stopTimer();
      await dispatcher.destroy();
    }
  }
}

const nothing = () => {};
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** @throws AppsetError APPSET_E0406 for a proxy that is none */
function dispatcherOf(app: GitHubApp, baseUrl: string): Dispatcher {
  const { authorities, insecure, proxy } = app;
  const tls = {
    ...(authorities === undefined ? {} : { ca: authorities }),
    ...(insecure === true ? { rejectUnauthorized: false } : {}),
  };
  if (proxy === undefined) return new Agent({ connect: tls });
  try {
    return new ProxyAgent({ uri: proxy, requestTls: tls, proxyTls: tls });
  } catch {
    // the library's words may repeat the URL, with a password in it
    throw failure(app, baseUrl, 'its proxy is no URL of one, such as http://proxy.example.com:3128');
  }
}

function tokenOf(answer: unknown): Given | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  const { token, expiresAt } = answer as { token?: unknown; expiresAt?: unknown };
  if (typeof token !== 'string' || token === '' || typeof expiresAt !== 'string') return undefined;
  const at = Date.parse(expiresAt);
  return Number.isNaN(at) ? undefined : { token, expiresAt: at };
}

/** Status and words of a failed call; a key that cannot be read is not quoted. */
function wordsOf(error: unknown): string {
  const status =
    typeof error === 'object' && error !== null && 'status' in error ? Number(error.status) : undefined;
  const cause = error instanceof Error && error.cause !== undefined ? `: ${messageOf(error.cause)}` : '';
  const words = messageOf(error).split('\n', 1)[0] ?? '';
  return status === undefined ? `${words}${cause}` : `status ${status}: ${words}`;
}

function failure(app: GitHubApp, baseUrl: string, why: string): AppsetError {
  const secrets = app.privateKey.split('\n').filter((line) => line.length > 8 && !line.startsWith('-----'));
  const clean = secrets.reduce((text, secret) => text.replaceAll(secret.trim(), '***'), why);
  return new AppsetError(
    'APPSET_E0406',
    `GitHub App ${app.appId}, installation ${app.installationId}: no token from ${baseUrl}: ${clean.slice(0, 300)}`,
  );
}
