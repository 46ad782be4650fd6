/**
 * Lists as an API server answers them: ordered, filtered, and in pages that all show the state of the
 * first page. An open list is a list of references to frozen objects, so keeping it is cheap; it is
 * forgotten after a while or when many are open, and its continue token then answers 410 Expired.
 */
import { ApiError } from '../api/client.ts';
import type { KubeObject } from '../api/objects.ts';
import type { Clock } from '../support/clock.ts';
import { LIMITS } from '../support/limits.ts';
import { badRequest, expired } from './failures.ts';
import type { Kind } from './kinds.ts';
import { selection } from './selectors.ts';
import { type Storage, storageKey } from './storage.ts';

export interface ListQuery {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
}

export interface Listed {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

interface OpenList {
  readonly kind: string;
  readonly items: readonly KubeObject[];
  readonly revision: number;
  readonly countable: boolean;
  readonly openedAt: number;
}

const EXPIRED_CONTINUE =
  'The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter.';

export class Lists {
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #open = new Map<string, OpenList>();
  #count = 0;

  constructor(storage: Storage, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
  }

  /** One page. @throws ApiError 400, 410, 504 */
  list(kind: Kind, query: ListQuery): Listed {
    if (query.continue !== undefined && query.continue !== '') return this.#next(kind, query);
    const revision = this.#storage.revision;
    const asked = Number(query.resourceVersion ?? '0');
    if (!Number.isInteger(asked) || asked < 0) {
      throw badRequest(`resourceVersion: Invalid value: "${query.resourceVersion}"`);
    }
    if (asked > revision) {
      throw new ApiError(
        504,
        'Timeout',
        `Timeout: Too large resource version: ${asked}, current: ${revision}`,
        {
          causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
          retryAfterSeconds: 1,
        },
      );
    }
    const chosen = selection(kind, query.labelSelector, query.fieldSelector);
    let items: KubeObject[];
    if (chosen.name !== undefined && (query.namespace || !kind.type.namespaced)) {
      const one = this.#storage.get(kind, storageKey(kind, query.namespace, chosen.name));
      items = one !== undefined && chosen.matches(one) ? [one] : [];
    } else {
      items = this.#storage.objects(kind, query.namespace);
      if (!chosen.all) items = items.filter(chosen.matches);
    }
    const list = { kind: kind.id, items, revision, countable: chosen.all, openedAt: this.#clock.now() };
    return this.#page(list, 0, query.limit ?? 0);
  }

  /** Forgets all open lists: their continue tokens answer 410. */
  expire(): void {
    this.#open.clear();
  }

  #next(kind: Kind, query: ListQuery): Listed {
    const [id, from] = readToken(query.continue ?? '');
    const list = this.#open.get(id);
    if (list === undefined || list.kind !== kind.id) throw expired(EXPIRED_CONTINUE);
    if (this.#clock.now() - list.openedAt > LIMITS.sandboxContinueMs) {
      this.#open.delete(id);
      throw expired(EXPIRED_CONTINUE);
    }
    return this.#page(list, from, query.limit ?? 0, id);
  }

  #page(list: OpenList, from: number, limit: number, id?: string): Listed {
    const to = limit > 0 ? from + limit : list.items.length;
    const items = from === 0 && to >= list.items.length ? list.items : list.items.slice(from, to);
    const resourceVersion = String(list.revision);
    const left = list.items.length - to;
    if (left <= 0) return { items, resourceVersion };
    const name = id ?? this.#keep(list);
    return {
      items,
      resourceVersion,
      continue: Buffer.from(JSON.stringify({ v: 1, list: name, from: to })).toString('base64url'),
      ...(list.countable ? { remainingItemCount: left } : {}),
    };
  }

  #keep(list: OpenList): string {
    this.#count += 1;
    const id = `${list.revision}-${this.#count}`;
    this.#open.set(id, list);
    if (this.#open.size > LIMITS.sandboxOpenLists) {
      const [oldest] = this.#open.keys();
      if (oldest !== undefined) this.#open.delete(oldest);
    }
    return id;
  }
}

function readToken(token: string): [string, number] {
  try {
    const read: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (typeof read === 'object' && read !== null && 'list' in read && 'from' in read) {
      return [String(read.list), Number(read.from)];
    }
  } catch {
    // falls through to the refusal below
  }
  throw badRequest('continue key is not valid: encoded continue token');
}
