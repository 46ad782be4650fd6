/**
 * Arithmetic (spec sprig-functions §5, §6): integers wrap at 64 bits, floats go through exact decimal
 * numbers so that 0.1 + 0.2 is 0.3.
 */
import { type CallContext, type GoValue, goInt, goInt64 } from '../values.ts';
import { toFloat64, toInt64 } from './casts.ts';
import {
  addDecimals,
  decimalOf,
  divideDecimals,
  multiplyDecimals,
  numberOf,
  subtractDecimals,
} from './decimal.ts';
import { alias, define, fail } from './define.ts';

const DIVIDE_BY_ZERO = 'runtime error: integer divide by zero';

const wrap = (value: bigint): bigint => BigInt.asIntN(64, value);

const divisor = (value: GoValue): bigint => {
  const by = toInt64(value);
  return by === 0n ? fail(DIVIDE_BY_ZERO) : by;
};

type Decimal = ReturnType<typeof decimalOf>;

const decimals = (values: readonly GoValue[]): Decimal[] =>
  values.map((value) => decimalOf(toFloat64(value)));

function fold(values: readonly GoValue[], step: (a: Decimal, b: Decimal) => Decimal): number {
  const [first, ...rest] = decimals(values);
  return first === undefined ? 0 : numberOf(rest.reduce(step, first));
}

/** The value farthest in one direction. */
const extremeInt = (values: readonly GoValue[], direction: 1n | -1n): bigint =>
  values.map(toInt64).reduce((best, value) => (direction * (value - best) > 0n ? value : best));

/** NaN wins over everything. */
const extreme = (values: readonly GoValue[], pick: (...n: number[]) => number): number =>
  values.map(toFloat64).reduce((a, b) => pick(a, b));

/** Fractions of at least `threshold` go up; a negative number's fraction is negative, so it goes down. */
function round(value: number, places: number, threshold: number): number {
  const scale = 10 ** places;
  const digits = scale * value;
  const fraction = digits % 1;
  return (fraction >= threshold ? Math.ceil(digits) : Math.floor(digits)) / scale;
}

function randomInt(min: number, max: number, context: CallContext): bigint {
  if (max <= min) fail('invalid argument to Intn');
  // the generator is uniform over 48 bits; wider ranges are put together from bytes
  if (max - min < 2 ** 48) return BigInt(context.random.int(min, max));
  const bytes = context.random.bytes(16);
  const drawn = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return BigInt(min) + (drawn % (BigInt(max) - BigInt(min)));
}

const biggest = define('max', ['any', '...any'], 'int64', (values) => goInt64(extremeInt(values, 1n)));

export const MATH_FUNCTIONS = [
  define('add', ['...any'], 'int64', (values) =>
    goInt64(values.reduce((sum: bigint, v) => sum + toInt64(v), 0n)),
  ),
  define('add1', ['any'], 'int64', ([value]) => goInt64(toInt64(value) + 1n)),
  define('sub', ['any', 'any'], 'int64', ([a, b]) => goInt64(toInt64(a) - toInt64(b))),
  define('mul', ['any', '...any'], 'int64', (values) =>
    goInt64(values.reduce((product: bigint, v) => wrap(product * toInt64(v)), 1n)),
  ),
  define('div', ['any', 'any'], 'int64', ([a, b]) => goInt64(toInt64(a) / divisor(b))),
  define('mod', ['any', 'any'], 'int64', ([a, b]) => goInt64(toInt64(a) % divisor(b))),
  biggest,
  alias('biggest', biggest),
  define('min', ['any', '...any'], 'int64', (values) => goInt64(extremeInt(values, -1n))),
  define('randInt', ['int', 'int'], 'int', ([min, max], context) => goInt(randomInt(min, max, context)), {
    nondeterministic: true,
  }),
  define('addf', ['...any'], 'float', (values) => fold([0, ...values], addDecimals)),
  define('add1f', ['any'], 'float', ([value]) => fold([value, 1], addDecimals)),
  define('subf', ['any', '...any'], 'float', (values) => fold(values, subtractDecimals)),
  define('mulf', ['any', '...any'], 'float', (values) => fold(values, multiplyDecimals)),
  define('divf', ['any', '...any'], 'float', (values) => fold(values, divideDecimals)),
  define('maxf', ['any', '...any'], 'float', (values) => extreme(values, Math.max)),
  define('minf', ['any', '...any'], 'float', (values) => extreme(values, Math.min)),
  define('floor', ['any'], 'float', ([value]) => Math.floor(toFloat64(value))),
  define('ceil', ['any'], 'float', ([value]) => Math.ceil(toFloat64(value))),
  define('round', ['any', 'int', '...float'], 'float', ([value, places, threshold]) =>
    round(toFloat64(value), places, threshold ?? 0.5),
  ),
];
