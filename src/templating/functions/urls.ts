/**
 * Taking URLs apart and putting them together as Go 1.26 does (spec sprig-functions §16.1). Works on
 * bytes where characters are escaped; refuses what Go refuses, in its words.
 */
import { isIPv4, isIPv6 } from 'node:net';
import { toBytes } from '../../support/byte-strings.ts';
import { fromBytes } from '../bytes.ts';
import { goQuote } from '../format/index.ts';
import { type GoMap, type GoValue, goMap } from '../values.ts';
import { define, fail, NIL_POINTER } from './define.ts';
import { kindOf } from './list-items.ts';

/** Characters each part keeps as they are, beside letters, digits and `-_.~`. */
const KEPT = {
  path: '$&+,/:;=@',
  fragment: '$&+,/:;=?@!()*',
  host: '!$&\'()*+,;=:[]<>"',
  user: '$&+,;=',
} as const;

type Part = keyof typeof KEPT;

const isPlain = (char: string, part: Part): boolean =>
  /[A-Za-z0-9\-_.~]/.test(char) || KEPT[part].includes(char);

function escapePart(text: string, part: Part): string {
  let out = '';
  for (const byte of toBytes(text)) {
    const char = String.fromCharCode(byte);
    out += isPlain(char, part) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return fromBytes(Buffer.from(out, 'latin1'));
}

/** Why a URL is none; becomes `parse "URL": REASON`. */
class UrlFault extends Error {}

const fault = (reason: string): never => {
  throw new UrlFault(reason);
};

function unescapePart(text: string, part: Part, zone = false): string {
  const bytes = toBytes(text);
  const out: number[] = [];
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    const char = String.fromCharCode(byte);
    if (char === '%') {
      const triplet = fromBytes(bytes.subarray(at, at + 3));
      if (!/^%[0-9A-Fa-f]{2}$/.test(triplet)) fault(`invalid URL escape ${goQuote(triplet)}`);
      const value = Number.parseInt(triplet.slice(1), 16);
      if (part === 'host' && triplet !== '%25') {
        const plain = value === 32 || isPlain(String.fromCharCode(value), 'host');
        if (zone ? !plain : value < 0x80) fault(`invalid URL escape ${goQuote(triplet)}`);
      }
      out.push(value);
      at += 2;
      continue;
    }
    if (part === 'host' && byte < 0x80 && !isPlain(char, 'host')) {
      fault(`invalid character ${goQuote(char)} in host name`);
    }
    out.push(byte);
  }
  return fromBytes(Uint8Array.from(out));
}

/** Text before and after the first `separator`; undefined after when there is none. */
function cut(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}

interface ParsedUrl {
  readonly scheme: string;
  readonly opaque: string;
  /** encoded; undefined: none */
  readonly userinfo: string | undefined;
  readonly host: string;
  readonly path: string;
  readonly query: string;
  readonly fragment: string;
}

function checkPort(port: string): void {
  if (!/^(?::[0-9]*)?$/.test(port)) fault(`invalid port ${goQuote(port)} after host`);
}

function parseHost(scheme: string, host: string): string {
  const bracket = host.lastIndexOf('[');
  if (bracket > 0) fault('invalid IP-literal');
  if (bracket === 0) return parseAddress(host);
  const strict = scheme === 'http' || scheme === 'https';
  const colon = strict ? host.indexOf(':') : host.lastIndexOf(':');
  if (colon >= 0) checkPort(host.slice(colon));
  return unescapePart(host, 'host');
}

/** `[address%25zone]:port` */
function parseAddress(host: string): string {
  const close = host.lastIndexOf(']');
  if (close < 0) fault("missing ']' in host");
  const port = host.slice(close + 1);
  checkPort(port);
  const inside = host.slice(1, close);
  const zone = inside.indexOf('%25');
  const name =
    zone < 0
      ? unescapePart(inside, 'host')
      : unescapePart(inside.slice(0, zone), 'host') + unescapePart(inside.slice(zone), 'host', true);
  const [address, zoneName] = cut(name, '%');
  if (isIPv4(address)) fault('invalid IP-literal');
  if (!isIPv6(address) || zoneName === '')
    fault(`invalid host: ParseAddr(${goQuote(name)}): unable to parse IP`);
  return `[${name}]${port}`;
}

