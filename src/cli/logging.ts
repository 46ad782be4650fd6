/**
 * Logs of the operator: JSON lines on stdout, with the text and code of errors and nothing secret. Lines
 * are handed over without waiting for the reader; what was not taken yet is written at exit, or when
 * somebody has to know that it was (`flush`). Lines of the audit trail are written whatever the level is.
 */
import { hostname } from 'node:os';
import { destination, type Logger, type LoggerOptions, levels, pino, stdSerializers } from 'pino';
import { rfc3339Millis, systemClock } from '../support/clock.ts';
import { AppsetError, messageOf } from '../support/errors.ts';

const isAudit = (fields: unknown): boolean =>
  typeof fields === 'object' && fields !== null && Object.hasOwn(fields, 'audit');

export function createLogger(level: string, stream?: { write(line: string): void }): Logger {
  const least = levels.values[level] ?? 0;
  const options: LoggerOptions = {
    level: least > (levels.values['info'] ?? 0) ? 'info' : level,
    hooks: {
      logMethod(args, method, number) {
        if (number >= least || isAudit(args[0])) method.apply(this, args);
      },
    },
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
  return pino(options, stream ?? stdout());
}

type Destination = ReturnType<typeof destination>;
let shared: Destination | undefined;

/** One for all loggers of the process, so that lines come in the order they were written. */
function stdout(): Destination {
  shared ??= destination({ dest: 1, sync: false, minLength: 8_192, periodicFlush: 250 });
  return shared;
}
