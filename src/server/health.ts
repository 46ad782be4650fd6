/**
 * `/healthz` and `/readyz` (spec controller §10.4 says that the reference has none): named checks, each
 * a line, in the form of Kubernetes' own probes. Alive is whoever answers and has no failed part; ready
 * is who has all caches, knows who leads, and listens. A standby is ready: it takes over warm.
 */
import type { HttpAnswer, Route } from './http.ts';

/** What is looked at; a text says why it does not hold. */
export interface HealthCheck {
  readonly name: string;
  /** undefined: it holds */
  problem(): string | undefined;
  /** what is not as it should be although the check holds: told, and no reason to take a Pod out of service */
  warning?(): string | undefined;
  /** a word more for the line of a check that holds, such as `leading` */
  note?(): string;
}

function answer(kind: string, checks: readonly HealthCheck[]): HttpAnswer {
  let failed = false;
  const lines = checks.map((check) => {
    const problem = check.problem();
    failed ||= problem !== undefined;
    const note = check.note?.() ?? '';
    const warning = problem === undefined ? check.warning?.() : undefined;
    if (warning !== undefined) return `[!]${check.name} warning: ${warning}`;
    return problem === undefined
      ? `[+]${check.name} ok${note === '' ? '' : `: ${note}`}`
      : `[-]${check.name} failed: ${problem}`;
  });
  const body = `${[...lines, `${kind} check ${failed ? 'failed' : 'passed'}`].join('\n')}\n`;
  return { status: failed ? 503 : 200, body, contentType: 'text/plain; charset=utf-8' };
}

/** Routes of the probes. */
export function healthRoutes(alive: readonly HealthCheck[], ready: readonly HealthCheck[]): readonly Route[] {
  return [
    { path: '/healthz', handle: () => answer('healthz', alive) },
    { path: '/readyz', handle: () => answer('readyz', ready) },
  ];
}
