/** Legacy tags (spec generators §5 and §9.11, numbers as there). */
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/support/clock.ts';
import { seededRandom } from '../../../src/support/random.ts';
import { compileLegacyString } from '../../../src/templating/fasttemplate.ts';
import { goMap } from '../../../src/templating/values.ts';

const context = {
  clock: systemClock,
  random: seededRandom(1),
  maxSteps: 1000,
  maxOutputBytes: 1000,
  maxRecursion: 10,
};
const params = goMap([
  ['one', 'two'],
  ['three', 'four'],
  ['quoted', '"hello" world'],
  ['values.foo', '{{one}}'],
  ['n', 5],
  ['a b', 'inner'],
  ['path[0]', 'apps'],
  ['', 'empty'],
  [' ', 'blank'],
]);

describe('legacy tags', () => {
  test.each([
    ['241', '{{one}}|{{ one }}|{{\tone}}|{{\u00a0one\u3000}}', 'two|two|two|two'],
    ['242', '}} {{', '}} {{'],
    ['243', '{{ }}{{}}', '{{ }}{{}}'],
    ['244', '{{ONE}}', '{{ONE}}'],
    ['245', '{{one}}{{three}}', 'twofour'],
    ['246', '{{quoted}}', '"hello" world'],
    ['247', '{{.one}}', '{{.one}}'],
    ['249', '{{one', '{{one'],
    ['250', '{{\none\n}}', '{{\none\n}}'],
    ['251', 'a {{\none }} {{three}}', 'a two four'],
    ['252', '{{missing}}', '{{missing}}'],
    ['253', '{{n}}', '{{n}}'],
    ['254', '{{values.foo}}', '{{one}}'],
    ['inner spaces belong to the name', '{{a b}} {{path[0]}}', 'inner apps'],
    ['the first end closes a tag', '{{ {{one}} }}', '{{ {{one}} }}'],
    ['three braces', '{{{one}}}', '{{{one}}}'],
    ['text around', 'x-{{one}}-y', 'x-two-y'],
    ['no tag', 'plain', 'plain'],
  ])('%s: %j', (_, text, expected) => {
    expect(compileLegacyString(text).render(params, context)).toBe(expected);
  });

  test('an open tag without end is an error once the text holds a whole tag', () => {
    expect(() => compileLegacyString('{{one}} "{{two')).toThrow(
      'invalid template: Cannot find end tag="}}" in the template="{{one}} \\"{{two" starting from "two"',
    );
  });

  test('a text without a whole tag is literal', () => {
    expect(compileLegacyString('a {{ b').literal).toBe(true);
    expect(compileLegacyString('a {{b}}').literal).toBe(false);
  });

  test('a result longer than allowed is refused', () => {
    const long = goMap([['x', 'y'.repeat(600)]]);
    expect(() => compileLegacyString('{{x}}{{x}}').render(long, context)).toThrow('1000 bytes');
  });
});
