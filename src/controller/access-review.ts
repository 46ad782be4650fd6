/**
 * Whether the operator has the rights it needs, asked of the API server before the first of them is
 * missed: once at the start, and of those that were missing again at a slow pace until they are there.
 * Nothing depends on the answer: a right that is missing is told in log, readiness and metric, and what
 * needs it is tried all the same. Where no such question may be asked, none is.
 */
import { ApiError } from '../api/client.ts';
import type { Clock } from '../support/clock.ts';
import { messageOf } from '../support/errors.ts';
import { LIMITS } from '../support/limits.ts';
import type { Log } from './log.ts';
import { PERMISSIONS, type Permission, type Verb, WATCHED_EVERYWHERE } from './permissions.ts';
import type { ControllerSettings } from './settings.ts';

/** One verb on one resource in one namespace. */
export interface Right {
  readonly verb: Verb;
  /** API group; '' for the core */
  readonly group: string;
  /** plural, with a subresource behind a slash */
  readonly resource: string;
  /** '' for every object */
  readonly name: string;
  /** '' for all namespaces */
  readonly namespace: string;
  /** what it is needed for */
  readonly why: string;
}

/** Asks the API server about a right of whoever asks. @throws ApiError, or the signal's reason */
export type AskRight = (right: Right, signal: AbortSignal) => Promise<boolean>;

/** `delete applications.argoproj.io in namespace team-a` */
export function inWords({ verb, group, resource, name, namespace }: Omit<Right, 'why'>): string {
  const [plural = '', subresource] = resource.split('/');
  const kind = `${plural}${group === '' ? '' : `.${group}`}${subresource === undefined ? '' : `/${subresource}`}`;
  const where = namespace === '' ? 'in all namespaces' : `in namespace ${namespace}`;
  return `${verb} ${kind}${name === '' ? '' : ` ${name}`} ${where}`;
}

/** A name; anything else in the list of namespaces stands for any number of them. */
const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Whether the settings make use of a right at all. */
function isUsed({ resource, spare }: Permission, verb: Verb, settings: ControllerSettings): boolean {
  // Who grants rights may leave the lists of what is held out: then the condition has to do.
  if (spare === 'plans') return false;
  if (spare === 'tokens') return settings.scm.strictTokens;
  if (resource !== 'applications' || verb !== 'delete' || settings.policyOverride) return true;
  return settings.policy !== 'create-only' && settings.policy !== 'create-update';
}

/** The rights that an operator with these settings makes use of, each once. */
export function neededRights(settings: ControllerSettings): readonly Right[] {
  const { controllerNamespace } = settings;
  const others = settings.namespaces.filter((entry) => entry !== controllerNamespace);
  const spaces = others.every((entry) => NAME.test(entry)) ? [controllerNamespace, ...others] : [''];
  const rights = new Map<string, Right>();
  const add = (permission: Permission, namespaces: readonly string[]) => {
    const { group, resource, verbs, names = [''], why } = permission;
    for (const verb of verbs.filter((each) => isUsed(permission, each, settings))) {
      for (const namespace of new Set(namespaces)) {
        for (const name of names) {
          const right = { verb, group, resource, name, namespace, why };
          rights.set(inWords(right), right);
        }
      }
    }
  };
  for (const permission of PERMISSIONS) {
    add(permission, permission.reach === 'sets' ? spaces : [controllerNamespace]);
  }
  if (others.length > 0) for (const permission of WATCHED_EVERYWHERE) add(permission, ['']);
  return [...rights.values()];
}

export interface AccessReviewOptions {
  readonly ask: AskRight;
  readonly settings: ControllerSettings;
  readonly clock: Clock;
  readonly log: Log;
}

export class AccessReview {
  readonly #options: AccessReviewOptions;
  #missing: readonly Right[] = [];

  constructor(options: AccessReviewOptions) {
    this.#options = options;
  }

  /** What the API server said last is missing. */
  get missing(): readonly Right[] {
    return this.#missing;
  }

  /** Asks until nothing is missing any more, or until aborted. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    const { settings, clock, log } = this.#options;
    let open = neededRights(settings);
    while (open.length > 0 && !signal.aborted) {
      open = await this.#look(open, signal);
      if (open.length === 0 || signal.aborted) break;
      await clock.sleep(LIMITS.accessReviewMs, signal).catch(() => {
        // aborted: the loop sees it
      });
    }
    if (!signal.aborted) log.debug({}, 'no more is asked about rights');
  }

  /** Asks about each right; answers with those that have to be asked about again. */
  async #look(rights: readonly Right[], signal: AbortSignal): Promise<readonly Right[]> {
    const { ask, log } = this.#options;
    const answers = new Map<Right, boolean>();
    const queue = [...rights];
    let isRefused = false;
    const worker = async () => {
      for (let right = queue.shift(); right !== undefined && !signal.aborted; right = queue.shift()) {
        try {
          answers.set(right, await ask(right, signal));
        } catch (error) {
          if (signal.aborted) return;
          if (!isFinal(error)) continue;
          isRefused = true;
          queue.length = 0;
          log.debug({ problem: messageOf(error) }, 'rights may not be asked about');
        }
      }
    };
    await Promise.all(Array.from({ length: LIMITS.accessReviewsAtOnce }, worker));
    if (signal.aborted || isRefused) return [];
    this.#tell(rights, answers);
    return rights.filter((right) => answers.get(right) !== true);
  }

  /** Tells what is missing for the first time, and what has come; what was not answered stays as it was. */
  #tell(rights: readonly Right[], answers: ReadonlyMap<Right, boolean>): void {
    const { log } = this.#options;
    const before = new Set(this.#missing);
    this.#missing = rights.filter((right) => !(answers.get(right) ?? !before.has(right)));
    const now = new Set(this.#missing);
    for (const right of this.#missing) {
      if (before.has(right)) continue;
      const wayOut = 'grant it in a Role or ClusterRole; the chart does with rbac.create';
      log.error({ missing: inWords(right), ...right, wayOut }, 'a right is missing');
    }
    for (const right of before) {
      if (!now.has(right)) log.info({ right: inWords(right) }, 'a right that was missing is there');
    }
  }
}

/** Refusals that pass: a token that has run out is read anew, a server that throttles lets up. */
const PASSING = [401, 429];

/** Whether asking again would come to the same: the question itself is refused, or not known. */
function isFinal(error: unknown): boolean {
  return (
    !(error instanceof ApiError) || (error.code >= 400 && error.code < 500 && !PASSING.includes(error.code))
  );
}
