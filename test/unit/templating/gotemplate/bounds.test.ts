/** The bounds of a rendering: what counts, and that each execution starts anew. */
import { describe, expect, it } from 'vitest';
import { compileGoTemplate, GoTemplateError } from '../../../../src/templating/gotemplate/index.ts';
import { GoError, type GoFunction, goMap } from '../../../../src/templating/values.ts';
import { testContext } from '../vector-functions.ts';

const work: GoFunction = {
  name: 'work',
  params: ['int'],
  result: 'string',
  call: ([n], context) => {
    context.spend(Number((n as { v: bigint }).v));
    return 'done';
  },
};
const grow: GoFunction = {
  name: 'grow',
  params: ['float64'],
  result: 'string',
  call: ([n], context) => {
    context.grow(n as number);
    return 'done';
  },
};
const functions = new Map([
  ['work', work],
  ['grow', grow],
]);

function run(text: string, bounds: object): string {
  try {
    return compileGoTemplate(text, { functions, missingKeyOptions: [] }).execute(
      goMap(),
      testContext(bounds),
    );
  } catch (error) {
    if (error instanceof GoTemplateError && error.stage === 'limit')
      return error.message.replace(/^.*?>: /, '');
    throw error;
  }
}

describe('the bound of steps', () => {
  it.each([
    ['{{work 90}}', 'done'],
    ['{{work 100}}', 'template takes more than 100 steps'],
    ['{{range 10}}{{.}}{{end}}', '0123456789'],
    ['{{range 50}}{{.}}{{end}}', 'template takes more than 100 steps'],
    ['{{work 9223372036854775807}}', 'template takes more than 100 steps'],
    ['{{grow 10000.0}}', 'template takes more than 100 steps'],
  ])('%s: %s', (text, expected) => {
    expect(run(text, { maxSteps: 100 })).toBe(expected);
  });

  it('is fresh for each execution', () => {
    const template = compileGoTemplate('{{work 90}}', { functions, missingKeyOptions: [] });
    const context = testContext({ maxSteps: 100 });
    for (let i = 0; i < 3; i++) expect(template.execute(null, context)).toBe('done');
  });
});

describe('the bound of bytes', () => {
  it.each([
    ['{{print "12345"}}12345', '1234512345'],
    ['{{print "123456"}}12345', 'output is over the bound of 10 bytes'],
    ['{{print "ééééé"}}', 'ééééé'],
    ['{{print "éééééé"}}', 'output is over the bound of 10 bytes'],
    ['{{grow 11.0}}', 'text is over the bound of 10 bytes'],
    ['{{grow 1e300}}', 'text is over the bound of 10 bytes'],
    ['{{printf "%11d" 1}}', 'text is over the bound of 10 bytes'],
  ])('%s: %s', (text, expected) => {
    expect(run(text, { maxOutputBytes: 10 })).toBe(expected);
  });
});

describe('the bound of depth', () => {
  it.each([
    ['{{define "a"}}x{{if eq . 3}}{{else}}{{template "a" 3}}{{end}}{{end}}{{template "a" 1}}', 'xx'],
    ['{{define "a"}}{{template "a"}}{{end}}{{template "a"}}', 'exceeded maximum template depth (2)'],
  ])('%s: %s', (text, expected) => {
    expect(run(text, { maxRecursion: 2 })).toBe(expected);
  });
});

describe('what a function throws', () => {
  const throwing = (error: Error): GoFunction => ({
    name: 'f',
    params: [],
    result: 'string',
    call: () => {
      throw error;
    },
  });
  const execute = (error: Error): string =>
    compileGoTemplate('{{f}}', {
      functions: new Map([['f', throwing(error)]]),
      missingKeyOptions: [],
    }).execute(null, testContext());

  it('is an error of the template when it is a Go error', () => {
    expect(() => execute(new GoError('50% off %d'))).toThrow(
      'template: t:1:2: executing "t" at <f>: error calling f: 50% off %d',
    );
  });

  it('passes through when it is a defect', () => {
    const defect = new TypeError('defect');
    expect(() => execute(defect)).toThrow(defect);
  });

  it('is a bound when the machine ran out of stack or room', () => {
    expect(() => execute(new RangeError('Maximum call stack size exceeded'))).toThrow(
      'template or data is nested too deeply',
    );
    expect(() => execute(new RangeError('Invalid string length'))).toThrow('text or data is too large');
  });
});
