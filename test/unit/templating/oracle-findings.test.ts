/**
 * What random templates showed to be different from Go (test/oracle), one row a finding: what went wrong,
 * a template, and what Go makes of it.
 */
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/support/clock.ts';
import { LIMITS } from '../../../src/support/limits.ts';
import { seededRandom } from '../../../src/support/random.ts';
import { compileGoString } from '../../../src/templating/go-strings.ts';
import { fromJson, type GoMap } from '../../../src/templating/values.ts';

const context = {
  clock: new ManualClock(0),
  random: seededRandom(1),
  maxSteps: LIMITS.templateSteps,
  maxOutputBytes: LIMITS.templateOutputBytes,
  maxRecursion: LIMITS.templateRecursion,
};

const render = (text: string): string =>
  compileGoString(text, { go: true, options: [] }).render(
    fromJson({ list: ['a'], object: { a: 1 } }) as GoMap,
    context,
  );

describe('what went wrong', () => {
  it.each([
    ['%w went into a list', '{{printf "%w" .list}}', '%!w([]interface {}=[a])'],
    ['%w went into a map', '{{printf "%w" .object}}', '%!w(map[string]interface {}=map[a:1])'],
    [
      'a version in Go syntax was its text',
      '{{printf "%#v" (semver "3-a+b")}}',
      '&semver.Version{major:0x3, minor:0x0, patch:0x0, pre:"a", metadata:"b", original:"3-a+b"}',
    ],
    [
      'a time in Go syntax was its text',
      '{{printf "%#v" (toDate "2006" "2024")}}',
      'time.Date(2024, time.January, 1, 0, 0, 0, 0, time.Local)',
    ],
    [
      'the zero time was local',
      '{{printf "%#v" (toDate "2006" "x")}}',
      'time.Date(1, time.January, 1, 0, 0, 0, 0, time.UTC)',
    ],
    [
      'the same instant in UTC and local time was equal',
      '{{$t := toDate "2006" "2024"}}{{eq $t $t.Local}} {{eq $t $t.UTC}}',
      'true false',
    ],
    [
      'times before zones had names had one',
      '{{dateInZone "MST -0700" (toDate "2006" "1000") "Europe/Berlin"}}',
      'LMT +0053',
    ],
    [
      'a year before year zero had no last two digits',
      '{{dateInZone "06 2006" (toDate "" "") "America/New_York"}}',
      '01 -0001',
    ],
    [
      'a byte within a character was not found',
      '{{$b := trunc 1 "é"}}{{contains $b "é"}} {{hasPrefix $b "é"}} {{len (splitList $b "éa")}} {{trimPrefix $b "éa" | printf "%q"}} {{replace $b "x" "é" | printf "%q"}}',
      'true true 2 "\\xa9a" "x\\xa9"',
    ],
    [
      'the rest of a split was cut where it was whole',
      '{{$b := substr 1 2 "é"}}{{splitn $b 2 "éé" | printf "%q"}}',
      'map["_0":"\\xc3" "_1":"é"]',
    ],
    [
      'a byte that is no text parted words',
      '{{$b := trunc 1 "é"}}{{snakecase (print "aX" $b "b") | printf "%q"}} {{kebabcase (print "_" $b) | printf "%q"}} {{camelcase (print "a" $b) | printf "%q"}}',
      '"a_x�b" "-�" "A�"',
    ],
    ['an offset that overflows was taken for small', '{{abbrevboth -9223372036854775808 4 "longer"}}', ''],
    [
      'a version in a list was taken apart',
      '{{printf "%z" (list (semver "3"))}}',
      '[%!z(*semver.Version=&{3 0 0   3})]',
    ],
    ['a complex number had JSON', '{{toJson 1i}}', ''],
  ])('%s', (_what, text, expected) => {
    expect(render(text)).toBe(expected);
  });

  it.each([
    [
      'a hidden field of a struct was no field',
      '{{(toDate "2006" "2024").wall}}',
      'wall is an unexported field of struct type time.Time',
    ],
    [
      'a hidden field behind a pointer was no field',
      '{{(semver "1").pre}}',
      'pre is an unexported field of struct type *semver.Version',
    ],
    [
      'bytes in a time were replaced before they were quoted',
      '{{mustToDate "" (b64dec "/+8=")}}',
      'parsing time "\\xff\\xef": extra text: "\\xff\\xef"',
    ],
    [
      'a pattern that is no UTF-8 was compiled',
      '{{regexFind (b64dec "/w==") "a"}}',
      'error parsing regexp: invalid UTF-8',
    ],
    [
      'a large position was rounded',
      '{{substr 9223372036854775807 11 "a"}}',
      'slice bounds out of range [9223372036854775807:1]',
    ],
    [
      'an anchor could have any name',
      '{{fromYaml (html nil)}}',
      'error converting YAML to JSON: yaml: did not find expected alphabetic or numeric character',
    ],
    [
      'bytes that are no text were read as YAML',
      '{{fromYaml (b64dec "/w==")}}',
      'error converting YAML to JSON: yaml: invalid leading UTF-8 octet',
    ],
    [
      'a complex number was JSON without complaint',
      '{{mustToJson 1i}}',
      'json: unsupported type: complex128',
    ],
  ])('%s', (_what, text, expected) => {
    expect(() => render(text)).toThrow(expected);
  });
});
