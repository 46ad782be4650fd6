/**
 * How output looks: colours only on a terminal that wants them, tables that align, and cells that are
 * cut at the terminal's width but never in a pipe.
 */

export interface Style {
  readonly colour: boolean;
  /** columns to fit into; undefined: do not cut */
  readonly width: number | undefined;
}

/** How a stream is written to: NO_COLOR (https://no-color.org) and dumb terminals get no colours. */
export const styleOf = (
  stream: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>,
  env: NodeJS.ProcessEnv = process.env,
): Style => ({
  colour: stream.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb',
  width: stream.isTTY === true ? (stream.columns ?? 80) : undefined,
});

export const stdoutStyle = (): Style => styleOf(process.stdout);
export const stderrStyle = (): Style => styleOf(process.stderr);

export interface Colours {
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
  dim(text: string): string;
  bold(text: string): string;
}

export function colours(style: Style): Colours {
  const paint = (open: number, close: number) => (text: string) =>
    style.colour && text !== '' ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  return {
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    cyan: paint(36, 39),
    dim: paint(2, 22),
    bold: paint(1, 22),
  };
}

const ESCAPES = /\u001b\[[0-9;]*m/g;

/** Columns a text takes on a terminal: escapes take none, wide characters two. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text.replace(ESCAPES, '')) {
    const point = character.codePointAt(0) ?? 0;
    if (point < 32 || (point >= 0x300 && point <= 0x36f)) continue;
    width +=
      point >= 0x1100 &&
      (point <= 0x115f ||
        (point >= 0x2e80 && point <= 0xa4cf) ||
        (point >= 0xac00 && point <= 0xd7a3) ||
        (point >= 0xf900 && point <= 0xfaff) ||
        (point >= 0xfe30 && point <= 0xfe6f) ||
        (point >= 0xff00 && point <= 0xff60) ||
        (point >= 0x1f300 && point <= 0x1faff))
        ? 2
        : 1;
  }
  return width;
}

/**
 * Text without control characters other than tab and newline, and without marks that turn the direction
 * of writing: names from outside cannot steer a terminal or show themselves as something else.
 */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\uFFFD');
}

/**
 * A table with a header line; cells are made printable. Columns are as wide as their widest cell; on a terminal the widest
 * columns are cut with `…` until a line fits.
 */
export function table(header: readonly string[], rows: readonly (readonly string[])[], style: Style): string {
  const cells = [header, ...rows].map((row) => row.map((cell) => printable(cell).replace(/[\n\t]/g, ' ')));
  const widths = header.map((_, column) =>
    cells.reduce((most, row) => Math.max(most, displayWidth(row[column] ?? '')), 0),
  );
  const gap = 3;
  if (style.width !== undefined) {
    let excess = widths.reduce((sum, width) => sum + width + gap, -gap) - style.width;
    while (excess > 0) {
      const widest = widths.indexOf(Math.max(...widths));
      const width = widths[widest] ?? 0;
      if (width <= 8) break;
      const next = Math.max(8, ...widths.filter((other) => other < width));
      const cut = Math.max(1, Math.min(excess, width - next));
      widths[widest] = width - cut;
      excess -= cut;
    }
  }
  const paint = colours(style);
  const lines = cells.map((row, index) => {
    const line = row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        const text = displayWidth(cell) > width ? cut(cell, width) : cell;
        return column === row.length - 1 ? text : text + ' '.repeat(width - displayWidth(text) + gap);
      })
      .join('')
      .trimEnd();
    return index === 0 ? paint.bold(line) : line;
  });
  return `${lines.join('\n')}\n`;
}

function cut(text: string, width: number): string {
  let out = '';
  let used = 0;
  for (const character of text.replace(ESCAPES, '')) {
    const size = displayWidth(character);
    if (used + size > width - 1) break;
    out += character;
    used += size;
  }
  return `${out}…`;
}

/** `1 Application`, `3 Applications`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}
