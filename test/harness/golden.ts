/**
 * Files a test compares with (`test/golden/`). `UPDATE_GOLDEN=1` writes them anew; read the difference
 * before you commit it.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const GOLDEN = resolve(import.meta.dirname, '../golden');

/** What the golden file says; the text itself where goldens are being made. */
export function golden(name: string, text: string): string {
  const file = join(GOLDEN, name);
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return existsSync(file) ? readFileSync(file, 'utf8') : `there is no ${name}: make it with UPDATE_GOLDEN=1`;
}
