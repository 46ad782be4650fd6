/**
 * Turns the handlebars sources of this folder into `templates.generated.ts`, so that no template is
 * compiled at run time (`npm run generate:html`). A test regenerates and compares.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import Handlebars from 'handlebars';

/** The text of `templates.generated.ts` for the sources as they are now. */
export function generatedTemplates(): string {
  const sources = readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.hbs'))
    .sort();
  const entries = sources.map((file) => {
    const spec = Handlebars.precompile(readFileSync(join(import.meta.dirname, file), 'utf8'), {
      strict: false,
      preventIndent: true,
    });
    return `  ${JSON.stringify(basename(file, '.hbs'))}: ${String(spec)},`;
  });
  return [
    '// Made by `npm run generate:html` from the .hbs files beside it; not to be edited.',
    '// @ts-nocheck',
    'export const TEMPLATES: Record<string, unknown> = {',
    ...entries,
    '};',
    '',
  ].join('\n');
}

if (import.meta.main)
  writeFileSync(join(import.meta.dirname, 'templates.generated.ts'), generatedTemplates());
