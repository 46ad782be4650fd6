/** JSON functions (spec sprig-functions §8): the `must` forms report what the plain ones swallow. */
import { type CallContext, GoError, type GoValue } from '../values.ts';
import { define, fail } from './define.ts';
import { decodeJson } from './json-decode.ts';
import { encodeJson, type JsonStyle } from './json-encode.ts';

/** Encoding with failures as empty text. */
function quietly(value: GoValue, context: CallContext, style: JsonStyle = {}): string {
  try {
    return encodeJson(value, context, style);
  } catch (error) {
    if (error instanceof GoError) return '';
    throw error;
  }
}

const PRETTY: JsonStyle = { pretty: true };
const RAW: JsonStyle = { html: false };

export const JSON_FUNCTIONS = [
  define('toJson', ['any'], 'string', ([value], context) => quietly(value, context)),
  define('mustToJson', ['any'], 'string', ([value], context) => encodeJson(value, context)),
  define('toPrettyJson', ['any'], 'string', ([value], context) => quietly(value, context, PRETTY)),
  define('mustToPrettyJson', ['any'], 'string', ([value], context) => encodeJson(value, context, PRETTY)),
  define('toRawJson', ['any'], 'string', ([value], context) => encodeJson(value, context, RAW)),
  define('mustToRawJson', ['any'], 'string', ([value], context) => encodeJson(value, context, RAW)),
  define('fromJson', ['string'], 'any', ([text], context) => {
    context.spend(text.length >> 2);
    return decodeJson(text).value;
  }),
  define('mustFromJson', ['string'], 'any', ([text], context) => {
    context.spend(text.length >> 2);
    const { value, error } = decodeJson(text);
    return error === undefined ? value : fail(error);
  }),
];
