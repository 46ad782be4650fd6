import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { literalPrefix, prefixRange } from '../../../src/generators/sorted-paths.ts';
import { compareBytes } from '../../../src/support/byte-strings.ts';

test('the stretch holds exactly the paths with the prefix', () => {
  const path = fc.string({
    unit: fc.constantFrom('a', 'b', '/', '-', 'é', '\u{1f600}', '\uffee'),
    maxLength: 5,
  });
  fc.assert(
    fc.property(fc.array(path), path, (paths, prefix) => {
      const sorted = [...new Set(paths)].sort(compareBytes);
      const [from, to] = prefixRange(sorted, prefix);
      expect(sorted.slice(from, to)).toEqual(sorted.filter((candidate) => candidate.startsWith(prefix)));
    }),
  );
});

describe('what a pattern begins with', () => {
  test.each([
    ['apps/*/k.yaml', 'apps/'],
    ['apps/e[ux]', 'apps/e'],
    ['apps/web', 'apps/web'],
    ['*', ''],
    ['./apps/*', ''],
    ['apps/../x/*', ''],
    ['apps//x*', ''],
    [':(glob)apps/*', ''],
    ['.hidden/*', '.hidden/'],
    ['a..b/*', 'a..b/'],
  ])('%s', (pattern, prefix) => {
    expect(literalPrefix(pattern, /[*?[\\]/)).toBe(prefix);
  });
});
