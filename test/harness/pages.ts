/**
 * The Markdown of the repository, as tests read it: fenced blocks with their language, headings with the
 * anchors a forge gives them, and links. Blocks stand at the margin, so that none is overlooked.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './cli.ts';

export interface Page {
  /** path from the root */
  readonly name: string;
  readonly text: string;
}

export interface Block {
  /** after the opening fence */
  readonly language: string;
  readonly text: string;
  /** of the opening fence, from 1 */
  readonly line: number;
}

export interface Link {
  readonly target: string;
  readonly line: number;
}

/** All pages that are kept in git or will be. */
export function allPages(): readonly Page[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', '*.md'];
  const names = execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).split('\0');
  return names
    .filter((name) => name !== '')
    .sort()
    .map((name) => ({ name, text: readFileSync(join(ROOT, name), 'utf8') }));
}

/** The fenced blocks of a text, in order. */
export function blocksOf(text: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: { language: string; line: number; lines: string[] } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const fence = /^```(.*)$/.exec(line);
    if (fence === null) open?.lines.push(line);
    else if (open === undefined) open = { language: fence[1] ?? '', line: index + 1, lines: [] };
    else {
      blocks.push({
        language: open.language,
        line: open.line,
        text: open.lines.map((l) => `${l}\n`).join(''),
      });
      open = undefined;
    }
  }
  return blocks;
}

/** The text with its blocks emptied, line by line where it was. */
function outsideBlocks(text: string): readonly string[] {
  let inside = false;
  return text.split('\n').map((line) => {
    if (line.startsWith('```')) {
      inside = !inside;
      return '';
    }
    return inside ? '' : line;
  });
}

/** Links of a text, images and references between pages alike; none of those inside code. */
export function linksOf(text: string): readonly Link[] {
  return outsideBlocks(text).flatMap((line, index) =>
    [...line.replaceAll(/`[^`]*`/g, 'code').matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => ({
      target,
      line: index + 1,
    })),
  );
}

/** The anchors of a page, as GitHub makes them from its headings. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const line of outsideBlocks(text)) {
    const heading = /^#{1,6} +(.*?) *#*$/.exec(line)?.[1];
    if (heading === undefined) continue;
    const slug = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{Pc} -]/gu, '')
      .replaceAll(' ', '-');
    let name = slug;
    for (let n = 1; anchors.has(name); n++) name = `${slug}-${n}`;
    anchors.add(name);
  }
  return anchors;
}
