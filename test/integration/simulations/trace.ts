/**
 * What happened, as lines a person can read and a test can compare: happenings, requests with what was
 * sent and answered, log lines, and conditions where they changed. Renewals of a Lease and the course
 * of watches are left out. What sets do at one instant beside each other is told one set after the
 * other, its Kubernetes events last, so that a trace depends on what is done and not on who is faster.
 */
import { ApiError } from '../../../src/api/client.ts';
import type { JsonObject, KubeObject } from '../../../src/api/objects.ts';
import { messageOf } from '../../../src/support/errors.ts';
import { isJsonObject } from '../../../src/support/json.ts';

/** A call of the API and what came of it. */
export interface TracedCall {
  readonly verb: string;
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  /** object or patch that was sent, or preconditions */
  readonly sent?: unknown;
  readonly answer?: unknown;
  readonly error?: unknown;
}

/** Fields of log lines that are a matter of chance or of the machine. */
const LOG_NOISE = new Set(['seconds', 'requeueAfter']);

export class Trace {
  readonly lines: string[] = [];
  /** ms since the beginning */
  readonly #elapsed: () => number;
  #at = -1;
  /** lines of this instant, with the set they are about */
  #instant: { readonly about: string; readonly line: string }[] = [];
  readonly #conditions = new Map<string, string>();

  constructor(elapsed: () => number) {
    this.#elapsed = elapsed;
  }

  /** @param about the set; without it the line stays behind all that was told before */
  add(line: string, about?: string): void {
    const at = this.#elapsed();
    if (at !== this.#at) {
      this.#tellInstant();
      this.lines.push(`@${(at / 1_000).toFixed(3).replace(/\.?0+$/, '')}s`);
      this.#at = at;
    }
    if (about === undefined) {
      this.#tellInstant();
      this.lines.push(`  ${line}`);
    } else this.#instant.push({ about, line });
  }

  #tellInstant(): void {
    const told = this.#instant.sort((a, b) => (a.about < b.about ? -1 : a.about > b.about ? 1 : 0));
    for (const { line } of told) this.lines.push(`  ${line}`);
    this.#instant = [];
  }

  /** Something that is no doing of an operator. */
  happening(what: string): void {
    this.#tellInstant();
    this.lines.push('');
    this.#at = -1;
    this.add(`* ${what}`);
  }

  call(who: string, call: TracedCall): void {
    if (call.kind === 'Lease' && call.error === undefined && !changesHolder(call)) return;
    const name = call.kind === 'Event' ? call.name?.split('.')[0] : call.name;
    const place = [call.namespace, name].filter((part) => part !== undefined).join('/');
    const target = place === '' ? call.kind : `${call.kind} ${place}`;
    const sent = call.sent === undefined ? '' : ` ${bodyOf(call)}`;
    this.add(`${who} ${call.verb} ${target}${sent}${outcomeOf(call)}`, aboutCall(call));
  }

  log(who: string, level: string, fields: object, message: string): void {
    if (message === 'end reconcile') return;
    const shown = Object.entries(fields)
      .filter(([key]) => !LOG_NOISE.has(key))
      .map(([key, value]) => `${key}=${value instanceof Error ? messageOf(value) : JSON.stringify(value)}`);
    this.add(`${who} ${level}: ${[message, ...shown].join(' ')}`, aboutFields(fields));
  }

  /** Conditions and counts of sets that are not what they were at the last look. */
  conditions(sets: readonly KubeObject[]): void {
    for (const { metadata, status } of sets) {
      const key = `${metadata.namespace ?? ''}/${metadata.name}`;
      const all = Array.isArray(status?.conditions) ? status.conditions.filter(isJsonObject) : [];
      const text = [
        `resourcesCount=${status?.resourcesCount ?? 0}`,
        ...all.map(
          (one) => `${textOf(one.type)}=${textOf(one.status)} ${textOf(one.reason)}: ${textOf(one.message)}`,
        ),
      ];
      const before = this.#conditions.get(key)?.split('\n') ?? [];
      for (const line of text) if (!before.includes(line)) this.add(`${key} | ${line}`, key);
      for (const line of before) {
        const type = line.split('=')[0] ?? '';
        if (!text.some((one) => one.startsWith(`${type}=`))) this.add(`${key} | no ${type} any more`, key);
      }
      this.#conditions.set(key, text.join('\n'));
    }
  }

  get text(): string {
    this.#tellInstant();
    return `${this.lines.join('\n')}\n`;
  }
}

/** Applications are called after their set; so are its list of what is held and its events. */
const setOf = (name: string): string => name.replace(/^appset-plan-/, '').split(/[-.]/)[0] ?? '';

function aboutCall({ kind, name }: TracedCall): string | undefined {
  if (kind === 'Event') return name === undefined ? undefined : `${setOf(name)} events`;
  const isOfSet = kind === 'ApplicationSet' || kind === 'Application' || kind === 'ConfigMap';
  return isOfSet && name !== undefined ? setOf(name) : undefined;
}

function aboutFields(fields: object): string | undefined {
  const { applicationset, application } = fields as { applicationset?: unknown; application?: unknown };
  if (typeof application === 'string') return setOf(application);
  return typeof applicationset === 'string' ? setOf(applicationset.split('/')[1] ?? '') : undefined;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Whether a write of the Lease is more than a renewal. */
function changesHolder({ verb, sent }: TracedCall): boolean {
  if (verb === 'get') return false;
  const spec = (sent as KubeObject | undefined)?.spec;
  return verb === 'create' || spec?.acquireTime === spec?.renewTime || spec?.holderIdentity === '';
}

function bodyOf({ verb, kind, sent }: TracedCall): string {
  if (kind === 'Event') {
    const { reason, message, count } = sent as { reason?: unknown; message?: unknown; count?: unknown };
    return verb === 'create' ? `${textOf(reason)}: ${textOf(message)}` : `count=${String(count)}`;
  }
  if (kind === 'Lease') return JSON.stringify((sent as KubeObject).spec?.holderIdentity);
  if (verb === 'patchStatus') {
    const { status } = sent as { status?: JsonObject };
    return Object.keys(status ?? {}).join(' ');
  }
  // versions count the writes of all sets together
  if (verb !== 'create') return JSON.stringify(sent).replace(/("resourceVersion":")\d+/g, '$1…');
  const { metadata, spec, data } = sent as KubeObject;
  const { name: _name, namespace: _namespace, ownerReferences, ...rest } = metadata;
  const owners = ownerReferences?.map(({ name, uid }) => `${name}:${uid}`);
  return JSON.stringify({ ...rest, owners, spec, data });
}

function outcomeOf({ verb, answer, error }: TracedCall): string {
  if (error instanceof ApiError) return ` -> ${error.code} ${error.reason}`.trimEnd();
  if (error !== undefined) return ` -> ${messageOf(error)}`;
  if (verb === 'list') return ` -> ${(answer as { items: readonly unknown[] }).items.length}`;
  return '';
}
