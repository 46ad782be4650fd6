import { describe, expect, test } from 'vitest';
import { colours, displayWidth, printable, styleOf, table } from '../../../src/cli/terminal.ts';

const TERMINAL = { isTTY: true, columns: 40 } as const;

describe('the style of a stream', () => {
  test.each([
    ['a terminal', TERMINAL, {}, { colour: true, width: 40 }],
    ['a terminal that wants no colours', TERMINAL, { NO_COLOR: '1' }, { colour: false, width: 40 }],
    ['an empty NO_COLOR says nothing', TERMINAL, { NO_COLOR: '' }, { colour: true, width: 40 }],
    ['a dumb terminal', TERMINAL, { TERM: 'dumb' }, { colour: false, width: 40 }],
    ['a pipe', { isTTY: false, columns: 40 }, {}, { colour: false, width: undefined }],
  ])('%s', (_, stream, env, style) => {
    expect(styleOf(stream as Parameters<typeof styleOf>[0], env)).toEqual(style);
  });
});

describe('tables', () => {
  const rows = [
    ['a', 'short'],
    ['bb', 'a cell that is much longer than the terminal is wide'],
  ];

  test('align, and are as long as they are in a pipe', () => {
    expect(table(['X', 'TEXT'], rows, { colour: false, width: undefined })).toBe(
      'X    TEXT\na    short\nbb   a cell that is much longer than the terminal is wide\n',
    );
  });

  test('are cut at the width of a terminal', () => {
    const lines = table(['X', 'TEXT'], rows, { colour: false, width: 20 }).trimEnd().split('\n');
    expect(lines[2]).toBe('bb   a cell that is…');
    expect(Math.max(...lines.map(displayWidth))).toBe(20);
  });

  test('count wide characters as two columns', () => {
    const lines = table(['X', 'Y'], [['日本', 'b']], { colour: false, width: undefined }).split('\n');
    expect(lines.slice(0, 2)).toEqual(['X      Y', '日本   b']);
  });

  test('may have more lines than a call has arguments', () => {
    const many = Array.from({ length: 200_000 }, () => ['a', 'b']);
    expect(table(['X', 'Y'], many, { colour: false, width: undefined })).toMatch(/^X {3}Y\na {3}b\n/);
  });

  test('cells cannot steer the terminal', () => {
    expect(table(['X'], [['a\u001b[2J\nb\tc']], { colour: false, width: undefined })).toBe(
      'X\na\ufffd[2J b c\n',
    );
  });
});

describe('text from outside', () => {
  test.each([
    ['tab and newline stay', 'a\tb\nc', 'a\tb\nc'],
    ['escape, bell, carriage return go', '\u001b]0;x\u0007\r', '\ufffd]0;x\ufffd\ufffd'],
    ['so do the 8-bit controls', 'a\u009b2J', 'a\ufffd2J'],
    ['and what turns the direction of writing', 'a\u202eb\u2066c', 'a\ufffdb\ufffdc'],
  ])('%s', (_, text, expected) => {
    expect(printable(text)).toBe(expected);
  });

  test('colours are only written where they are wanted', () => {
    expect(colours({ colour: true, width: 80 }).red('x')).toBe('\u001b[31mx\u001b[39m');
    expect(colours({ colour: false, width: 80 }).red('x')).toBe('x');
  });
});
