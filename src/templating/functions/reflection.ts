/**
 * Asking a value what it is (spec sprig-functions §11), and `fail`, which ends a template on purpose (§17).
 */
import { typeOf } from '../values.ts';
import { define, fail } from './define.ts';
import { deepEqual } from './equality.ts';
import { kindOf } from './list-items.ts';

export const REFLECTION_FUNCTIONS = [
  define('typeOf', ['any'], 'string', ([value]) => typeOf(value)),
  define('kindOf', ['any'], 'string', ([value]) => kindOf(value)),
  define('typeIs', ['string', 'any'], 'bool', ([name, value]) => typeOf(value) === name),
  define('typeIsLike', ['string', 'any'], 'bool', ([name, value]) => {
    const type = typeOf(value);
    return type === name || type === `*${name}`;
  }),
  define('kindIs', ['string', 'any'], 'bool', ([name, value]) => kindOf(value) === name),
  define('deepEqual', ['any', 'any'], 'bool', ([a, b], context) => deepEqual(a, b, context)),
  define('fail', ['string'], 'string', ([text]) => fail(text)),
];
