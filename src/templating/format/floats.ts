/**
 * Floating point numbers as Go's strconv writes them: the shortest digits that read back, or a given
 * precision rounded half to even on the exact binary value (spec go-template §9.2, §10.3). JavaScript's
 * own conversions switch notation elsewhere and round ties up, so digits are laid out here.
 */

/** 0.DIGITS × 10^point; digits are empty for zero. */
interface Decimal {
  readonly digits: string;
  readonly point: number;
}

export type FloatFormat = 'e' | 'E' | 'f' | 'F' | 'g' | 'G' | 'b' | 'x' | 'X';

const view = new DataView(new ArrayBuffer(8));

/** Mantissa and binary exponent: |value| = mantissa × 2^exponent. */
function parts(value: number, bits: 32 | 64): { mantissa: bigint; exponent: number } {
  if (bits === 32) {
    view.setFloat32(0, value);
    const word = view.getUint32(0);
    const raw = (word >>> 23) & 0xff;
    const fraction = word & 0x7fffff;
    return raw === 0
      ? { mantissa: BigInt(fraction), exponent: -149 }
      : { mantissa: BigInt(fraction | 0x800000), exponent: raw - 150 };
  }
  view.setFloat64(0, value);
  const word = view.getBigUint64(0);
  const raw = Number((word >> 52n) & 0x7ffn);
  const fraction = word & 0xfffffffffffffn;
  return raw === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | (1n << 52n), exponent: raw - 1075 };
}

function exact(value: number, bits: 32 | 64): Decimal {
  const { mantissa, exponent } = parts(value, bits);
  if (mantissa === 0n) return { digits: '', point: 0 };
  const scaled = exponent >= 0 ? mantissa << BigInt(exponent) : mantissa * 5n ** BigInt(-exponent);
  const text = scaled.toString();
  return { digits: text.replace(/0+$/, ''), point: text.length - (exponent >= 0 ? 0 : -exponent) };
}

function shortest(value: number, bits: 32 | 64): Decimal {
  let text = value.toExponential();
  if (bits === 32) {
    for (let precision = 0; precision < 17; precision++) {
      text = value.toExponential(precision);
      if (Math.fround(Number(text)) === value) break;
    }
  }
  const [mantissa, exponent] = text.split('e') as [string, string];
  const digits = mantissa.replace('.', '').replace(/0+$/, '');
  return digits === '' ? { digits: '', point: 0 } : { digits, point: Number(exponent) + 1 };
}

/** Cut to `count` digits, ties to even. */
function round(decimal: Decimal, count: number): Decimal {
  const { digits, point } = decimal;
  if (count < 0) return { digits: '', point: 0 };
  if (digits.length <= count) return decimal;
  const next = digits.charCodeAt(count) - 48;
  const odd = count > 0 && (digits.charCodeAt(count - 1) - 48) % 2 === 1;
  const up = next > 5 || (next === 5 && (digits.length > count + 1 || odd));
  let kept = digits.slice(0, count);
  if (!up) {
    kept = kept.replace(/0+$/, '');
    return kept === '' ? { digits: '', point: 0 } : { digits: kept, point };
  }
  let at = count - 1;
  while (at >= 0 && kept[at] === '9') at--;
  if (at < 0) return { digits: '1', point: point + 1 };
  kept = kept.slice(0, at) + String.fromCharCode(kept.charCodeAt(at) + 1);
  return { digits: kept, point };
}

function exponentText(exponent: number): string {
  const size = Math.abs(exponent);
  return `${exponent < 0 ? '-' : '+'}${size < 10 ? '0' : ''}${size}`;
}

function scientific(decimal: Decimal, precision: number, letter: string): string {
  const digits = decimal.digits === '' ? '0' : decimal.digits;
  const exponent = decimal.digits === '' ? 0 : decimal.point - 1;
  const fraction = precision > 0 ? `.${digits.slice(1, precision + 1).padEnd(precision, '0')}` : '';
  return `${digits[0]}${fraction}${letter}${exponentText(exponent)}`;
}

function plain(decimal: Decimal, precision: number): string {
  const { digits, point } = decimal;
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0';
  if (precision <= 0) return whole;
  const fraction = point >= 0 ? digits.slice(point) : '0'.repeat(Math.min(-point, precision)) + digits;
  return `${whole}.${fraction.slice(0, precision).padEnd(precision, '0')}`;
}

