/**
 * docs/reliability.md is the page of all cells that the matrix proves. `APPSET_WRITE_RELIABILITY=1` writes
 * it anew; that the cells came out so is told by the tests of each part.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FAULTS, PARTS } from './faults.ts';
import { PAGE, reliabilityPage } from './page.ts';

test('docs/reliability.md has a row for each fault, and says what each does', () => {
  const page = reliabilityPage(FAULTS);
  if (process.env['APPSET_WRITE_RELIABILITY'] !== undefined) writeFileSync(PAGE, page);
  expect(readFileSync(PAGE, 'utf8')).toBe(page);
});

test.each(PARTS)('the cells of part %s run', (part) => {
  const file = join(import.meta.dirname, `matrix-${part}.test.ts`);
  expect(readFileSync(file, 'utf8')).toContain(`\nproveCells('${part}');\n`);
  expect(FAULTS.filter((fault) => fault.part === part)).not.toEqual([]);
});
