/** Templates of text and plain fields take a short way; it must never be told from the walker's. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../../src/api/objects.ts';
import { compileGoTemplate, GoTemplateError, Template } from '../../../../src/templating/gotemplate/index.ts';
import { fromJson, type GoValue, goInt, goMap, goStringMap } from '../../../../src/templating/values.ts';
import { testContext } from '../vector-functions.ts';

const outcome = (run: () => string): string => {
  try {
    return run();
  } catch (error) {
    if (error instanceof GoTemplateError) return `${error.stage} ${error.message}`;
    throw error;
  }
};

const key = fc.constantFrom('a', 'b', 'c', '__proto__');
const data = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: 'grapheme' }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 2 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3 }),
  ),
})).value;
const segment = fc.oneof(
  fc.constantFrom('text', ' ', '}}', 'é'),
  fc.array(key, { minLength: 1, maxLength: 3 }).map((path) => `{{.${path.join('.')}}}`),
  fc.array(key, { maxLength: 2 }).map((path) => `{{- $${path.map((name) => `.${name}`).join('')} }}`),
);
const template = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''));
const option = fc.constantFrom('missingkey=default', 'missingkey=zero', 'missingkey=error');

function both(text: string, value: GoValue, option: string, bounds = {}): [string, string] {
  const fast = compileGoTemplate(text, { functions: new Map(), missingKeyOptions: [option] });
  const exact = Template.create('t').option(option).parse(text);
  return [
    outcome(() => fast.execute(value, testContext(bounds))),
    outcome(() => exact.execute(value, testContext(bounds))),
  ];
}

describe('the short way', () => {
  it('gives what the walker gives', () => {
    fc.assert(
      fc.property(template, data, option, (text, json, chosen) => {
        const [fast, exact] = both(text, fromJson(json), chosen);
        expect(fast).toBe(exact);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['a typed map', '{{.m.env}}-{{.m.zz}}', goMap([['m', goStringMap([['env', 'prod']])]])],
    ['integers', '{{.n}}', goMap([['n', goInt(12345678901234567890n)]])],
    ['nothing at all', '{{.x}}', null],
    [
      'a character cut in two',
      '{{.a}}{{.b}}',
      goMap([
        ['a', '\udcc3'],
        ['b', '\udca9'],
      ]),
    ],
  ])('gives what the walker gives for %s', (_name, text, value) => {
    for (const chosen of ['missingkey=default', 'missingkey=zero', 'missingkey=error']) {
      const [fast, exact] = both(text, value, chosen);
      expect(fast).toBe(exact);
    }
  });

  it('respects the bound of bytes', () => {
    const value = goMap([['a', 'x'.repeat(60)]]);
    const [fast, exact] = both('{{.a}}{{.a}}', value, 'missingkey=error', { maxOutputBytes: 100 });
    expect(fast).toBe(exact);
    expect(fast).toContain('output is over the bound of 100 bytes');
    expect(both('{{.a}}', value, 'missingkey=error', { maxOutputBytes: 60 })[0]).toBe('x'.repeat(60));
  });

  it('joins a character that two actions gave in halves', () => {
    const value = goMap([
      ['a', '\udcc3'],
      ['b', '\udca9'],
    ]);
    expect(both('{{.a}}{{.b}}', value, 'missingkey=error')[0]).toBe('é');
  });
});
