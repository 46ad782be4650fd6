/** Go's ways to write values as text: what template functions use beside the engine. */

export {
  canBackquote,
  goQuote,
  goQuoteRune,
  isPrintable,
  runeText,
  unicodeName,
} from '../../support/go-quote.ts';
export { durationText, MONTHS, namedIntText, WEEKDAYS } from './durations.ts';
export { type FloatFormat, floatText, formatFloat } from './floats.ts';
export { sprintf } from './printf.ts';
export {
  compareKeys,
  FUNCTION_ADDRESS,
  formatValue,
  isIntKind,
  keyValue,
  methodText,
  NIL_TEXT,
  NO_VALUE,
  sortedEntries,
  sprint,
  sprintln,
} from './values.ts';
