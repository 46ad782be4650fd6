/** Strings of a set in goTemplate mode: the reference's words, our codes and positions (spec generators §4). */
import { describe, expect, it } from 'vitest';
import { AppsetError } from '../../../src/support/errors.ts';
import { caretExcerpt } from '../../../src/support/excerpt.ts';
import { compileGoString } from '../../../src/templating/go-strings.ts';
import { fromJson, type GoMap, goMap, goSlice } from '../../../src/templating/values.ts';
import { testContext } from './vector-functions.ts';

const mode = (...options: string[]) => ({ go: true, options });

function failure(text: string, data: GoMap = goMap(), ...options: string[]): AppsetError {
  try {
    compileGoString(text, mode(...options)).render(data, testContext());
  } catch (error) {
    if (error instanceof AppsetError) return error;
    throw error;
  }
  throw new Error('no failure');
}

describe('a string of a set', () => {
  it.each([
    ['plain text', true],
    ['{single} braces', true],
    ['{{.x}}', false],
    ['{{/* nothing */}}', false],
  ])('%s: literal %s', (text, literal) => {
    expect(compileGoString(text, mode()).literal).toBe(literal);
  });

  it.each([
    ['{{.x}}', false, false],
    ['{{now}}', true, false],
    ['{{if false}}{{randAlpha 3}}{{end}}', true, false],
    ['{{define "a"}}{{uuidv4}}{{end}}', true, false],
    ['{{$_ := set . "a" 1}}', false, true],
    ['{{(merge . .).x}}', false, true],
    ['{{template "a" (unset . "b")}}{{define "a"}}{{end}}', false, true],
  ])('%s: nondeterministic %s, mutates %s', (text, nondeterministic, mutates) => {
    expect(compileGoString(text, mode())).toMatchObject({ nondeterministic, mutates });
  });

  it('renders with the functions of the product', () => {
    const params = fromJson({ path: { basename: 'Web App' }, name: 'eu' }) as GoMap;
    expect(
      compileGoString('{{.path.basename | normalize}}-{{.name}} {{.app | }}', mode()).render(
        params,
        testContext(),
      ),
    ).toBe('web-app-eu <no value>');
  });

  it('gives text, never half a character', () => {
    expect(compileGoString('{{"é" | trunc 1}}', mode()).render(goMap(), testContext())).toBe('\ufffd');
  });

  it.each([
    ['{{.a', 'APPSET_E0301', 'failed to parse template {{.a: template: base:1: unclosed action'],
    [
      '{{env "x"}}',
      'APPSET_E0301',
      'failed to parse template {{env "x"}}: template: base:1: function "env" not defined',
    ],
    [
      '{{.a | upper}}',
      'APPSET_E0302',
      'failed to execute go template {{.a | upper}}: template: base:1:7: executing "base" at <upper>: invalid value; expected string',
    ],
    [
      '{{until 99999999}}',
      'APPSET_E0303',
      'failed to execute go template {{until 99999999}}: template: base:1:8: executing "base" at <99999999>: template takes more than 2000000 steps',
    ],
  ])('%s fails with %s', (text, code, message) => {
    expect(failure(text)).toMatchObject({ code, message });
  });

  it('fails for a missing key when the set asks for it', () => {
    expect(failure('{{.x}}', goMap(), 'missingkey=error').message).toMatch(/map has no entry for key "x"$/);
    expect(failure('{{.x.y}}', goMap(), 'missingkey=error', 'missingkey=zero').message).toMatch(
      /nil pointer evaluating interface \{\}\.y$/,
    );
  });

  it('names an option it does not know, and those it does', () => {
    const error = failure('{{.x}}', goMap(), 'missingkey=panic');
    expect(error.code).toBe('APPSET_E0301');
    expect(error.message).toBe(
      'unrecognized option: missingkey=panic (goTemplateOptions knows missingkey=default, missingkey=invalid, missingkey=zero, missingkey=error)',
    );
    expect(error.place.field).toBe('spec.goTemplateOptions');
  });

  it('knows the position in characters, for the caret', () => {
    const text = 'first\n  é😀 {{.l.x}}';
    const { position } = failure(text, goMap([['l', goSlice()]])).place;
    expect(position).toEqual({ line: 2, column: 10, source: text });
    expect(caretExcerpt(text, 2, 10)).toBe(' 1 | first\n 2 |   é😀 {{.l.x}}\n   |          ^');
  });
});
