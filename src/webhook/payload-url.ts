/**
 * The address of a repository as a payload gives it, split as Go's net/url does (spec controller §8.5,
 * generators §13 #14, #15): host without port, path escaped as written or, where it holds what a path
 * may not, escaped anew. An address that Go cannot parse is none.
 */
import { LIMITS } from '../support/limits.ts';

export interface PayloadUrl {
  readonly host: string;
  /** escaped, without the leading slash */
  readonly path: string;
}

const PATH_CHAR = /^[\w\-.~$&+,/:;=@%!'()*[\]]*$/;
const BAD_ESCAPE = /%(?![0-9a-fA-F]{2})/;

/** Percent escapes for what may not stand in a path; `%` of the decoded text included. */
function escapePath(path: string): string {
  const decoded = Buffer.from(
    path.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => `\0${hex}`),
    'utf8',
  );
  let out = '';
  for (let at = 0; at < decoded.length; at++) {
    let byte = decoded[at] as number;
    if (byte === 0) {
      byte = Number.parseInt(decoded.toString('latin1', at + 1, at + 3), 16);
      at += 2;
    }
    const char = String.fromCharCode(byte);
    out += /[\w\-.~$&+,/:;=@]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}

function hostOf(authority: string): string | undefined {
  const at = authority.lastIndexOf('@');
  if (at >= 0 && !/^[\w\-.~!$&'()*+,;=:%@]*$/.test(authority.slice(0, at))) return undefined;
  const text = authority.slice(at + 1);
  if (/[\s<>"\\^`{|}]/.test(text) || BAD_ESCAPE.test(text)) return undefined;
  const bracketed = /^\[([^\]]*)\](?::\d*)?$/.exec(text);
  if (bracketed !== null) return bracketed[1];
  const [, host = '', port] = /^([^:]*)(?::(.*))?$/s.exec(text) ?? [];
  if (text.includes('[') || (port !== undefined && !/^\d*$/.test(port))) return undefined;
  return host;
}

/** Host and path of an address, undefined when it cannot be parsed. '' is an address without either. */
export function parsePayloadUrl(text: string): PayloadUrl | undefined {
  if (text.length > LIMITS.webhookUrl || /[\0-\x1f\x7f]/.test(text)) return undefined;
  const whole = text.split('#', 1)[0] ?? '';
  if (whole.startsWith(':')) return undefined;
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(whole)?.[0] ?? '';
  const rest = whole.slice(scheme.length).split('?', 1)[0] ?? '';
  if (scheme !== '' && !rest.startsWith('/')) return { host: '', path: '' };
  if (scheme === '' && !rest.startsWith('/') && /^[^/]*:/.test(rest)) return undefined;
  const withAuthority = rest.startsWith('//') && (scheme !== '' || !rest.startsWith('///'));
  const slash = withAuthority ? rest.indexOf('/', 2) : 0;
  const authority = withAuthority ? rest.slice(2, slash < 0 ? undefined : slash) : '';
  const path = withAuthority ? (slash < 0 ? '' : rest.slice(slash)) : rest;
  const host = hostOf(authority);
  if (host === undefined || BAD_ESCAPE.test(path)) return undefined;
  const escaped = PATH_CHAR.test(path) ? path : escapePath(path);
  return { host, path: escaped.replace(/^\//, '') };
}
