/**
 * The functions a template can call, by name: those it was given, then the builtins (spec go-template
 * §4). What the evaluator asks of a function on each call is worked out once and kept with the map.
 */
import { ANY, type FunctionMap, type GoFunction } from '../values.ts';
import { BUILTINS, type Builtin } from './builtins.ts';
import { describeType, type TypeDescription } from './types.ts';

export interface Callable {
  readonly params: readonly TypeDescription[];
  /** parameters before the variadic one */
  readonly fixed: number;
  readonly variadic: boolean;
  readonly resultIsInterface: boolean;
  readonly target:
    | { readonly builtin: Builtin; readonly given?: undefined }
    | { readonly given: GoFunction; readonly builtin?: undefined };
}

function callable(
  target: Callable['target'],
  { params, variadic, result }: Pick<GoFunction, 'params' | 'variadic' | 'result'>,
): Callable {
  const isVariadic = variadic === true;
  return {
    params: params.map(describeType),
    fixed: params.length - (isVariadic ? 1 : 0),
    variadic: isVariadic,
    resultIsInterface: result === ANY,
    target,
  };
}

const ofGiven = new WeakMap<GoFunction, Callable>();

/** A function value, or a method. */
export function callableOf(given: GoFunction): Callable {
  let made = ofGiven.get(given);
  if (made === undefined) {
    made = callable({ given }, given);
    ofGiven.set(given, made);
  }
  return made;
}

const ofBuiltin: ReadonlyMap<string, Callable> = new Map(
  [...BUILTINS].map(([name, builtin]) => [name, callable({ builtin }, builtin)]),
);

export class FunctionTable {
  readonly given: FunctionMap;

  constructor(given: FunctionMap) {
    this.given = given;
  }

  has(name: string): boolean {
    return this.given.has(name) || ofBuiltin.has(name);
  }

  find(name: string): Callable | undefined {
    const given = this.given.get(name);
    return given === undefined ? ofBuiltin.get(name) : callableOf(given);
  }
}
