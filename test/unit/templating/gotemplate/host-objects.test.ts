/** Structs, pointers and named integers seen from a template (spec go-template §5.4). */
import { describe, expect, it } from 'vitest';
import { compileGoTemplate, GoTemplateError } from '../../../../src/templating/gotemplate/index.ts';
import {
  type GoFunction,
  GoInt,
  GoObject,
  type GoValue,
  goMap,
  SLICE_STRING,
} from '../../../../src/templating/values.ts';
import { testContext, vectorFunctions } from '../vector-functions.ts';

class Version extends GoObject {
  readonly type = '*semver.Version';
  readonly kind = 'ptr';
  format(): string {
    return '1.2.3';
  }
  override parts(): readonly GoValue[] {
    return [new GoInt('uint64', 1n), 'rc'];
  }
  override field(name: string): GoValue | undefined {
    return name === 'Label' ? 'stable' : undefined;
  }
  override method(name: string): GoFunction | undefined {
    switch (name) {
      case 'Major':
        return { name, params: [], result: 'uint64', call: () => new GoInt('uint64', 1n) };
      case 'Join':
        return { name, params: ['string'], variadic: true, result: 'string', call: (args) => args.join('+') };
      case 'Zone':
        return {
          name,
          params: [],
          result: 'string',
          unusable: 'invalid function signature for Zone: second return value should be error; is int',
          call: () => '',
        };
      default:
        return undefined;
    }
  }
}

const functions = vectorFunctions(new Map(), [
  { name: 'takesStrings', params: [SLICE_STRING], result: 'string', call: () => 'ok' },
  {
    name: 'takesVersion',
    params: ['*semver.Version'],
    result: 'string',
    call: ([v]) => (v === null ? 'nil' : 'version'),
  },
]);
const data = goMap([
  ['v', new Version()],
  ['d', new GoInt('int64', 90_061_500_000_000n, 'time.Duration')],
  ['month', new GoInt('int', 2n, 'time.Month')],
  ['day', new GoInt('int', 0n, 'time.Weekday')],
]);

function render(text: string): string {
  try {
    return compileGoTemplate(text, { functions, missingKeyOptions: [] }).execute(data, testContext());
  } catch (error) {
    if (error instanceof GoTemplateError) return error.message.replace(/^.*?>: /, '');
    throw error;
  }
}

describe('a host object', () => {
  it.each([
    [
      '{{.v}} {{print .v 1}} {{printf "%s %v %q %x" .v .v .v .v}}',
      '1.2.3 1.2.3 1 1.2.3 1.2.3 "1.2.3" 312e322e33',
    ],
    ['{{printf "%d %03d %T" .v .v .v}}', '&{1 %!d(string=rc)} &{001 %!d(string=0rc)} *semver.Version'],
    ['{{.v.Major}} {{printf "%T" .v.Major}} {{eq .v.Major 1}}', '1 uint64 true'],
    ['{{.v.Join}}|{{.v.Join "a" "b"}}|{{"c" | .v.Join "a"}}', '|a+b|a+c'],
    ['{{.v.Label}}', 'stable'],
    ['{{.v.Label 1}}', 'Label has arguments but cannot be invoked as function'],
    ['{{.v.Nope}}', "can't evaluate field Nope in type interface {}"],
    ['{{(.v).Nope}}', "can't evaluate field Nope in type *semver.Version"],
    ['{{.v.Join 1}}', 'expected string; found 1'],
    ['{{.v.Major 1}}', 'wrong number of args for Major: want 0 got 1'],
    ['{{.v.Zone}}', 'invalid function signature for Zone: second return value should be error; is int'],
    ['{{eq .v .v}} {{if .v}}t{{end}} {{not .v}}', 'true t false'],
    ['{{eq .v 1}}', 'error calling eq: incompatible types for comparison: *semver.Version and int'],
    ['{{takesVersion .v}} {{takesVersion nil}} {{takesVersion .missing}}', 'version nil nil'],
    ['{{takesVersion 1}}', "can't handle 1 for arg of type *semver.Version"],
    ['{{takesVersion .d}}', 'wrong type for value; expected *semver.Version; got time.Duration'],
    ['{{takesStrings (list2 "a")}}', 'wrong type for value; expected []string; got []interface {}'],
    ['{{range .v}}{{end}}', "range can't iterate over 1.2.3"],
    ['{{len .v}}', 'error calling len: len of type semver.Version'],
    ['{{index .v 0}}', "error calling index: can't index item of type semver.Version"],
  ])('%s is %s', (text, expected) => {
    expect(render(text)).toBe(expected);
  });
});

describe('a named integer', () => {
  it.each([
    ['{{.d}} {{printf "%d %s" .d .d}}', '25h1m1.5s 90061500000000 25h1m1.5s'],
    ['{{.d.Hours}} {{.d.Minutes}} {{.d.Seconds}}', '25.017083333333332 1501.025 90061.5'],
    ['{{.d.Milliseconds}} {{.d.Microseconds}} {{.d.Nanoseconds}}', '90061500 90061500000 90061500000000'],
    ['{{.d.Round 60000000000}} {{.d.Truncate 3600000000000}} {{.d.String}}', '25h1m0s 25h0m0s 25h1m1.5s'],
    ['{{(dur -5).Abs}} {{(dur 0).Round 1}} {{(dur 5).Truncate 0}}', '5ns 0s 5ns'],
    ['{{.month}} {{.month.String}} {{printf "%d" .month}} {{.day}}', 'February February 2 Sunday'],
    ['{{.d.Round 1.5}}', 'expected integer; found 1.5'],
    ['{{.d.Round (i64 1)}}', 'wrong type for value; expected time.Duration; got int64'],
    ['{{.month.Hours}}', "can't evaluate field Hours in type interface {}"],
    ['{{eq .d 90061500000000}} {{lt .d 1}}', 'true false'],
  ])('%s is %s', (text, expected) => {
    expect(render(text)).toBe(expected);
  });
});
