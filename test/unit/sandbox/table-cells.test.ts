/** What stands in the cells of `kubectl get`: ages as kubectl shows them, and values found by JSON paths. */
import { describe, expect, it } from 'vitest';
import { ageOf, humanDuration } from '../../../src/sandbox/http/ages.ts';
import { jsonPath } from '../../../src/sandbox/http/json-path.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('ages', () => {
  it.each([
    [-5, '<invalid>'],
    [-1, '0s'],
    [0, '0s'],
    [119, '119s'],
    [2 * MINUTE, '2m'],
    [9 * MINUTE + 59, '9m59s'],
    [10 * MINUTE + 30, '10m'],
    [2 * HOUR + 59 * MINUTE, '179m'],
    [3 * HOUR + 20 * MINUTE, '3h20m'],
    [8 * HOUR + MINUTE, '8h'],
    [47 * HOUR, '47h'],
    [2 * DAY + 4 * HOUR, '2d4h'],
    [8 * DAY + HOUR, '8d'],
    [400 * DAY, '400d'],
    [800 * DAY, '2y70d'],
    [3_000 * DAY, '8y'],
  ])('%i seconds are %s', (seconds, text) => {
    expect(humanDuration(seconds)).toBe(text);
  });

  it('of what is no time are unknown', () => {
    expect([ageOf(undefined, 0), ageOf('yesterday', 0)]).toEqual(['<unknown>', '<unknown>']);
    expect(ageOf('1970-01-01T00:00:00Z', 5_000)).toBe('5s');
  });
});

describe('JSON paths', () => {
  const object = {
    spec: { project: 'p', 'dotted.key': 1, list: ['a', 'b'] },
    status: {
      conditions: [
        { type: 'A', status: 'False' },
        { type: 'Ready', status: 'True' },
      ],
    },
  };
  it.each([
    ['.spec.project', ['p']],
    ['$.spec.project', ['p']],
    ['{.spec.project}', ['p']],
    ['.spec.list[1]', ['b']],
    ['.spec.list[-1]', ['b']],
    ['.spec.list[*]', ['a', 'b']],
    ["['spec']['project']", ['p']],
    ['.spec.dotted\\.key', [1]],
    ['.status.conditions[?(@.type=="Ready")].status', ['True']],
    ['.status.conditions[?(@.type=="None")].status', []],
    ['.nothing.here', []],
    ['.spec.list[', []],
  ])('%s', (path, found) => {
    expect(jsonPath(path)(object)).toEqual(found);
  });
});
