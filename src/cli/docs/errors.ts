/** docs/errors.md: every error code, what it means and what to do, from the catalogue. */
import { CATALOGUE, type CatalogueEntry, type ErrorKind } from '../../support/catalogue.ts';
import { madeFrom, pageOf } from './markdown.ts';

/** Ranges of codes, by their first two digits. */
const RANGES: Readonly<Record<string, string>> = {
  '01': 'Input and schema',
  '02': 'Generators',
  '03': 'Templates',
  '04': 'Sources and git',
  '05': 'Planning and validation',
  '06': 'Kubernetes API',
  '07': 'Controller',
  '08': 'Command line and configuration',
  '09': 'Sandbox',
  '10': 'Webhooks',
  '99': 'Defects',
};

const WHO: Readonly<Record<ErrorKind, string>> = {
  input: 'the author of the object or file',
  generator: 'the author of the set',
  template: 'the author of the set',
  source: 'whoever keeps the source',
  validation: 'the author of the set',
  conflict: 'whoever owns the Application',
  api: 'whoever runs the cluster',
  usage: 'whoever typed the command',
  limit: 'the author of the set',
  internal: 'us',
};

export function errorsPage(): string {
  const groups = Map.groupBy(Object.entries(CATALOGUE) as [string, CatalogueEntry][], ([code]) =>
    code.slice('APPSET_E'.length, 'APPSET_E'.length + 2),
  );
  return pageOf(
    madeFrom('src/support/catalogue.ts'),
    '# Errors',
    'A code never changes its meaning. The message beside it says which set, generator, element and place it speaks of.',
    ...[...groups].flatMap(([range, entries]) => [
      `## ${RANGES[range] ?? range}`,
      ...entries.map(([code, entry]) => section(code, entry)),
    ]),
  );
}

function section(code: string, { title, help, kind, retryable }: CatalogueEntry): string {
  const again = retryable ? 'It is tried again by itself.' : 'Trying again does not help.';
  return `### ${code}\n\n${title[0]?.toUpperCase()}${title.slice(1)}. ${help}\n\nFor ${WHO[kind]}. ${again}`;
}
