/**
 * Reading a time by a layout (spec sprig-functions §14.3). Lenient where Go is: names in any case, one
 * or two digits where the token is not padded, a fraction after the seconds whether asked for or not.
 * Missing parts are year 0, January 1, 00:00. Times without zone are UTC, the operator's zone.
 */
import { MONTHS, WEEKDAYS } from '../../format/index.ts';
import { fail } from '../define.ts';
import { daysInMonth, isLeap } from './calendar.ts';
import { quoteTime } from './duration.ts';
import { type LayoutPiece, piecesOfLayout } from './layout.ts';
import { instantOf } from './moment.ts';
import { fixedZone, LOCAL, UTC, type Zone } from './zones.ts';

/** A part that is not what its token asks for. */
class Mismatch extends Error {
  /** `month` for a month out of range; undefined when the text does not fit at all */
  readonly range: string | undefined;
  constructor(range?: string) {
    super(range);
    this.range = range;
  }
}

const mismatch = (): never => {
  throw new Mismatch();
};

class TimeReader {
  rest: string;
  year = 0;
  month = -1;
  day = -1;
  yearDay = -1;
  hour = 0;
  minute = 0;
  second = 0;
  nanosecond = 0;
  afternoon: boolean | undefined;
  zone: Zone | undefined;
  offset: number | undefined;
  zoneName = '';

  constructor(value: string) {
    this.rest = value;
  }

