/**
 * A failed answer as an `ApiError`: from the server's Status object where it sent one, else from the
 * HTTP status alone (a proxy in between answers in HTML).
 */
import { ApiError, type StatusCause } from '../api/client.ts';

interface RawAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Reasons the API server gives to codes, for answers that come without one. */
const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  410: 'Expired',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** The error an answer with a status of 400 or more stands for. */
export function statusError(answer: RawAnswer, body: string): ApiError {
  const wait = Number.parseInt(String(answer.headers['retry-after'] ?? ''), 10);
  const retryAfter = Number.isNaN(wait) ? undefined : wait;
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    parsed = undefined;
  }
  if (isStatus(parsed)) return statusObjectError(parsed, answer.statusCode, retryAfter);
  const reason = REASONS[answer.statusCode] ?? '';
  const text = body.trim().startsWith('<') ? '' : body.trim().slice(0, 200);
  const message = `the API server answered ${answer.statusCode}${text === '' ? '' : `: ${text}`}`;
  return new ApiError(
    answer.statusCode,
    reason,
    message,
    retryAfter === undefined ? {} : { retryAfterSeconds: retryAfter },
  );
}

/** A Status object (metav1.Status) as an error: the body of a failed call, or of an ERROR event. */
export function statusObjectError(status: unknown, httpCode = 0, retryAfter?: number): ApiError {
  const { code, reason, message, details } = isRecord(status) ? status : {};
  const more = isRecord(details) ? details : {};
  const causes = Array.isArray(more.causes) ? more.causes.filter(isRecord).map(causeOf) : [];
  const asked =
    retryAfter ?? (typeof more.retryAfterSeconds === 'number' ? more.retryAfterSeconds : undefined);
  const number = typeof code === 'number' ? code : httpCode;
  return new ApiError(
    number,
    typeof reason === 'string' ? reason : (REASONS[number] ?? ''),
    typeof message === 'string' && message !== '' ? message : `the API server answered ${number}`,
    { causes, ...(asked === undefined || asked <= 0 ? {} : { retryAfterSeconds: asked }) },
  );
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isStatus = (value: unknown): boolean => isRecord(value) && value.kind === 'Status';

function causeOf(cause: Record<string, unknown>): StatusCause {
  const text = (key: 'reason' | 'message' | 'field') =>
    typeof cause[key] === 'string' ? { [key]: cause[key] } : {};
  return { ...text('reason'), ...text('message'), ...text('field') };
}
