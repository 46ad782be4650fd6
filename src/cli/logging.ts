/** Logs of the operator: JSON lines on stdout, with the text and code of errors and nothing secret. */
import { hostname } from 'node:os';
import { type Logger, pino, stdSerializers } from 'pino';
import { rfc3339Millis, systemClock } from '../support/clock.ts';
import { AppsetError, messageOf } from '../support/errors.ts';

export function createLogger(level: string, stream?: { write(line: string): void }): Logger {
  const options = {
    level,
    base: { host: hostname() },
    timestamp: () => `,"time":"${rfc3339Millis(systemClock.now())}"`,
    messageKey: 'msg',
    formatters: { level: (label: string) => ({ level: label }) },
    redact: {
      paths: ['*.password', '*.token', '*.bearerToken', '*.authorization', 'headers.authorization'],
      censor: '[hidden]',
    },
    serializers: {
      error: (error: unknown) => {
        if (error instanceof AppsetError)
          return { code: error.code, message: error.message, ...error.place, position: undefined };
        return error instanceof Error
          ? { message: error.message, type: stdSerializers.err(error).type }
          : messageOf(error);
      },
    },
  };
  return stream === undefined ? pino(options) : pino(options, stream);
}
