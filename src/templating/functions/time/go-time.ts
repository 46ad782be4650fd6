/**
 * `time.Time` in templates (spec go-template §5.4): an instant, a zone to show it in, and for what came
 * from `now` the reading of the monotonic clock, which prints and serves differences. Immutable.
 */
import { durationText, MONTHS } from '../../format/index.ts';
import { type GoFunction, GoInt, GoObject, type GoValue, goInt, goInt64 } from '../../values.ts';
import { define, fail } from '../define.ts';
import { floorDivide, floorModulo, NANOS_A_SECOND } from './calendar.ts';
import { goDuration, quoteTime, saturated } from './duration.ts';
import { formatMoment } from './format.ts';
import { instantOf, type Moment, millisecondsOf, momentOf, secondsOf } from './moment.ts';
import { LOCAL, UTC, type Zone } from './zones.ts';

/** January 1 of year 1, from which Go counts. */
const ZERO = -62_135_596_800n * NANOS_A_SECOND;

/** Several results are more than a template can take. */
const UNUSABLE: Readonly<Record<string, string>> = {
  Date: 'function Date has 3 return values; should be 1 or 2',
  Clock: 'function Clock has 3 return values; should be 1 or 2',
  Zone: 'invalid function signature for Zone: second return value should be error; is int',
  ISOWeek: 'invalid function signature for ISOWeek: second return value should be error; is int',
  ZoneBounds: 'invalid function signature for ZoneBounds: second return value should be error; is time.Time',
};

/** `*time.Location`: prints its name. */
export class GoLocation extends GoObject {
  readonly type = '*time.Location';
  readonly kind = 'ptr';
  readonly zone: Zone;
  constructor(zone: Zone) {
    super();
    this.zone = zone;
  }
  format(): string {
    return this.zone.location;
  }
  override method(name: string): GoFunction | undefined {
    return name === 'String' ? define(name, [], 'string', () => this.format()) : undefined;
  }
}

export class GoTime extends GoObject {
  readonly type = 'time.Time';
  readonly kind = 'struct';
  /** since 1970 */
  readonly nanoseconds: bigint;
  readonly zone: Zone;
  /** nanoseconds on the monotonic clock */
  readonly monotonic: bigint | undefined;

  constructor(nanoseconds: bigint, zone: Zone = UTC, monotonic?: bigint) {
    super();
    this.nanoseconds = nanoseconds;
    this.zone = zone;
    this.monotonic = monotonic;
  }

  /** The zero time. */
  static zero(): GoTime {
    return new GoTime(ZERO);
  }

  get moment(): Moment {
    return momentOf(this.nanoseconds, this.zone);
  }

  get milliseconds(): number {
    return millisecondsOf(this.nanoseconds);
  }

  in(zone: Zone): GoTime {
    return new GoTime(this.nanoseconds, zone);
  }

  plus(nanoseconds: bigint): GoTime {
    const monotonic = this.monotonic === undefined ? undefined : this.monotonic + nanoseconds;
    return new GoTime(this.nanoseconds + nanoseconds, this.zone, monotonic);
  }

  /** Nanoseconds from `other` to this. */
  since(other: GoTime): bigint {
    if (this.monotonic !== undefined && other.monotonic !== undefined)
      return saturated(this.monotonic - other.monotonic);
    return saturated(this.nanoseconds - other.nanoseconds);
  }

  formatAs(layout: string): string {
    return formatMoment(layout, this.moment);
  }

  format(): string {
    const text = this.formatAs('2006-01-02 15:04:05.999999999 -0700 MST');
    if (this.monotonic === undefined) return text;
    const size = this.monotonic < 0n ? -this.monotonic : this.monotonic;
    const fraction = String(size % NANOS_A_SECOND).padStart(9, '0');
    return `${text} m=${this.monotonic < 0n ? '-' : '+'}${size / NANOS_A_SECOND}.${fraction}`;
  }

  override goSyntax(): string {
    const { year, month, day, hour, minute, second, nanosecond, zone } = this.moment;
    let location = `time.Location(${quoteTime(zone.location)})`;
    if (zone.isLocal) location = 'time.Local';
    else if (zone === UTC) location = 'time.UTC';
    const fields = [year, `time.${MONTHS[month - 1]}`, day, hour, minute, second, nanosecond, location];
    return `time.Date(${fields.join(', ')})`;
  }

  override hidden(name: string): boolean {
    return ['wall', 'ext', 'loc'].includes(name);
  }

  override equals(other: GoObject): boolean {
    return (
      other instanceof GoTime &&
      this.nanoseconds === other.nanoseconds &&
      this.monotonic === other.monotonic &&
      this.zone.isLocal === other.zone.isLocal &&
      this.zone.offset === other.zone.offset &&
      this.zone.abbreviation === other.zone.abbreviation &&
      this.zone.location === other.zone.location
    );
  }

