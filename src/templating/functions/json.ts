/** JSON functions (spec sprig-functions §8): the `must` forms report what the plain ones swallow. */
import { GoError, type GoValue } from '../values.ts';
import { define, fail } from './define.ts';
import { decodeJson } from './json-decode.ts';
import { encodeJson, type JsonStyle } from './json-encode.ts';

/** Encoding with failures as empty text. */
function quietly(value: GoValue, style: JsonStyle): string {
  try {
    return encodeJson(value, style);
  } catch (error) {
    if (error instanceof GoError) return '';
    throw error;
  }
}

const PRETTY: JsonStyle = { pretty: true };
const RAW: JsonStyle = { html: false };

export const JSON_FUNCTIONS = [
  define('toJson', ['any'], 'string', ([value]) => quietly(value, {})),
  define('mustToJson', ['any'], 'string', ([value]) => encodeJson(value)),
  define('toPrettyJson', ['any'], 'string', ([value]) => quietly(value, PRETTY)),
  define('mustToPrettyJson', ['any'], 'string', ([value]) => encodeJson(value, PRETTY)),
  define('toRawJson', ['any'], 'string', ([value]) => encodeJson(value, RAW)),
  define('mustToRawJson', ['any'], 'string', ([value]) => encodeJson(value, RAW)),
  define('fromJson', ['string'], 'any', ([text], context) => {
    context.spend(text.length >> 5);
    return decodeJson(text).value;
  }),
  define('mustFromJson', ['string'], 'any', ([text], context) => {
    context.spend(text.length >> 5);
    const { value, error } = decodeJson(text);
    return error === undefined ? value : fail(error);
  }),
];
