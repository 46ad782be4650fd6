/**
 * Bytes and order of texts. Kubernetes, git and Go order by bytes, which is by code point and not the order
 * of JavaScript strings beyond the basic plane. A byte that is part of no character stands in a text as one
 * lone surrogate U+DC00+byte (see `templating/bytes.ts`), and counts as that byte.
 */

const encoder = new TextEncoder();

/** Whether a UTF-16 unit stands for a single byte; only right for a unit that is no half of a pair. */
export const isEscape = (unit: number): boolean => unit >= 0xdc80 && unit <= 0xdcff;
/** Whether a UTF-16 unit is the first half of a pair. */
export const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;

/** The bytes of a Go string. */
export function toBytes(text: string): Uint8Array {
  if (text.isWellFormed()) return encoder.encode(text);
  const parts: Uint8Array[] = [];
  let size = 0;
  const push = (part: Uint8Array): void => {
    parts.push(part);
    size += part.length;
  };
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (isHigh(unit)) i++;
    else if (isEscape(unit)) {
      if (i > start) push(encoder.encode(text.slice(start, i)));
      push(Uint8Array.of(unit & 0xff));
      start = i + 1;
    }
  }
  if (start < text.length) push(encoder.encode(text.slice(start)));
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Order of Go strings: by bytes, which is by code point. Negative, zero or positive. */
export function compareBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  let at = 0;
  while (at < length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  if (at === length) return a.length - b.length;
  const left = a.charCodeAt(at);
  const right = b.charCodeAt(at);
  if (left < 0xd800 && right < 0xd800) return left - right;
  if (a.isWellFormed() && b.isWellFormed()) {
    const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;
    if (isSurrogate(left) !== isSurrogate(right)) return isSurrogate(left) ? 1 : -1;
    return left - right;
  }
  const x = toBytes(a);
  const y = toBytes(b);
  let i = 0;
  while (i < x.length && i < y.length && x[i] === y[i]) i++;
  return (x[i] ?? -1) - (y[i] ?? -1);
}
