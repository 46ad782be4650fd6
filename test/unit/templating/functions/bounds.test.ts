/** No call of a function may make more, or work longer, than its template is allowed. */
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../../src/support/limits.ts';
import { GO_FUNCTIONS } from '../../../../src/templating/functions/index.ts';
import { runVector, testContext, vectorFunctions } from '../vector-functions.ts';
import { call } from './calling.ts';

const functions = vectorFunctions(GO_FUNCTIONS);
const small = testContext({ maxSteps: 10_000, maxOutputBytes: 10_000 });

const BOUND = /is over the bound of|takes more than \d+ steps/;

describe('bounds', () => {
  it.each([
    '{{repeat 1000000000 "x"}}',
    '{{indent 1000000000 "x"}}',
    '{{nindent 1000000 "x\\ny\\nz"}}',
    '{{until 1000000000 | len}}',
    '{{untilStep 0 9223372036854775807 1 | len}}',
    '{{seq 1 9223372036854775807}}',
    '{{randAlphaNum 1000000000}}',
    '{{randBytes 1000000000}}',
    '{{replace "" "xxxxxxxxxx" (repeat 5000 "a") | len}}',
    '{{wrapWith 1 "xxxxxxxxxx" (repeat 5000 "a") | len}}',
    '{{regexReplaceAll "" (repeat 5000 "a") "xxxxxxxxxx" | len}}',
    '{{bcrypt "x"}}',
    '{{genPrivateKey "rsa"}}',
    '{{genCA "x" 1}}',
    '{{derivePassword 1 "long" "p" "u" "s"}}',
    '{{$l := list}}{{range until 1000}}{{$l = append $l .}}{{end}}',
    '{{$s := repeat 9000 "a"}}{{$l := splitList "" $s}}{{$m := splitList "" $s}}',
    '{{$s := repeat 9000 "a"}}{{join $s (until 100) | len}}',
    '{{$s := repeat 9000 "a"}}{{cat $s $s | len}}',
    '{{$s := repeat 9000 "a"}}{{list $s $s | toJson | len}}',
    '{{range until 9000}}{{semverCompare ">=1" "1.0.0"}}{{uniq (until 50)}}{{end}}',
  ])('%s ends in an error', (template) => {
    expect(runVector({ t: template }, functions, small).err).toMatch(BOUND);
  });

  it('a value in which maps are shared over and over is not walked for ever', () => {
    const nest =
      '{{$d := dict "x" 1}}{{$e := dict "x" 1}}{{range until 40}}{{$d = dict "a" $d "b" $d}}{{$e = dict "a" $e "b" $e}}{{end}}';
    for (const use of [
      'deepCopy $d',
      'toJson $d',
      'toYaml $d',
      'deepEqual $d $e',
      'has $d (list $e)',
      'merge $d $e',
      'toString $d',
    ]) {
      expect(runVector({ t: `${nest}{{${use} | empty}}` }, functions).err).toMatch(BOUND);
    }
  });

  it('text is charged where it is read', () => {
    const template = '{{$s := repeat 900000 "a"}}{{range until 1000}}{{$x := upper $s}}{{end}}';
    expect(runVector({ t: template }, functions).err).toMatch(BOUND);
  });

  it('a regular expression is not run over more text than the product allows', () => {
    expect(() => call('regexMatch', ['a', 'b'.repeat(LIMITS.regexInput + 1)])).toThrow(
      `the bound is ${LIMITS.regexInput}`,
    );
  });

  it.each([
    [
      'lists that hold nothing but each other',
      '{{$l := list}}{{range until 40}}{{$l = list $l $l}}{{end}}{{toJson $l | len}}',
    ],
    ['the same as YAML', '{{$l := list}}{{range until 40}}{{$l = list $l $l}}{{end}}{{toYaml $l | len}}'],
    [
      'indentation',
      '{{$l := until 300000}}{{range until 900}}{{$l = list $l}}{{end}}{{toPrettyJson $l | len}}',
    ],
    ['reading YAML', '{{$y := repeat 30000 "a: b\\n"}}{{range until 10}}{{$_ := fromYaml $y}}{{end}}'],
    ['many expressions', '{{range until 100000}}{{$_ := regexMatch (print "(x{0,900})" .) "a"}}{{end}}'],
    ['an expression of many states', '{{regexFind "(a?){900}[bc]" (repeat 900000 "a")}}'],
    ['the rest of the text for each match', '{{regexFindAll "[^z]*z|c" (repeat 100000 "ac") -1 | len}}'],
    [
      'the end of the text for each match',
      '{{regexFindAll "xq|x" (print (repeat 1000000 "x") "q") -1 | len}}',
    ],
  ])('%s: it is what is really read or made that counts', (_, template) => {
    expect(runVector({ t: template }, functions).err).toMatch(BOUND);
  });

  it.each([
    ['{{regexReplaceAll "(.*)=(.*)" (repeat 20000 "abcde=fghij\\n") "${2}=${1}" | len}}', '240000'],
    ['{{range until 20000}}{{$_ := regexMatch "^[a-z0-9]+(-[a-z0-9]+)*$" "my-app-name"}}{{end}}', ''],
    ['{{range until 10}}{{$y := repeat 3000 "a: b\\n" | fromYaml}}{{end}}', ''],
    ['{{$j := until 90000 | toJson}}{{$j | fromYamlArray | len}}', '90000'],
    ['{{regexSplit "\\n" (repeat 50000 "abcde=fghij\\n") -1 | len}}', '50001'],
  ])('%s is ordinary work', (template, out) => {
    expect(runVector({ t: template }, functions)).toEqual({ out });
  });

  it('a regular expression that makes others stall takes linear time', () => {
    expect(call('regexMatch', ['(a+)+$', `${'a'.repeat(5_000)}!`])).toBe(false);
  });
});
