/**
 * What this room speaks of: a call as it came in, the facts a payload tells, what a provider is, and
 * the two things somebody else does: hand keys to the queue, and evaluate the first child of a matrix
 * for compat mode. Nothing here knows generators, clusters or the controller.
 */
import type { ApplicationSet, JsonObject } from '../api/objects.ts';
import type { Clock } from '../support/clock.ts';
import type { WebhookSecrets } from './secrets.ts';

export type ProviderName =
  | 'github'
  | 'gitlab'
  | 'azuredevops'
  | 'gitea'
  | 'bitbucket'
  | 'bitbucketserver'
  | 'generic';

/** One HTTP request: header names in lower case, the body as it came over the wire. */
export interface WebhookCall {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

/** Whom a fact is about, as far as its payload tells; '' where it does not. */
export interface RepositoryFact {
  readonly provider: ProviderName;
  /** of the API, or of the web page where no API address is told; no port */
  readonly host: string;
  /** owner, group path, workspace, or project */
  readonly owner: string;
  /** without the owner */
  readonly name: string;
  /** GitLab's number of the project, as text */
  readonly id: string;
}

/** A branch or tag was pushed, moved, made or removed. */
export interface PushFact {
  readonly kind: 'push';
  readonly repository: RepositoryFact;
  /** addresses of the repository; one of them has to match */
  readonly urls: readonly string[];
  /** short form of the ref: `main`, `feature/login`, `v1.2.0` */
  readonly ref: string;
  readonly isTag: boolean;
  /** undefined: the payload does not tell the default branch */
  readonly touchesDefault: boolean | undefined;
  /** undefined: anything may have changed */
  readonly paths: TouchedPaths | undefined;
  /** what the ref points to now, where the payload tells */
  readonly commit?: string;
}

export interface TouchedPaths {
  /** added or removed: they can make and unmake directories */
  readonly moved: ReadonlySet<string>;
  readonly modified: ReadonlySet<string>;
}

/** A pull or merge request was opened, changed or closed. */
export interface PullRequestFact {
  readonly kind: 'pullRequest';
  readonly repository: RepositoryFact;
}

/** A repository was made, renamed or removed: listings of its owner change. */
export interface ListingFact {
  readonly kind: 'listing';
  readonly repository: RepositoryFact;
}

export type Fact = PushFact | PullRequestFact | ListingFact;

/** What a verified call tells. No facts: it was understood, and concerns nobody. */
export interface Received {
  readonly event: string;
  readonly facts: readonly Fact[];
}

export interface ReceiveContext {
  readonly secrets: WebhookSecrets;
  readonly clock: Clock;
  /** facts as the reference draws them, and no others */
  readonly compat: boolean;
}

export interface Provider {
  readonly name: ProviderName;
  /** whether the headers are this provider's */
  recognises(call: WebhookCall): boolean;
  /** the sender's id of this delivery, '' when it gives none */
  deliveryId(call: WebhookCall): string;
  /**
   * Verifies, then reads.
   *
   * @throws AppsetError APPSET_E1001 when it is not authentic, APPSET_E1002 when it is not understood;
   * the message is what the reference answers (spec controller §8.3)
   */
  receive(call: WebhookCall, context: ReceiveContext): Received;
}

/**
 * The entries the second child of a matrix comes to, one for each param set of the first: what the
 * reference makes while it matches. The children's selectors do not count (spec generators §13 #12).
 *
 * @returns undefined when the first child, or an interpolation, fails
 */
export type SecondChildren = (
  set: ApplicationSet,
  first: JsonObject,
  second: JsonObject,
) => Promise<readonly JsonObject[] | undefined>;

/** A set a fact concerns, or does not although its repository does, and why. */
export interface Verdict {
  /** namespace/name */
  readonly set: string;
  readonly why: string;
}

export interface Matches {
  readonly reached: readonly Verdict[];
  /** sets of the repository whose patterns no touched path meets */
  readonly passed: readonly Verdict[];
}
