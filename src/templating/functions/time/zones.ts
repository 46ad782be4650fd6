/**
 * Time zones: what a time shows beside its instant. The local zone of the operator is UTC. Named zones
 * are read through `Intl` for one instant at a time; their abbreviations come from `zone-names.ts`.
 */
import { BoundedCache } from '../../../support/bounded-cache.ts';
import { abbreviationsOf } from './zone-names.ts';

export interface Zone {
  /** what `.Location` prints */
  readonly location: string;
  /** what `MST` prints; '' prints the offset */
  readonly abbreviation: string;
  /** seconds east of Greenwich */
  readonly offset: number;
  /** Go's `time.Local`, which equals no other zone */
  readonly isLocal?: true;
}

export const UTC: Zone = { location: 'UTC', abbreviation: 'UTC', offset: 0 };
/** The operator's zone. */
export const LOCAL: Zone = { ...UTC, isLocal: true };

export const fixedZone = (name: string, offset: number): Zone => ({
  location: name,
  abbreviation: name,
  offset,
});

/** Milliseconds a JavaScript date can hold either way. */
const DATE_RANGE = 8.64e15;

/** 1880: before it a zone that is not of whole minutes shows local mean time. */
const FIRST_NAMES = -2_840_140_800_000;

const formats = new BoundedCache<string, Intl.DateTimeFormat>(64);

/** A format of the zone; undefined when there is no such zone under exactly this name. */
function formatOf(zone: string): Intl.DateTimeFormat | undefined {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(zone)) return undefined;
  let format: Intl.DateTimeFormat;
  try {
    format = formats.getOrMake(
      zone,
      () => new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' }),
    );
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  const known = format.resolvedOptions().timeZone;
  return known !== zone && known.toLowerCase() === zone.toLowerCase() ? undefined : format;
}

/** `GMT-04:56:02` as seconds. */
function offsetAt(format: Intl.DateTimeFormat, ms: number): number {
  const clamped = Math.max(-DATE_RANGE, Math.min(DATE_RANGE, ms));
  const name = format.formatToParts(clamped).find((part) => part.type === 'timeZoneName')?.value ?? '';
  const match = /([+-])(\d\d):?(\d\d)(?::?(\d\d))?$/.exec(name);
  if (match === null) return 0;
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = match;
  const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return sign === '-' ? -size : size;
}

function numericName(offset: number): string {
  const minutes = Math.floor(Math.abs(offset) / 60);
  const two = (n: number): string => String(n).padStart(2, '0');
  const rest = minutes % 60 === 0 ? '' : two(minutes % 60);
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${rest}`;
}

/**
 * The zone of a name at one instant; undefined when there is none. `''` and `UTC` are UTC, `Local` is
 * the operator's zone, which is UTC too.
 *
 * @param ms milliseconds since 1970
 */
export function zoneAt(name: string, ms: number): Zone | undefined {
  if (name === '' || name === 'UTC') return UTC;
  if (name === 'Local') return LOCAL;
  const format = formatOf(name);
  if (format === undefined) return undefined;
  const offset = offsetAt(format, ms);
  if (ms < FIRST_NAMES && offset % 60 !== 0) return { location: name, abbreviation: 'LMT', offset };
  const names = abbreviationsOf(name);
  if (names === undefined) return { location: name, abbreviation: numericName(offset), offset };
  const year = 365.2425 * 86_400_000;
  const smallest = Math.min(...[0, 0.25, 0.5, 0.75].map((part) => offsetAt(format, ms + part * year)));
  return { location: name, abbreviation: offset === smallest ? names[0] : names[1], offset };
}
