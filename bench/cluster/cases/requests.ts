/** What of the API server's count of requests is the operator's. */

const OURS = /\s(applications|applicationsets|appprojects|secrets|configmaps|events|pods)(\/|$)/;

/** Requests of these verbs for what the operator reads and writes; the Lease is not among it. */
export const count = (requests: ReadonlyMap<string, number>, verbs: RegExp): number =>
  [...requests]
    .filter(([key]) => verbs.test(key) && OURS.test(key))
    .reduce((total, [, one]) => total + one, 0);

export const writesOf = (requests: ReadonlyMap<string, number>): number =>
  count(requests, /^(POST|PUT|PATCH|DELETE|APPLY)/);