function general(decimal: Decimal, precision: number, isShortest: boolean, letter: string): string {
  const { digits, point } = decimal;
  const count = digits.length;
  let threshold = precision;
  if (threshold > count && count >= point) threshold = count;
  if (isShortest) threshold = 6;
  const exponent = point - 1;
  if (exponent < -4 || exponent >= threshold) {
    return scientific(decimal, (isShortest ? count : Math.min(precision, count)) - 1, letter);
  }
  return plain(decimal, Math.max(count - point, 0));
}

/** `-0x1.8p+01`: hexadecimal mantissa, binary exponent. */
function hexadecimal(value: number, precision: number, bits: 32 | 64, upper: boolean): string {
  const raw = parts(value, bits);
  let mantissa = raw.mantissa;
  let exponent = raw.exponent;
  if (mantissa === 0n) exponent = 0;
  else {
    while (mantissa >> 60n === 0n) {
      mantissa <<= 1n;
      exponent--;
    }
    exponent += 60;
  }
  // mantissa is 1 + 60 fraction bits: 15 hexadecimal digits after the point
  if (precision >= 0 && precision < 15) {
    const shift = BigInt((15 - precision) * 4);
    const rest = mantissa & ((1n << shift) - 1n);
    const half = 1n << (shift - 1n);
    mantissa >>= shift;
    if (rest > half || (rest === half && (mantissa & 1n) === 1n)) mantissa += 1n;
    mantissa <<= shift;
    if (mantissa >> 61n !== 0n) {
      mantissa >>= 1n;
      exponent++;
    }
  }
  const lead = mantissa >> 60n;
  let fraction = (mantissa & ((1n << 60n) - 1n)).toString(16).padStart(15, '0');
  fraction =
    precision < 0 ? fraction.replace(/0+$/, '') : fraction.slice(0, precision).padEnd(precision, '0');
  const text = `0x${lead}${fraction === '' ? '' : `.${fraction}`}p${exponentText(exponent)}`;
  return upper ? text.toUpperCase() : text;
}

/**
 * Go's strconv.FormatFloat.
 * @param precision digits after the point (`e`, `f`, `x`) or significant digits (`g`); -1: as few as read back
 * @example formatFloat(1e6, 'g', -1, 64) // '1e+06'
 */
export function formatFloat(
  value: number,
  format: FloatFormat,
  precision: number,
  bits: 32 | 64 = 64,
): string {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const size = Math.abs(value);
  if (format === 'b') {
    const { mantissa, exponent } = parts(size, bits);
    return `${sign}${mantissa}p${exponent < 0 ? '' : '+'}${exponent}`;
  }
  if (format === 'x' || format === 'X') return sign + hexadecimal(size, precision, bits, format === 'X');
  const isShortest = precision < 0;
  const letter = format === 'E' || format === 'G' ? 'E' : 'e';
  switch (format) {
    case 'e':
    case 'E': {
      if (isShortest) {
        const decimal = shortest(size, bits);
        return sign + scientific(decimal, decimal.digits.length - 1, letter);
      }
      return sign + scientific(round(exact(size, bits), precision + 1), precision, letter);
    }
    case 'f':
    case 'F': {
      if (isShortest) {
        const decimal = shortest(size, bits);
        return sign + plain(decimal, Math.max(decimal.digits.length - decimal.point, 0));
      }
      const decimal = exact(size, bits);
      return sign + plain(round(decimal, decimal.point + precision), precision);
    }
    default: {
      if (isShortest) return sign + general(shortest(size, bits), 0, true, letter);
      const wanted = precision === 0 ? 1 : precision;
      return sign + general(round(exact(size, bits), wanted), wanted, false, letter);
    }
  }
}

/** A float64 as `%v` prints it: plain between 1e-4 and 1e6, else with an exponent. */
export function floatText(value: number): string {
  // whole numbers below 1e6 are most of what templates print
  if (Number.isInteger(value) && value > -1e6 && value < 1e6 && !Object.is(value, -0)) return String(value);
  return formatFloat(value, 'g', -1, 64);
}
