/**
 * The functions every template has (spec go-template §7). They take "no value at all" as it is, which
 * functions of a map cannot. `and` and `or` are here by name only: the evaluator stops at the deciding
 * argument.
 */
import { formatValue, NO_VALUE, sprint, sprintf, sprintln } from '../format/index.ts';
import { ANY, type CallContext, GoError, type GoType, type GoValue, typeOf } from '../values.ts';
import { equal, less, lessOrEqual } from './compare.ts';
import { escapeHtml, escapeJs, escapeQuery } from './escapers.ts';
import { index, length, prepareArgument, slice } from './indexing.ts';
import { describeType, type Evaluated, isFunction, isTrue, VALUE } from './types.ts';

/** What two builtins want to know of their arguments beside the values. */
export interface Written {
  /** the first argument as written, '' when it is piped */
  readonly first: string;
  /** bit n: the static type of argument n is `interface {}` */
  readonly interfaces: number;
}

export interface Builtin {
  readonly name: string;
  readonly params: readonly GoType[];
  readonly variadic: boolean;
  readonly result: GoType;
  call(args: readonly Evaluated[], context: CallContext, written: Written): Evaluated;
}

type Body = Builtin['call'];

const values = (args: readonly Evaluated[]): GoValue[] => args.map((arg) => arg ?? null);

/** Sprint in which nil is `<no value>`, then an escaper. */
const escaping =
  (escaper: (text: string) => string): Body =>
  (args, context) => {
    const shown = args.map((arg) => arg ?? NO_VALUE);
    const text = shown.length === 1 ? formatValue(shown[0] as GoValue, context) : sprint(shown, context);
    context.grow(text.length);
    return escaper(text);
  };

function call([target, ...args]: readonly Evaluated[], context: CallContext, { first }: Written): Evaluated {
  if (target === undefined || target === null) throw new GoError('call of nil');
  const name = first !== '' ? first : typeof target === 'string' ? target : `<${typeOf(target)} Value>`;
  if (!isFunction(target)) throw new GoError(`non-function ${name} of type ${typeOf(target)}`);
  const { params, variadic } = target;
  const fixed = params.length - (variadic === true ? 1 : 0);
  const got = `wrong number of args for ${name}: got ${args.length}`;
  if (variadic === true) {
    if (args.length < fixed) throw new GoError(`${got} want at least ${fixed}`);
  } else if (args.length !== fixed) throw new GoError(`${got} want ${fixed}`);
  const prepared = args.map((arg, position) => {
    try {
      return prepareArgument(arg, describeType(params[Math.min(position, params.length - 1)] as GoType));
    } catch (error) {
      throw error instanceof GoError ? new GoError(`arg ${position}: ${error.message}`) : error;
    }
  });
  return target.call(values(prepared), context);
}

const lazy: Body = (args) => args.at(-1);

const define = (
  name: string,
  params: readonly GoType[],
  variadic: boolean,
  body: Body,
): [string, Builtin] => [name, { name, params, variadic, result: ANY, call: body }];

const fixed = (name: string, count: number, body: Body) =>
  define(name, new Array<GoType>(count).fill(VALUE), false, body);
const open = (name: string, body: Body) => define(name, [VALUE, VALUE], true, body);
const printing = (name: string, body: Body) => define(name, [ANY], true, body);

export const BUILTINS: ReadonlyMap<string, Builtin> = new Map([
  open('and', lazy),
  open('or', lazy),
  fixed('not', 1, ([value]) => !isTrue(value)),
  fixed('len', 1, ([value]) => length(value)),
  open('index', ([item, ...indexes]) => index(item, indexes)),
  open('slice', ([item, ...indexes], _context, { interfaces }) => slice(item, indexes, interfaces >> 1)),
  open('call', call),
  printing('print', (args, context) => sprint(values(args), context)),
  printing('println', (args, context) => sprintln(values(args), context)),
  define('printf', ['string', ANY], true, ([format, ...args], context) =>
    sprintf(format as string, values(args), context),
  ),
  printing('html', escaping(escapeHtml)),
  printing('js', escaping(escapeJs)),
  printing('urlquery', escaping(escapeQuery)),
  open('eq', ([first, ...others]) => equal(first, others)),
  fixed('ne', 2, ([a, b]) => !equal(a, [b])),
  fixed('lt', 2, ([a, b]) => less(a, b)),
  fixed('le', 2, ([a, b]) => lessOrEqual(a, b)),
  fixed('gt', 2, ([a, b]) => !lessOrEqual(a, b)),
  fixed('ge', 2, ([a, b]) => !less(a, b)),
]);