  #take(length: number): string {
    const taken = this.rest.slice(0, length);
    this.rest = this.rest.slice(length);
    return taken;
  }

  /** Literal text; a space stands for any number of them. */
  literal(text: string): void {
    let prefix = text;
    while (prefix !== '') {
      if (prefix.startsWith(' ')) {
        if (this.rest !== '' && !this.rest.startsWith(' ')) mismatch();
        prefix = prefix.replace(/^ +/, '');
        this.rest = this.rest.replace(/^ +/, '');
      } else {
        if (this.rest[0] !== prefix[0]) mismatch();
        prefix = prefix.slice(1);
        this.rest = this.rest.slice(1);
      }
    }
  }

  #match(pattern: RegExp): string {
    const match = pattern.exec(this.rest);
    if (match === null) return mismatch();
    return this.#take(match[0].length);
  }

  #number(padded: boolean): number {
    return Number(this.#match(padded ? /^[0-9]{2}/ : /^[0-9]{1,2}/));
  }

  #ranged(padded: boolean, least: number, most: number, what: string): number {
    const value = this.#number(padded);
    if (value < least || value > most) throw new Mismatch(what);
    return value;
  }

  #name(names: readonly string[], length?: number): number {
    const found = names.findIndex((name) => {
      const wanted = length === undefined ? name : name.slice(0, length);
      return this.rest.slice(0, wanted.length).toLowerCase() === wanted.toLowerCase();
    });
    if (found < 0) mismatch();
    this.#take(length ?? names[found]?.length ?? 0);
    return found;
  }

  /** Skips up to `count` spaces. */
  #pad(count: number): void {
    for (let i = 0; i < count && this.rest.startsWith(' '); i++) this.#take(1);
  }

  #fraction(text: string): void {
    this.nanosecond = Number(text.slice(1, 10).padEnd(9, '0'));
  }

  #seconds(padded: boolean, next: LayoutPiece | undefined): void {
    this.second = this.#ranged(padded, 0, 59, 'second');
    if (next?.token === 'fraction') return;
    const extra = /^[.,][0-9]+/.exec(this.rest);
    if (extra !== null) this.#fraction(this.#take(extra[0].length));
  }

  #halfDay(upper: boolean): void {
    const half = this.#take(2);
    if (half !== (upper ? 'PM' : 'pm') && half !== (upper ? 'AM' : 'am')) mismatch();
    this.afternoon = half.toLowerCase() === 'pm';
  }

  #zoneOffset(token: string): void {
    if (token.startsWith('Z') && this.rest.startsWith('Z')) {
      this.#take(1);
      this.zone = UTC;
      return;
    }
    const digits = token.replaceAll(/[^0-9]/g, '').length;
    if (this.rest.length < token.length) mismatch();
    const text = this.#take(token.length);
    if (token.includes(':') && (text[3] !== ':' || (digits === 6 && text[6] !== ':'))) mismatch();
    const match = /^(.)([0-9]{2}):?([0-9]{2})?:?([0-9]{2})?$/s.exec(text);
    const [, sign, hours = '0', minutes = '0', seconds = '0'] = match ?? mismatch();
    if (Number(hours) > 24) throw new Mismatch('time zone offset hour');
    if (Number(minutes) > 60) throw new Mismatch('time zone offset minute');
    if (Number(seconds) > 60) throw new Mismatch('time zone offset second');
    if (sign !== '+' && sign !== '-') mismatch();
    const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
    this.offset = sign === '-' ? -size : size;
  }

  #zoneAbbreviation(): void {
    if (this.rest.startsWith('UTC')) {
      this.#take(3);
      this.zone = UTC;
      return;
    }
    const length = abbreviationLength(this.rest);
    if (length === 0) mismatch();
    this.zoneName = this.#take(length);
  }

  /** One token; `next` is the token after it. */
  token({ token, text }: LayoutPiece, next: LayoutPiece | undefined): void {
    switch (token) {
      case 'year': {
        const year = this.#number(true);
        this.year = year >= 69 ? 1900 + year : 2000 + year;
        return;
      }
      case 'longYear':
        this.year = Number(this.#match(/^[0-9]{4}/));
        return;
      case 'monthName':
        this.month = this.#name(MONTHS, 3) + 1;
        return;
      case 'longMonthName':
        this.month = this.#name(MONTHS) + 1;
        return;
      case 'month':
      case 'zeroMonth':
        this.month = this.#ranged(token === 'zeroMonth', 1, 12, 'month');
        return;
      case 'weekday':
        this.#name(WEEKDAYS, 3);
        return;
      case 'longWeekday':
        this.#name(WEEKDAYS);
        return;
      case 'day':
      case 'spaceDay':
      case 'zeroDay':
        if (token === 'spaceDay') this.#pad(1);
        this.day = this.#number(token === 'zeroDay');
        return;
      case 'spaceYearDay':
      case 'zeroYearDay':
        if (token === 'spaceYearDay') this.#pad(2);
        this.yearDay = Number(this.#match(token === 'zeroYearDay' ? /^[0-9]{3}/ : /^[0-9]{1,3}/));
        return;
      case 'hour':
        this.hour = this.#ranged(false, 0, 23, 'hour');
        return;
      case 'hour12':
      case 'zeroHour12':
        this.hour = this.#ranged(token === 'zeroHour12', 0, 12, 'hour');
        return;
      case 'minute':
      case 'zeroMinute':
        this.minute = this.#ranged(token === 'zeroMinute', 0, 59, 'minute');
        return;
      case 'second':
      case 'zeroSecond':
        this.#seconds(token === 'zeroSecond', next);
        return;
      case 'PM':
      case 'pm':
        this.#halfDay(token === 'PM');
        return;
      case 'zoneName':
        this.#zoneAbbreviation();
        return;
      case 'offset':
        this.#zoneOffset(text);
        return;
      default:
        if (text[1] === '0') this.#fraction(this.#match(new RegExp(`^[.,][0-9]{${text.length - 1}}`)));
        else if (/^[.,][0-9]/.test(this.rest)) this.#fraction(this.#match(/^[.,][0-9]+/));
    }
  }
}

const nextToken = (pieces: readonly LayoutPiece[], at: number): LayoutPiece | undefined =>
  pieces.slice(at + 1).find(({ token }) => token !== undefined);

/** How much of the text looks like a zone abbreviation; 0: none of it. */
function abbreviationLength(text: string): number {
  if (/^(?:ChST|MeST)/.test(text)) return 4;
  const signed = (from: string): number => {
    const match = /^[+-]([0-9]+)/.exec(from);
    return match === null || Number(match[1]) >= 24 ? 0 : match[0].length;
  };
  if (text.length < 3) return 0;
  if (text.startsWith('GMT')) return 3 + signed(text.slice(3));
  if (/^[+-]/.test(text)) return signed(text);
  const letters = /^[A-Z]{0,6}/.exec(text)?.[0] ?? '';
  if (letters.length === 3) return 3;
  if (letters.length === 4) return letters.endsWith('T') || letters === 'WITA' ? 4 : 0;
  return letters.length === 5 && letters.endsWith('T') ? 5 : 0;
}

function monthAndDay(reader: TimeReader, complain: (what: string) => never): { month: number; day: number } {
  const { year, yearDay, month, day } = reader;
  if (yearDay < 0) return { month: month < 0 ? 1 : month, day: day < 0 ? 1 : day };
  if (yearDay < 1 || yearDay > (isLeap(year) ? 366 : 365)) complain('day-of-year out of range');
  let [m, d] = [1, yearDay];
  while (d > daysInMonth(year, m)) d -= daysInMonth(year, m++);
  if (month >= 0 && month !== m) complain('day-of-year does not match month');
  if (day >= 0 && day !== d) complain('day-of-year does not match day');
  return { month: m, day: d };
}

/** The zone the fields are in, and the zone to show: they differ where only an abbreviation is known. */
function zonesOf({ zone, offset, zoneName }: TimeReader): { read: Zone; shown: Zone } {
  if (zone !== undefined) return { read: zone, shown: zone };
  if (offset !== undefined) {
    const found =
      offset === 0 && (zoneName === '' || zoneName === 'UTC') ? LOCAL : fixedZone(zoneName, offset);
    return { read: found, shown: found };
  }
  const hours = /^GMT([+-][0-9]+)$/.exec(zoneName)?.[1] ?? '0';
  return { read: LOCAL, shown: zoneName === '' ? LOCAL : fixedZone(zoneName, Number(hours) * 3600) };
}

/**
 * The instant and zone of a text.
 *
 * @returns nanoseconds since 1970
 * @throws GoError `parsing time "V" as "L": cannot parse "REST" as "TOKEN"` and its like
 */
export function parseTime(layout: string, value: string): { nanoseconds: bigint; zone: Zone } {
  const reader = new TimeReader(value);
  const complain = (what: string): never => fail(`parsing time ${quoteTime(value)}: ${what}`);
  const pieces = piecesOfLayout(layout);
  for (const [i, piece] of pieces.entries()) {
    const before = reader.rest;
    try {
      if (piece.token === undefined) reader.literal(piece.text);
      else reader.token(piece, nextToken(pieces, i));
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      if (error.range !== undefined) complain(`${error.range} out of range`);
      const rest = piece.token === undefined ? reader.rest : before;
      fail(
        `parsing time ${quoteTime(value)} as ${quoteTime(layout)}: cannot parse ${quoteTime(rest)} as ${quoteTime(piece.text)}`,
      );
    }
  }
  if (reader.rest !== '') complain(`extra text: ${quoteTime(reader.rest)}`);
  const { month, day } = monthAndDay(reader, complain);
  if (day < 1 || day > daysInMonth(reader.year, month)) complain('day out of range');
  let { hour } = reader;
  if (reader.afternoon === true && hour < 12) hour += 12;
  else if (reader.afternoon === false && hour === 12) hour = 0;
  const { read, shown } = zonesOf(reader);
  const { minute, second, nanosecond } = reader;
  const clock = { hour, minute, second, nanosecond };
  return { nanoseconds: instantOf(reader.year, month, day, clock, read), zone: shown };
}
