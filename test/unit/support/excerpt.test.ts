/** The excerpt with a caret that errors show. */
import { describe, expect, it } from 'vitest';
import { caretExcerpt } from '../../../src/support/excerpt.ts';

describe('an excerpt', () => {
  it.each([
    ['the first line', '{{.x', 1, 3, [' 1 | {{.x', '   |   ^']],
    ['a later line with the one before', 'a\nb\nc', 3, 1, [' 2 | b', ' 3 | c', '   | ^']],
    ['the end of a line', 'ab', 1, 3, [' 1 | ab', '   |   ^']],
    ['a column beyond the line', 'ab', 1, 99, [' 1 | ab', '   |   ^']],
    ['a line beyond the text', 'ab', 9, 1, [' 1 | ab', '   | ^']],
    ['nothing', '', 1, 1, [' 1 |', '   | ^']],
    ['tabs', '\ta\tb', 1, 4, [' 1 | \ta\tb', '   | \t \t^']],
    ['carriage returns', 'a\r\nb\r\n', 2, 1, [' 1 | a', ' 2 | b', '   | ^']],
    ['characters of two units', '😀😀x', 1, 3, [' 1 | 😀😀x', '   |   ^']],
  ])('shows %s', (_name, source, line, column, expected) => {
    expect(caretExcerpt(source, line, column)).toBe(expected.join('\n'));
  });

  it('widens its gutter with the number', () => {
    const source = Array.from({ length: 100 }, (_, i) => `line ${i + 1}`).join('\n');
    expect(caretExcerpt(source, 100, 1)).toBe('  99 | line 99\n 100 | line 100\n     | ^');
  });

  it('cuts a long line around the caret', () => {
    const lines = caretExcerpt(`${'a'.repeat(500)}X${'b'.repeat(500)}`, 1, 501).split('\n');
    expect(lines[0]).toHaveLength(127);
    expect(lines[0]?.[lines[1]?.indexOf('^') ?? -1]).toBe('X');
    expect(lines[0]).toMatch(/^ 1 \| …a+Xb+…$/);
  });
});
