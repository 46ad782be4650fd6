/**
 * What an API server was asked, by its own audit log: the only witness for "no write, no list". Calls of
 * the operator are told from those of tests by their user agent.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface AuditedCall {
  /** get, list, watch, create, update, patch, delete */
  readonly verb: string;
  /** plural, with the subresource behind a slash */
  readonly resource: string;
  /** '' for all, or none */
  readonly namespace: string;
  readonly name: string;
  readonly uri: string;
  readonly code: number;
  readonly userAgent: string;
}

/** Every authenticated user may ask them. */
export const QUESTIONS = 'selfsubjectaccessreviews';

interface AuditEvent {
  readonly verb: string;
  readonly requestURI: string;
  readonly userAgent?: string;
  readonly objectRef?: {
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code?: number };
}

export class AuditLog {
  readonly #folder = mkdtempSync(join(tmpdir(), 'appset-audit-'));
  readonly #file = join(this.#folder, 'audit.log');
  #from = 0;

  /** To be given to the API server. */
  get flags(): string[] {
    const policy = join(this.#folder, 'policy.json');
    const rules = [
      { level: 'None', users: ['system:apiserver'] },
      { level: 'Metadata', omitStages: ['RequestReceived', 'ResponseStarted'] },
    ];
    writeFileSync(policy, JSON.stringify({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules }));
    return [`--audit-policy-file=${policy}`, `--audit-log-path=${this.#file}`, '--audit-log-maxsize=0'];
  }

  /** Answers only with calls from now on. */
  mark(): void {
    this.#from = existsSync(this.#file) ? readFileSync(this.#file).length : 0;
  }

  /** Finished calls since the mark; a watch is one when it ends. @param userAgent whole, or a pattern */
  calls(userAgent: string | RegExp = 'appset-operator'): AuditedCall[] {
    if (!existsSync(this.#file)) return [];
    return readFileSync(this.#file)
      .subarray(this.#from)
      .toString('utf8')
      .split('\n')
      .filter((line) => line.endsWith('}'))
      .map((line) => JSON.parse(line) as AuditEvent)
      .filter(({ userAgent: agent = '' }) =>
        typeof userAgent === 'string' ? agent === userAgent : userAgent.test(agent),
      )
      .map((event) => ({
        verb: event.verb,
        resource: [event.objectRef?.resource ?? '', event.objectRef?.subresource].filter(Boolean).join('/'),
        namespace: event.objectRef?.namespace ?? '',
        name: event.objectRef?.name ?? '',
        uri: event.requestURI,
        code: event.responseStatus?.code ?? 0,
        userAgent: event.userAgent ?? '',
      }));
  }

  /** Writes since the mark, those of the Lease left out; questions about rights are posted and write nothing. */
  writes(userAgent?: string | RegExp): AuditedCall[] {
    return this.calls(userAgent).filter(
      ({ verb, resource }) =>
        !['get', 'list', 'watch'].includes(verb) && resource !== 'leases' && resource !== QUESTIONS,
    );
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
