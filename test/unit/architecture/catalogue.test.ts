/** Error codes are stable and all of them are used: a code nobody throws is dead, a reused number lies. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../src/support/catalogue.ts';

const source = resolve(import.meta.dirname, '../../../src');
const text = readdirSync(source, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && entry.name !== 'catalogue.ts')
  .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
  .join('\n');

describe('the error catalogue', () => {
  it.each(Object.keys(CATALOGUE))('%s is thrown somewhere', (code) => {
    expect(text).toContain(`'${code}'`);
  });

  it.each(Object.entries(CATALOGUE))('%s says what happened and what to do', (code, entry) => {
    expect(code).toMatch(/^APPSET_E\d{4}$/);
    expect(entry.title).not.toBe('');
    expect(entry.help).toMatch(/\.$/);
  });
});
