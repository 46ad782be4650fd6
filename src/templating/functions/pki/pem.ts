/** PEM armour around DER: 64 characters a line, as Go writes it. */

export interface PemBlock {
  /** such as `CERTIFICATE` */
  readonly type: string;
  readonly bytes: Uint8Array;
}

export function encodePem({ type, bytes }: PemBlock): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${type}-----\n${lines.join('\n')}\n-----END ${type}-----\n`;
}

/** The first block of a text; undefined when there is none. */
export function decodePem(text: string): PemBlock | undefined {
  const begin = /(?:^|\n)-----BEGIN ([^\n-]+)-----[ \t\r]*\n/.exec(text);
  if (begin === null) return undefined;
  const type = begin[1] ?? '';
  const start = begin.index + begin[0].length;
  const end = text.indexOf(`-----END ${type}-----`, start);
  if (end < 0) return undefined;
  const body = text.slice(start, end).replace(/[\s]/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(body) || body.length % 4 !== 0) return undefined;
  return { type, bytes: Buffer.from(body, 'base64') };
}
