/** len, index and the builtin slice (spec go-template §7). `missingkey` has no say here. */
import { toBytes } from '../../support/byte-strings.ts';
import { byteLength, sliceBytes } from '../bytes.ts';
import { ANY, GoError, GoInt, type GoKey, GoMap, GoSlice, type GoValue, typeOf } from '../values.ts';
import { canBeNil, describeType, type Evaluated, fits, type TypeDescription, zeroOf } from './types.ts';

const lengthOf = (value: GoValue): number | undefined => {
  if (typeof value === 'string') return byteLength(value);
  if (value instanceof GoMap) return value.size;
  return value instanceof GoSlice ? value.items.length : undefined;
};

/** Go follows a pointer before it looks at what it has. */
const pointedType = (value: GoValue): string => typeOf(value).replace(/^\*/, '');

export function length(value: Evaluated): GoInt {
  if (value === undefined) throw new GoError('reflect: call of reflect.Value.Type on zero Value');
  if (value === null) throw new GoError('len of nil pointer');
  const size = lengthOf(value);
  if (size === undefined) throw new GoError(`len of type ${pointedType(value)}`);
  return new GoInt('int', BigInt(size));
}

/** An index as a number in 0…most. */
function position(index: Evaluated, most: number): number {
  if (index === undefined || index === null) throw new GoError('cannot index slice/array with nil');
  if (!(index instanceof GoInt)) throw new GoError(`cannot index slice/array with type ${typeOf(index)}`);
  const at = BigInt.asIntN(64, index.v);
  if (at < 0n || at > BigInt(most)) throw new GoError(`index out of range: ${at}`);
  return Number(at);
}

/** A value as one of the type asked for; integers change their size (spec go-template §7, call and index). */
export function prepareArgument(value: Evaluated, type: TypeDescription): Evaluated {
  if (value === undefined || value === null) {
    if (!canBeNil(type)) throw new GoError(`value is nil; should be of type ${type.type}`);
    return zeroOf(type);
  }
  if (fits(value, type)) return value;
  if (value instanceof GoInt && (type.kind === 'int' || type.kind === 'uint')) {
    const bits = sizeOf(type.int);
    const v = type.kind === 'uint' ? BigInt.asUintN(bits, value.v) : BigInt.asIntN(bits, value.v);
    return new GoInt(type.int, v, type.named);
  }
  throw new GoError(`value has type ${typeOf(value)}; should be ${type.type}`);
}

const sizeOf = (kind: string): number => Number(/\d+$/.exec(kind)?.[0] ?? 64);

function keyOf(value: Evaluated): GoKey | undefined {
  if (value instanceof GoInt) return value.v;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : undefined;
}

function mapEntry(map: GoMap, index: Evaluated): Evaluated {
  const key = keyOf(prepareArgument(index, describeType(map.key)));
  const found = key === undefined ? undefined : map.get(key);
  return found === undefined ? zeroOf(describeType(map.elem)) : found;
}

export function index(item: Evaluated, indexes: readonly Evaluated[]): Evaluated {
  if (item === undefined || item === null) throw new GoError('index of untyped nil');
  let value: Evaluated = item;
  for (const at of indexes) {
    if (value === undefined || value === null) throw new GoError('index of nil pointer');
    if (value instanceof GoMap) value = mapEntry(value, at);
    else if (value instanceof GoSlice) {
      const found: GoValue | undefined = value.items[position(at, value.items.length)];
      if (found === undefined) throw new GoError('reflect: slice index out of range');
      value = found;
    } else if (typeof value === 'string') {
      const byte: number | undefined = toBytes(value)[position(at, byteLength(value))];
      if (byte === undefined) throw new GoError('reflect: string index out of range');
      value = new GoInt('uint8', BigInt(byte));
    } else throw new GoError(`can't index item of type ${pointedType(value)}`);
  }
  return value;
}

/**
 * The builtin slice. Unlike index it does not look into an index whose static type is `interface {}`.
 *
 * @param interfaces bit n: that is the static type of index n
 */
export function slice(item: Evaluated, indexes: readonly Evaluated[], interfaces: number): GoValue {
  if (item === undefined || item === null) throw new GoError('slice of untyped nil');
  if (indexes.length > 3) throw new GoError(`too many slice indexes: ${indexes.length}`);
  if (typeof item === 'string' && indexes.length === 3) throw new GoError('cannot 3-index slice a string');
  const size = item instanceof GoMap ? undefined : lengthOf(item);
  if (size === undefined) throw new GoError(`can't slice item of type ${typeOf(item)}`);
  const bounds = indexes.map((at, n) => {
    if ((interfaces >> n) % 2 === 1) throw new GoError(`cannot index slice/array with type ${ANY}`);
    return position(at, size);
  });
  const from = bounds[0] ?? 0;
  const to = bounds[1] ?? size;
  const most = bounds[2] ?? size;
  if (from > to) throw new GoError(`invalid slice index: ${from} > ${to}`);
  if (bounds.length === 3 && to > most) throw new GoError(`invalid slice index: ${to} > ${most}`);
  if (typeof item === 'string') return sliceBytes(item, from, to);
  return new GoSlice((item as GoSlice).items.slice(from, to), (item as GoSlice).elem);
}