function parseUserinfo(text: string): string {
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(text)) fault('net/url: invalid userinfo');
  const [user, password] = cut(text, ':');
  const name = escapePart(unescapePart(user, 'user'), 'user');
  return password === undefined ? name : `${name}:${escapePart(unescapePart(password, 'user'), 'user')}`;
}

function parseWithoutFragment(text: string): Omit<ParsedUrl, 'fragment'> {
  if (/[\0-\x1f\x7f]/.test(text)) fault('net/url: invalid control character in URL');
  if (text.startsWith(':')) fault('missing protocol scheme');
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)?.[1] ?? '';
  const afterScheme = scheme === '' ? text : text.slice(scheme.length + 1);
  const [rest, query = ''] = cut(afterScheme, '?');
  const found = { scheme: scheme.toLowerCase(), opaque: '', userinfo: undefined, host: '', query };
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { ...found, opaque: rest, path: '' };
    if (cut(rest, '/')[0].includes(':')) fault('first path segment in URL cannot contain colon');
  }
  if (!rest.startsWith('//') || (scheme === '' && rest.startsWith('///'))) {
    return { ...found, path: unescapePart(rest, 'path') };
  }
  const slash = rest.indexOf('/', 2);
  const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash);
  const at = authority.lastIndexOf('@');
  const host = parseHost(found.scheme, authority.slice(at + 1));
  const userinfo = at < 0 ? undefined : parseUserinfo(authority.slice(0, at));
  return { ...found, userinfo, host, path: slash < 0 ? '' : unescapePart(rest.slice(slash), 'path') };
}

/** @param complain what stands before Go's error text */
function parseUrl(text: string, complain: string): ParsedUrl {
  const [url, fragment = ''] = cut(text, '#');
  let shown = url;
  try {
    const parsed = parseWithoutFragment(url);
    shown = text;
    return { ...parsed, fragment: unescapePart(fragment, 'fragment') };
  } catch (error) {
    if (error instanceof UrlFault) return fail(`${complain}: parse ${goQuote(shown)}: ${error.message}`);
    throw error;
  }
}

function hostname(host: string): string {
  const colon = host.lastIndexOf(':');
  const name = colon >= 0 && /^:[0-9]*$/.test(host.slice(colon)) ? host.slice(0, colon) : host;
  return name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name;
}

function textAt(map: GoMap, key: string): string {
  const value: GoValue | undefined = map.get(key);
  if (value === undefined) return '';
  if (value === null) return fail(NIL_POINTER);
  if (typeof value === 'string') return value;
  return fail(`unable to parse ${key} key, must be of type string, but ${kindOf(value)} found`);
}

function joinUrl(map: GoMap): string {
  const [scheme = '', host = '', path = '', query = '', opaque = '', fragment = '', user = ''] = [
    'scheme',
    'host',
    'path',
    'query',
    'opaque',
    'fragment',
    'userinfo',
  ].map((key) => textAt(map, key));
  const userinfo =
    user === '' ? undefined : parseUrl(`proto://${user}@host`, 'unable to parse userinfo in dict').userinfo;
  let out = scheme === '' ? '' : `${scheme}:`;
  if (opaque !== '') {
    out += opaque;
  } else {
    if (
      (scheme !== '' || host !== '' || userinfo !== undefined) &&
      (host !== '' || path !== '' || userinfo !== undefined)
    ) {
      out += `//${userinfo === undefined ? '' : `${userinfo}@`}${escapePart(host, 'host')}`;
    }
    const escaped = path === '*' ? '*' : escapePart(path, 'path');
    if (escaped !== '' && !escaped.startsWith('/') && host !== '') out += '/';
    if (out === '' && cut(escaped, '/')[0].includes(':')) out = './';
    out += escaped;
  }
  if (query !== '') out += `?${query}`;
  return fragment === '' ? out : `${out}#${escapePart(fragment, 'fragment')}`;
}

export const URL_FUNCTIONS = [
  define('urlParse', ['string'], 'map', ([text]) => {
    const { userinfo = '', ...url } = parseUrl(text, 'unable to parse url');
    return goMap(Object.entries({ ...url, userinfo, hostname: hostname(url.host) }));
  }),
  define('urlJoin', ['map'], 'string', ([map]) => joinUrl(map)),
];
