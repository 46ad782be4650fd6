/**
 * The "natural" order in which go-yaml writes the keys of a map (spec sprig §18.2 rule 4): `a9` before
 * `a10`, letters after everything else, else by code point.
 */
const LETTER = /^\p{L}$/u;
const DIGIT = /^\p{Nd}$/u;

const isDigit = (char: string | undefined): boolean => char !== undefined && DIGIT.test(char);

/** Negative when `a` comes before `b`. */
export function compareKeys(a: string, b: string): number {
  const left = Array.from(a);
  const right = Array.from(b);
  const shared = Math.min(left.length, right.length);
  for (let at = 0; at < shared; at++) {
    const [x, y] = [left[at] as string, right[at] as string];
    if (x !== y) return compareAt(left, right, at, x, y);
  }
  return left.length - right.length;
}

function compareAt(left: string[], right: string[], at: number, x: string, y: string): number {
  const letters = [LETTER.test(x), LETTER.test(y)];
  const byCode = (x.codePointAt(0) ?? 0) - (y.codePointAt(0) ?? 0);
  if (letters[0] && letters[1]) return byCode;
  if (letters[0] || letters[1]) return letters[1] ? -1 : 1;
  // A zero inside a number that has begun with another digit counts as a digit of that number.
  const inNumber = (x === '0' || y === '0') && insideNumber(left, at);
  const [number, digits] = run(left, at, inNumber);
  const [otherNumber, otherDigits] = run(right, at, inNumber);
  if (number !== otherNumber) return number < otherNumber ? -1 : 1;
  return digits - otherDigits || byCode;
}

function insideNumber(chars: readonly string[], at: number): boolean {
  for (let before = at - 1; before >= 0 && isDigit(chars[before]); before--) {
    if (chars[before] !== '0') return true;
  }
  return false;
}

/** The number that starts here, as a wrapping 64-bit integer, and how many digits it has. */
function run(chars: readonly string[], at: number, inNumber: boolean): [bigint, number] {
  let end = at;
  let value = inNumber ? 1n : 0n;
  for (; isDigit(chars[end]); end++) {
    value = BigInt.asIntN(64, value * 10n + BigInt((chars[end]?.codePointAt(0) ?? 0) - 0x30));
  }
  return [value, end - at];
}
