/** What dates take from the clock, and named zones (spec sprig-functions §14). */
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../../src/support/clock.ts';
import { GoTime } from '../../../../src/templating/functions/time/go-time.ts';
import { UTC } from '../../../../src/templating/functions/time/zones.ts';
import { type GoValue, goInt, goInt64 } from '../../../../src/templating/values.ts';
import { call, freeContext, START } from './calling.ts';

const seconds = (ms: number): GoValue => goInt64(Math.floor(ms / 1000));

describe('now', () => {
  it('is the clock, to the microsecond, and prints the monotonic reading', () => {
    const clock = new ManualClock(START + 0.25);
    clock.advance(1_500);
    const now = call('now', [], freeContext(1, clock)) as GoTime;
    expect(now.format()).toBe('2030-01-01 00:00:01.50025 +0000 UTC m=+1.500000000');
    expect(now.in(UTC).format()).toBe('2030-01-01 00:00:01.50025 +0000 UTC');
  });

  it.each([[null], ['2020-01-01'], [1_700_000_000]])('stands for whatever is no time: %s', (value) => {
    expect(call('date', ['2006-01-02', value])).toBe('2030-01-01');
    expect(call('htmlDate', [value])).toBe('2030-01-01');
  });

  it.each([
    [seconds(START - 7_505_000), '2h5m5s'],
    [goInt(START / 1000), '0s'],
    ['text', '0s'],
  ])('ago counts up to it', (value, expected) => {
    expect(call('ago', [value])).toBe(expected);
  });

  it('durationRound measures times against it', () => {
    expect(call('durationRound', [new GoTime(BigInt(START) * 1_000_000n - 9_000_000_000_000n)])).toBe('2h');
  });
});

describe('named zones', () => {
  const summer = seconds(Date.UTC(2024, 6, 1, 12));
  const winter = seconds(Date.UTC(2024, 0, 1, 12));
  it.each([
    ['Europe/Berlin', winter, '13:00 CET +0100'],
    ['Europe/Berlin', summer, '14:00 CEST +0200'],
    ['America/New_York', winter, '07:00 EST -0500'],
    ['America/New_York', summer, '08:00 EDT -0400'],
    ['Australia/Sydney', winter, '23:00 AEDT +1100'],
    ['Europe/Dublin', summer, '13:00 IST +0100'],
    ['Asia/Kathmandu', winter, '17:45 +0545 +0545'],
    ['America/Sao_Paulo', winter, '09:00 -03 -0300'],
    ['Asia/Tokyo', winter, '21:00 JST +0900'],
    ['UTC', winter, '12:00 UTC +0000'],
    ['', winter, '12:00 UTC +0000'],
    ['europe/berlin', winter, '12:00 UTC +0000'],
    ['+05:00', winter, '12:00 UTC +0000'],
    ['Nope/Zone', winter, '12:00 UTC +0000'],
  ])('%s', (zone, at, expected) => {
    expect(call('dateInZone', ['15:04 MST -0700', at, zone])).toBe(expected);
  });
});

describe('far times', () => {
  it.each([
    [goInt64(-62_135_596_800n), '0001-01-01T00:00:00'],
    [goInt64(253_402_300_800n), '10000-01-01T00:00:00'],
    [goInt64(-99_999_999_999n), '-1199-02-15T14:13:21'],
  ])('are within the calendar', (value, expected) => {
    expect(call('date', ['2006-01-02T15:04:05', value])).toBe(expected);
  });
});