  override toJson(): string {
    const { year } = this.moment;
    if (year < 0 || year > 9999) {
      fail(
        'json: error calling MarshalJSON for type time.Time: Time.MarshalJSON: year outside of range [0,9999]',
      );
    }
    return this.formatAs('2006-01-02T15:04:05.999999999Z07:00');
  }

  override method(name: string): GoFunction | undefined {
    const unusable = Object.hasOwn(UNUSABLE, name) ? UNUSABLE[name] : undefined;
    if (unusable !== undefined) return { ...define(name, [], 'any', () => fail(unusable)), unusable };
    return this.#part(name) ?? this.#comparison(name) ?? this.#change(name);
  }

  #part(name: string): GoFunction | undefined {
    const int = (read: (moment: Moment) => number): GoFunction =>
      define(name, [], 'int', () => goInt(read(this.moment)));
    const named = (type: string, read: (moment: Moment) => number): GoFunction => ({
      ...define(name, [], 'int', () => new GoInt('int', BigInt(read(this.moment)), type)),
      result: type,
    });
    const whole = (read: () => bigint): GoFunction => define(name, [], 'int64', () => goInt64(read()));
    switch (name) {
      case 'Year':
        return int((moment) => moment.year);
      case 'Month':
        return named('time.Month', (moment) => moment.month);
      case 'Day':
        return int((moment) => moment.day);
      case 'YearDay':
        return int((moment) => moment.yearDay);
      case 'Weekday':
        return named('time.Weekday', (moment) => moment.weekday);
      case 'Hour':
        return int((moment) => moment.hour);
      case 'Minute':
        return int((moment) => moment.minute);
      case 'Second':
        return int((moment) => moment.second);
      case 'Nanosecond':
        return int((moment) => moment.nanosecond);
      case 'Unix':
        return whole(() => secondsOf(this.nanoseconds));
      case 'UnixMilli':
        return whole(() => floorDivide(this.nanoseconds, 1_000_000n));
      case 'UnixMicro':
        return whole(() => floorDivide(this.nanoseconds, 1_000n));
      case 'UnixNano':
        return whole(() => this.nanoseconds);
      case 'String':
        return define(name, [], 'string', () => this.format());
      case 'Format':
        return define(name, ['string'], 'string', ([layout]) => this.formatAs(layout));
      case 'Location':
        return define(name, [], 'location', () => new GoLocation(this.zone));
      default:
        return undefined;
    }
  }

  #comparison(name: string): GoFunction | undefined {
    const comparing = (test: (difference: bigint) => GoValue): GoFunction =>
      define(name, ['time'], name === 'Compare' ? 'int' : 'bool', ([other]) =>
        test(this.since(other as GoTime)),
      );
    switch (name) {
      case 'Equal':
        return comparing((difference) => difference === 0n);
      case 'Before':
        return comparing((difference) => difference < 0n);
      case 'After':
        return comparing((difference) => difference > 0n);
      case 'Compare':
        return comparing((difference) => goInt(difference < 0n ? -1 : difference > 0n ? 1 : 0));
      case 'Sub':
        return { ...comparing(goDuration), result: 'time.Duration' };
      case 'IsZero':
        return define(name, [], 'bool', () => this.nanoseconds === ZERO);
      case 'IsDST':
        return define(name, [], 'bool', () => false);
      default:
        return undefined;
    }
  }

  #change(name: string): GoFunction | undefined {
    switch (name) {
      case 'UTC':
        return define(name, [], 'time', () => this.in(UTC));
      case 'Local':
        return define(name, [], 'time', () => this.in(LOCAL));
      case 'In':
        return define(name, ['location'], 'time', ([location]) => this.in((location as GoLocation).zone));
      case 'Add':
        return define(name, ['duration'], 'time', ([duration]) => this.plus(duration));
      case 'AddDate':
        return define(name, ['int', 'int', 'int'], 'time', ([years, months, days]) => {
          const { moment, zone } = this;
          return new GoTime(
            instantOf(moment.year + years, moment.month + months, moment.day + days, moment, zone),
            zone,
          );
        });
      case 'Round':
      case 'Truncate':
        return define(name, ['duration'], 'time', ([by]) => this.#toMultiple(by, name === 'Round'));
      default:
        return undefined;
    }
  }

  /** To a multiple of `by` since the zero time. */
  #toMultiple(by: bigint, nearest: boolean): GoTime {
    if (by <= 0n) return new GoTime(this.nanoseconds, this.zone);
    const rest = floorModulo(this.nanoseconds - ZERO, by);
    const up = nearest && rest * 2n >= by ? by : 0n;
    return new GoTime(this.nanoseconds - rest + up, this.zone);
  }
}

/** Go's text of a duration in nanoseconds. */
export const durationTextOf = (nanoseconds: bigint): string => durationText(BigInt.asIntN(64, nanoseconds));
