/** Writes the pages of docs/ that are made from the source (`npm run generate:docs`). A test compares them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandsPage } from './commands.ts';
import { compatibilityPage } from './compatibility.ts';
import { configurationPage } from './configuration.ts';
import { errorsPage } from './errors.ts';
import { templateFunctionsPage } from './template-functions.ts';

/** The root of the checkout. */
export const ROOT = join(import.meta.dirname, '..', '..', '..');

/** File in docs/ → its text as the source says now. */
export const PAGES: Readonly<Record<string, () => string | Promise<string>>> = {
  'cli.md': commandsPage,
  'compatibility.md': () => compatibilityPage(ROOT),
  'configuration.md': configurationPage,
  'errors.md': errorsPage,
  'template-functions.md': templateFunctionsPage,
};

if (import.meta.main) {
  for (const [name, page] of Object.entries(PAGES)) writeFileSync(join(ROOT, 'docs', name), await page());
}
