/**
 * Functions on dates (spec sprig-functions §14). Whatever is no time and no integer stands for now,
 * which is why those that take anything count as nondeterministic. The time comes from the call's clock.
 */
import { type CallContext, GoError, type GoFunction, GoInt, type GoValue } from '../values.ts';
import { parseDigits } from './casts.ts';
import { alias, define } from './define.ts';
import { HOUR, MINUTE, parseDuration, roundDuration, SECOND } from './time/duration.ts';
import { durationTextOf, GoTime } from './time/go-time.ts';
import { secondsOf } from './time/moment.ts';
import { parseTime } from './time/parse.ts';
import { LOCAL, UTC, zoneAt } from './time/zones.ts';

const NONDETERMINISTIC = { nondeterministic: true } as const;
const DAY = 24n * HOUR;

const toNanoseconds = (milliseconds: number): bigint => BigInt(Math.round(milliseconds * 1000)) * 1000n;

function now({ clock }: CallContext): GoTime {
  return new GoTime(toNanoseconds(clock.now()), LOCAL, toNanoseconds(clock.monotonic()));
}

/** Times as they are, integers of the kinds given as seconds since 1970, anything else now. */
function timeOf(value: GoValue, kinds: readonly string[], context: CallContext): GoTime {
  if (value instanceof GoTime) return value;
  if (value instanceof GoInt && value.named === undefined && kinds.includes(value.kind)) {
    return new GoTime(value.v * SECOND, LOCAL);
  }
  return now(context);
}

function dateInZone(layout: string, value: GoValue, zone: string, context: CallContext): string {
  const time = timeOf(value, ['int', 'int32', 'int64'], context);
  return time.in(zoneAt(zone, time.milliseconds) ?? UTC).formatAs(layout);
}

/** The duration of a text; undefined when it is none. */
function durationOf(text: string): bigint | undefined {
  try {
    return parseDuration(text);
  } catch (error) {
    if (error instanceof GoError) return undefined;
    throw error;
  }
}

const ROUNDED: readonly (readonly [string, bigint])[] = [
  ['y', 365n * DAY],
  ['mo', 30n * DAY],
  ['d', DAY],
  ['h', HOUR],
  ['m', MINUTE],
  ['s', SECOND],
];

/** In the largest unit the size is more than one of. */
function rounded(nanoseconds: bigint): string {
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  const unit = ROUNDED.find(([, length]) => size > length);
  return unit === undefined ? '0s' : `${size / unit[1]}${unit[0]}`;
}

const isInt64 = (value: GoValue): value is GoInt =>
  value instanceof GoInt && value.kind === 'int64' && value.named === undefined;

const date = (name: string): GoFunction =>
  define(
    name,
    ['string', 'any', 'string'],
    'string',
    ([layout, value, zone], context) => dateInZone(layout, value, zone, context),
    NONDETERMINISTIC,
  );

const dateModify = define('dateModify', ['string', 'time'], 'time', ([duration, time]) => {
  const change = durationOf(duration);
  return change === undefined ? time : (time as GoTime).plus(change);
});

const mustDateModify = define('mustDateModify', ['string', 'time'], 'time', ([duration, time]) =>
  (time as GoTime).plus(parseDuration(duration)),
);

function toTime(layout: string, text: string): GoTime {
  const { nanoseconds, zone } = parseTime(layout, text);
  return new GoTime(nanoseconds, zone);
}

export const DATE_FUNCTIONS: GoFunction[] = [
  define('now', [], 'time', (_args, context) => now(context), NONDETERMINISTIC),
  define(
    'date',
    ['string', 'any'],
    'string',
    ([layout, value], context) => dateInZone(layout, value, 'Local', context),
    NONDETERMINISTIC,
  ),
  define(
    'htmlDate',
    ['any'],
    'string',
    ([value], context) => dateInZone('2006-01-02', value, 'Local', context),
    NONDETERMINISTIC,
  ),
  define(
    'htmlDateInZone',
    ['any', 'string'],
    'string',
    ([value, zone], context) => dateInZone('2006-01-02', value, zone, context),
    NONDETERMINISTIC,
  ),
  date('dateInZone'),
  date('date_in_zone'),
  dateModify,
  alias('date_modify', dateModify),
  mustDateModify,
  alias('must_date_modify', mustDateModify),
  define('toDate', ['string', 'string'], 'time', ([layout, text]) => {
    try {
      return toTime(layout, text);
    } catch (error) {
      if (error instanceof GoError) return GoTime.zero();
      throw error;
    }
  }),
  define('mustToDate', ['string', 'string'], 'time', ([layout, text]) => toTime(layout, text)),
  define('unixEpoch', ['time'], 'string', ([time]) => String(secondsOf((time as GoTime).nanoseconds))),
  define(
    'ago',
    ['any'],
    'string',
    ([value], context) => {
      const passed = now(context).since(timeOf(value, ['int', 'int64'], context));
      return durationTextOf(roundDuration(passed, SECOND));
    },
    NONDETERMINISTIC,
  ),
  define('duration', ['any'], 'string', ([value]) => {
    const seconds =
      typeof value === 'string' ? (parseDigits(value, 10, true) ?? 0n) : isInt64(value) ? value.v : 0n;
    return durationTextOf(seconds * SECOND);
  }),
  define(
    'durationRound',
    ['any'],
    'string',
    ([value], context) => {
      if (typeof value === 'string') return rounded(durationOf(value) ?? 0n);
      if (value instanceof GoTime) return rounded(now(context).since(value));
      return rounded(isInt64(value) ? value.v : 0n);
    },
    NONDETERMINISTIC,
  ),
];
