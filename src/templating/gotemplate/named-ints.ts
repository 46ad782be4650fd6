/** Methods of Go's named integers (spec go-template §5.4): a template calls them like fields. */
import { namedIntText } from '../format/index.ts';
import { type GoFunction, GoInt, type GoType, type GoValue, goInt64 } from '../values.ts';

const DURATION = 'time.Duration';
const duration = (v: bigint): GoInt => new GoInt('int64', BigInt.asIntN(64, v), DURATION);
const abs = (v: bigint): bigint => (v < 0n ? -v : v);

/** Whole units and the rest apart, as Go does it, so that large durations lose nothing. */
const inUnits = (v: bigint, unit: bigint): number => Number(v / unit) + Number(v % unit) / Number(unit);

const MAX = 2n ** 63n - 1n;

function round(v: bigint, unit: bigint): bigint {
  if (unit <= 0n) return v;
  const rest = abs(v % unit);
  const down = abs(v) - rest;
  const size = rest + rest < unit ? down : down + unit;
  const signed = v < 0n ? -size : size;
  return signed > MAX ? MAX : signed < -MAX - 1n ? -MAX - 1n : signed;
}

type Method = (receiver: bigint, argument: bigint) => GoValue;

const DURATION_METHODS: ReadonlyMap<
  string,
  readonly [params: readonly GoType[], result: GoType, body: Method]
> = new Map<string, readonly [readonly GoType[], GoType, Method]>([
  ['Hours', [[], 'float64', (v) => inUnits(v, 3_600_000_000_000n)]],
  ['Minutes', [[], 'float64', (v) => inUnits(v, 60_000_000_000n)]],
  ['Seconds', [[], 'float64', (v) => inUnits(v, 1_000_000_000n)]],
  ['Milliseconds', [[], 'int64', (v) => goInt64(v / 1_000_000n)]],
  ['Microseconds', [[], 'int64', (v) => goInt64(v / 1_000n)]],
  ['Nanoseconds', [[], 'int64', (v) => goInt64(v)]],
  ['Round', [[DURATION], DURATION, (v, unit) => duration(round(v, unit))]],
  ['Truncate', [[DURATION], DURATION, (v, unit) => duration(unit <= 0n ? v : v - (v % unit))]],
  ['Abs', [[], DURATION, (v) => duration(v === -MAX - 1n ? MAX : abs(v))]],
]);

/** A method bound to its receiver; undefined where the type has none of that name. */
export function namedIntMethod(receiver: GoInt, name: string): GoFunction | undefined {
  const text = namedIntText(receiver);
  if (text === undefined) return undefined;
  if (name === 'String') return { name, params: [], result: 'string', call: () => text };
  const method = receiver.named === DURATION ? DURATION_METHODS.get(name) : undefined;
  if (method === undefined) return undefined;
  const [params, result, body] = method;
  return {
    name,
    params,
    result,
    call: ([argument]) => body(receiver.v, argument instanceof GoInt ? argument.v : 0n),
  };
}
