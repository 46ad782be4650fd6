/**
 * Writing a time by a layout (spec sprig-functions §14.2).
 */
import { MONTHS, WEEKDAYS } from '../../format/index.ts';
import { type LayoutPiece, piecesOfLayout } from './layout.ts';
import type { Moment } from './moment.ts';

const padded = (value: number, width: number, fill = '0'): string => String(value).padStart(width, fill);

function longYear(year: number): string {
  return year < 0 ? `-${padded(-year, 4)}` : padded(year, 4);
}

const hour12 = (hour: number): number => (hour % 12 === 0 ? 12 : hour % 12);

/** An offset in the shape of its token, such as `-07:00` or `Z0700`. */
function offsetText(token: string, offset: number): string {
  if (token.startsWith('Z') && offset === 0) return 'Z';
  const size = Math.abs(offset);
  const colon = token.includes(':') ? ':' : '';
  const digits = token.replaceAll(/[^0-9]/g, '').length;
  let out = `${Math.trunc(offset / 60) < 0 ? '-' : '+'}${padded(Math.floor(size / 3600), 2)}`;
  if (digits >= 4) out += `${colon}${padded(Math.floor(size / 60) % 60, 2)}`;
  if (digits >= 6) out += `${colon}${padded(size % 60, 2)}`;
  return out;
}

function fraction(token: string, nanoseconds: number): string {
  const digits = padded(nanoseconds, 9)
    .slice(0, token.length - 1)
    .padEnd(token.length - 1, '0');
  if (token[1] === '0') return `${token[0]}${digits}`;
  const trimmed = digits.replace(/0+$/, '');
  return trimmed === '' ? '' : `${token[0]}${trimmed}`;
}

function write({ token, text }: LayoutPiece, at: Moment): string {
  switch (token) {
    case undefined:
      return text;
    case 'year':
      return padded(Math.abs(at.year) % 100, 2);
    case 'longYear':
      return longYear(at.year);
    case 'monthName':
      return (MONTHS[at.month - 1] ?? '').slice(0, 3);
    case 'longMonthName':
      return MONTHS[at.month - 1] ?? '';
    case 'month':
      return String(at.month);
    case 'zeroMonth':
      return padded(at.month, 2);
    case 'weekday':
      return (WEEKDAYS[at.weekday] ?? '').slice(0, 3);
    case 'longWeekday':
      return WEEKDAYS[at.weekday] ?? '';
    case 'day':
      return String(at.day);
    case 'spaceDay':
      return padded(at.day, 2, ' ');
    case 'zeroDay':
      return padded(at.day, 2);
    case 'spaceYearDay':
      return padded(at.yearDay, 3, ' ');
    case 'zeroYearDay':
      return padded(at.yearDay, 3);
    case 'hour':
      return padded(at.hour, 2);
    case 'hour12':
      return String(hour12(at.hour));
    case 'zeroHour12':
      return padded(hour12(at.hour), 2);
    case 'minute':
      return String(at.minute);
    case 'zeroMinute':
      return padded(at.minute, 2);
    case 'second':
      return String(at.second);
    case 'zeroSecond':
      return padded(at.second, 2);
    case 'PM':
      return at.hour >= 12 ? 'PM' : 'AM';
    case 'pm':
      return at.hour >= 12 ? 'pm' : 'am';
    case 'zoneName':
      return at.zone.abbreviation === '' ? offsetText('-0700', at.zone.offset) : at.zone.abbreviation;
    case 'offset':
      return offsetText(text, at.zone.offset);
    default:
      return fraction(text, at.nanosecond);
  }
}

/** @example formatMoment('2006-01-02', moment) // '2024-02-29' */
export const formatMoment = (layout: string, at: Moment): string =>
  piecesOfLayout(layout)
    .map((piece) => write(piece, at))
    .join('');
