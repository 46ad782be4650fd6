/** What the controller asks of a logger; pino fits. Messages are fixed texts, what varies is a field. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  /** calls back when all lines so far have left the process; without it they leave it at once */
  flush?(done: (error?: Error) => void): void;
}

export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
