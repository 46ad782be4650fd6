/**
 * Where a listener listens, as flags write it: `:8080` (all interfaces), `127.0.0.1:8080`,
 * `[::1]:8080`, a port of 0 for a free one; `0` alone, `off` or nothing switches the listener off.
 */
import { AppsetError } from '../support/errors.ts';

export interface ListenAddress {
  /** undefined: all interfaces */
  readonly host: string | undefined;
  readonly port: number;
}

/**
 * Reads an address; undefined when it switches the listener off.
 *
 * @throws AppsetError APPSET_E1004 when it is none
 */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed === '0' || trimmed === 'off') return undefined;
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(trimmed) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > 65_535) {
    throw new AppsetError(
      'APPSET_E1004',
      `${JSON.stringify(text)} is no address to listen on: use host:port or :port`,
    );
  }
  const host = bracketed ?? plain ?? '';
  return { host: host === '' ? undefined : host, port };
}
