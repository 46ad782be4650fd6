import { describe, expect, test } from 'vitest';
import {
  describeError,
  describeErrors,
  describeNote,
  describeRemark,
} from '../../../src/cli/report-error.ts';
import { AppsetError } from '../../../src/support/errors.ts';

const PLAIN = { colour: false, width: undefined };
const source = 'a: 1\nname: {{.x}}\n';
const position = { file: 'set.yaml', line: 2, column: 9, source };
const lines = (...text: string[]) => `${text.join('\n')}\n`;

describe('an error', () => {
  test('without a file says which set, generator, element and field', () => {
    const place = {
      set: 'argocd/a',
      generator: 'generators[0].list',
      element: 'elements[1]',
      field: 'spec.x',
    };
    expect(describeError(new AppsetError('APPSET_E0302', 'it failed', { place }), PLAIN)).toBe(
      lines(
        'Error APPSET_E0302: it failed',
        '  at set argocd/a, generators[0].list, element elements[1], spec.x',
        '  Mend the template or the data of the element named.',
      ),
    );
  });

  test('with a file shows the line, and leaves out the field and a set without an element', () => {
    const place = { set: 'argocd/a', field: 'name', position };
    expect(describeError(new AppsetError('APPSET_E0103', 'no such field', { place }), PLAIN)).toBe(
      lines(
        'Error APPSET_E0103: no such field',
        '',
        '  set.yaml:2:9',
        '   1 | a: 1',
        '   2 | name: {{.x}}',
        '     |         ^',
        '  Remove the field, or move it to where the message says it belongs.',
      ),
    );
  });

  test('a list goes on beside and below the caret, and advice in it takes the place of ours', () => {
    const message = 'two collide\nthe same for:\n  one\n  two\nThey differ in: x';
    const place = { set: 'argocd/a', element: 'one; two', position };
    expect(describeError(new AppsetError('APPSET_E0312', message, { place }), PLAIN)).toBe(
      lines(
        'Error APPSET_E0312: two collide',
        '',
        '  set.yaml:2:9',
        '   1 | a: 1',
        '   2 | name: {{.x}}',
        '     |         ^ the same for:',
        '          one',
        '          two',
        '  They differ in: x',
      ),
    );
  });

  test('a template of many lines is not repeated beside its excerpt', () => {
    const message =
      'failed to parse template a:\n  b:\n    {{ x }}\n: template: base:3: function "x" not defined';
    const told = describeError(new AppsetError('APPSET_E0301', message, { place: { position } }), PLAIN);
    expect(told.split('\n')[0]).toBe(
      'Error APPSET_E0301: failed to parse template a: …: template: base:3: function "x" not defined',
    );
  });

  test('what is thrown by mistake is called a defect, with its stack', () => {
    const told = describeError(new TypeError('x is \u001b[31mundefined'), PLAIN);
    expect(told).toMatch(
      /^Error APPSET_E9999: a defect of appset: TypeError: x is \ufffd\[31mundefined\n {4}at /,
    );
    expect(told).toContain('Please report it');
  });

  test('colours its head and dims its help', () => {
    const told = describeError(new AppsetError('APPSET_E0103', 'x'), { colour: true, width: 80 });
    expect(told).toMatch(/^\u001b\[31mError APPSET_E0103:\u001b\[39m x\n {2}\u001b\[2mRemove/);
  });
});

test('a note is short: where, and what to do', () => {
  const note = new AppsetError('APPSET_E0503', 'the project comes out of data', { place: { position } });
  expect(describeNote(note, PLAIN)).toBe(
    lines(
      'Note APPSET_E0503: the project comes out of data',
      '  at set.yaml:2:9',
      '  Write the project literally, or list the allowed ones in annotation appset-operator.io/allowed-projects.',
    ),
  );
});

test('a remark is one line', () => {
  expect(describeRemark('not checked', PLAIN)).toBe('Note: not checked\n');
});

describe('many errors', () => {
  const failed = (element: string, message = 'it failed', field = 'spec.x') =>
    new AppsetError('APPSET_E0302', message, { place: { set: 'argocd/a', element, field } });

  test('that differ in their element only are one', () => {
    expect(describeErrors([failed('a'), failed('b', 'another'), failed('c'), failed('a')], PLAIN)).toEqual([
      describeError(failed('a, c'), PLAIN),
      describeError(failed('b', 'another'), PLAIN),
    ]);
    const many = Array.from({ length: 25 }, (_, index) => failed(`e${index}`));
    expect(describeErrors(many, PLAIN)[0]).toContain('e8, e9 and 15 more, spec.x');
  });

  test('of one kind at one place are told up to a number, those of another place in full', () => {
    const many = Array.from({ length: 25 }, (_, index) => failed(`e${index}`, `text ${index}`));
    const told = describeErrors([...many, failed('z', 'text', 'spec.y')], PLAIN);
    expect(told).toHaveLength(12);
    expect(told[10]).toBe('Note: 15 more errors APPSET_E0302 like the last; -o json lists all\n');
    expect(told[11]).toBe(describeError(failed('z', 'text', 'spec.y'), PLAIN));
  });
});
