/**
 * The error everything throws on purpose. Codes come from the catalogue (`support/catalogue.ts`); a
 * code never changes its meaning, because documentation and alerts refer to it. An `AppsetError`
 * keeps its cause and says, as far as it is known, which set, generator, element and position it
 * speaks of. Anything else that is thrown is a defect.
 */
import { CATALOGUE, type ErrorCode, type ErrorKind } from './catalogue.ts';

export type { ErrorCode, ErrorKind } from './catalogue.ts';

/** Where an error belongs; every part is optional because each layer knows one of them. */
export interface ErrorPlace {
  /** namespace/name of the ApplicationSet */
  readonly set?: string;
  /** path of the generator, such as `generators[0].matrix.generators[1].git` */
  readonly generator?: string;
  /** the element for people: `Secret argocd/eu-7`, `apps/web (main@3f2a91c)`, `elements[3]` */
  readonly element?: string;
  /** field of the object, such as `spec.template.metadata.name` */
  readonly field?: string;
  /** 1-based line and column in `file`, with the text the position is in */
  readonly position?: {
    readonly file?: string;
    readonly line: number;
    readonly column: number;
    readonly source?: string;
  };
}

export interface AppsetErrorOptions {
  readonly place?: ErrorPlace;
  readonly cause?: unknown;
  /** overrides the catalogue's default */
  readonly retryable?: boolean;
}

export class AppsetError extends Error {
  override readonly name = 'AppsetError';
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly retryable: boolean;
  readonly place: ErrorPlace;

  constructor(code: ErrorCode, message: string, options: AppsetErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    const entry = CATALOGUE[code];
    this.code = code;
    this.kind = entry.kind;
    this.retryable = options.retryable ?? entry.retryable;
    this.place = options.place ?? {};
  }

  /** The same error with more of its place known; what is known already is kept. */
  at(place: ErrorPlace): AppsetError {
    return this.#copy(this.message, { ...place, ...this.place });
  }

  /** The same error with words put before its message. */
  prefixed(prefix: string): AppsetError {
    return this.#copy(`${prefix}${this.message}`, this.place);
  }

  /** Where the copy was made tells nobody anything, and looking is slow: its cause has the stack. */
  #copy(message: string, place: ErrorPlace): AppsetError {
    const depth = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    try {
      return new AppsetError(this.code, message, {
        place,
        cause: this.cause ?? this,
        retryable: this.retryable,
      });
    } finally {
      Error.stackTraceLimit = depth;
    }
  }
}

/**
 * Where it happened, in one line, as far as it is known; '' when it is not.
 *
 * @example placeText({ generator: 'generators[0].list', element: 'elements[3]' }) // 'generators[0].list, element elements[3]'
 */
export function placeText({ set, generator, element, field }: ErrorPlace): string {
  return [
    set === undefined ? '' : `set ${set}`,
    generator ?? '',
    element === undefined ? '' : `element ${element}`,
    field ?? '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** The text of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Anything thrown as an `AppsetError`; what is none becomes an internal error that keeps its cause. */
export function asAppsetError(error: unknown, code: ErrorCode = 'APPSET_E9999'): AppsetError {
  return error instanceof AppsetError ? error : new AppsetError(code, messageOf(error), { cause: error });
}

/** For the `default` of a switch over a union: the compiler proves it unreachable. */
export function unreachable(value: never): never {
  throw new AppsetError('APPSET_E9999', `unexpected value ${JSON.stringify(value)}`);
}
