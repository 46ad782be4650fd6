/**
 * Questions of access, answered and not stored. The sandbox has one user who may do everything, so
 * every access review says yes; a token review says whether the token is the sandbox's own.
 */
import type { JsonObject } from '../../api/objects.ts';
import { isJsonObject } from '../../support/json.ts';

export interface Review {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
}

const SANDBOX_USER = { username: 'sandbox-admin', groups: ['system:masters', 'system:authenticated'] };

export const REVIEWS: readonly Review[] = [
  {
    group: 'authorization.k8s.io',
    version: 'v1',
    kind: 'SelfSubjectAccessReview',
    plural: 'selfsubjectaccessreviews',
  },
  {
    group: 'authorization.k8s.io',
    version: 'v1',
    kind: 'SubjectAccessReview',
    plural: 'subjectaccessreviews',
  },
  { group: 'authentication.k8s.io', version: 'v1', kind: 'SelfSubjectReview', plural: 'selfsubjectreviews' },
  { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenReview', plural: 'tokenreviews' },
];

/** The review a path asks for, or undefined. */
export const reviewAt = (path: string): Review | undefined =>
  REVIEWS.find(({ group, version, plural }) => path === `/apis/${group}/${version}/${plural}`);

/** The answered review; `isOwnToken` says whether a token is the sandbox's. */
export function answerReview(
  review: Review,
  body: unknown,
  isOwnToken: (token: string) => boolean,
): JsonObject {
  const spec = isJsonObject(body) && isJsonObject(body.spec) ? body.spec : {};
  const base = { kind: review.kind, apiVersion: `${review.group}/${review.version}`, metadata: {} };
  switch (review.kind) {
    case 'SelfSubjectReview':
      return { ...base, status: { userInfo: SANDBOX_USER } };
    case 'TokenReview': {
      const authenticated = typeof spec.token === 'string' && isOwnToken(spec.token);
      return { ...base, spec, status: { authenticated, ...(authenticated ? { user: SANDBOX_USER } : {}) } };
    }
    default:
      return { ...base, spec, status: { allowed: true, reason: 'the sandbox allows everything' } };
  }
}
