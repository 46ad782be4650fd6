/** Versions and constraints (spec sprig-functions §12.2). */
import { describe, expect, it } from 'vitest';
import { parseConstraint, satisfies } from '../../../src/support/semver/constraint.ts';
import {
  compareVersions,
  increment,
  parseVersion,
  versionText,
} from '../../../src/support/semver/version.ts';

describe('versions', () => {
  it.each([
    ['1', '1.0.0'],
    ['v1.2', '1.2.0'],
    ['01.02.03', '1.2.3'],
    ['1.2.3-beta.1+m', '1.2.3-beta.1+m'],
    ['18446744073709551615.0.0', '18446744073709551615.0.0'],
  ])('%s is read as %s', (text, expected) => {
    expect(versionText(parseVersion(text))).toBe(expected);
  });

  it.each([
    ['', 'invalid semantic version'],
    ['V1', 'invalid semantic version'],
    ['1.2.3.4', 'invalid semantic version'],
    ['1.2.3-01', 'version segment starts with 0'],
    [
      '18446744073709551616',
      'error parsing version segment: strconv.ParseUint: parsing "18446744073709551616": value out of range',
    ],
  ])('%s is none', (text, message) => {
    expect(() => parseVersion(text)).toThrow(message);
  });

  it('orders by precedence', () => {
    const ordered = ['1.0.0-0', '1.0.0-2', '1.0.0-11', '1.0.0-a', '1.0.0-a.1', '1.0.0-a.b', '1.0.0', '1.0.1'];
    const shuffled = [...ordered].reverse().map(parseVersion);
    expect(shuffled.sort(compareVersions).map(versionText)).toEqual(ordered);
    expect(compareVersions(parseVersion('1.0.0+a'), parseVersion('1.0.0+b'))).toBe(0);
  });

  it.each([
    ['1.2.3-rc1+m', 'patch', '1.2.3'],
    ['1.2.3+m', 'patch', '1.2.4'],
    ['1.2.3-rc1', 'minor', '1.3.0'],
    ['1.2.3', 'major', '2.0.0'],
  ] as const)('%s at the next %s is %s', (text, level, expected) => {
    expect(versionText(increment(parseVersion(text), level))).toBe(expected);
  });
});

describe('constraints', () => {
  it.each([
    ['>=1.0, <2.0 || 3.x', '3.1.0', true],
    ['>=1.16-0', '1.17.3-gke.1', true],
    ['>=1.16', '1.17.3-gke.1', false],
    ['1.2 - 1.4', '1.4.9', true],
    ['1.0.0 - 2', '2.5.0', true],
    ['^0.2.3', '0.3.0', false],
    ['~1', '1.9.9', true],
    ['!=1.2', '1.2.9', false],
    ['^*', '1.0.0', false],
    ['*', '1.0.0-rc1', false],
  ])('%s and %s: %s', (constraint, version, expected) => {
    expect(satisfies(parseVersion(version), parseConstraint(constraint))).toBe(expected);
  });

  it.each(['', '>=1.2.3<2', '>=1,', ',1', '1 || ', 'a', '>>1', '1.2.3.4'])('%j is improper', (constraint) => {
    expect(() => parseConstraint(constraint)).toThrow('improper constraint: ');
  });

  it('reads a text made to stall in no time', () => {
    const spaces = `1${' '.repeat(50)}`.repeat(200);
    expect(() => parseConstraint(`${spaces}!`)).toThrow('improper constraint');
  });
});
