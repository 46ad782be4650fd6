/** Pieces of the generated pages: tables with escaped cells, and the line that says where a page comes from. */

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(header), `|${header.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

/** Told at the head of a page, so that nobody edits it. */
export const madeFrom = (source: string): string =>
  `<!-- Made by \`npm run generate:docs\` from ${source}; not to be edited. -->`;

/** Parts of a page with one empty line between them. */
export const pageOf = (...parts: readonly string[]): string => `${parts.join('\n\n')}\n`;
