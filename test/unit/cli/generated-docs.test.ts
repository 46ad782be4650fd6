import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FUNCTION_LINES } from '../../../src/cli/docs/function-lines.ts';
import { PAGES, ROOT } from '../../../src/cli/docs/generate.ts';
import { GO_FUNCTIONS } from '../../../src/templating/functions/index.ts';

test.each(Object.keys(PAGES))('docs/%s is what `npm run generate:docs` makes', async (name) => {
  expect(readFileSync(join(ROOT, 'docs', name), 'utf8')).toBe(await PAGES[name]?.());
});

test('every template function has its line, and nothing else has one', () => {
  const described = Object.values(FUNCTION_LINES).flatMap((lines) => Object.keys(lines));
  expect(described.sort()).toEqual([...GO_FUNCTIONS.keys()].sort());
});
