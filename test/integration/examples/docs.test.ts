/** The pages under docs/ tell the truth: their consoles are replayed, their sets are files, their links lead somewhere. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fencedBlocks, ROOT } from '../../harness/cli.ts';
import { consoleBlocks, replay } from '../../harness/console.ts';

const folder = join(ROOT, 'docs');
const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md'))
  .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
const FAILS = /one-of-many/;

describe('consoles', () => {
  const blocks = pages.flatMap(({ name, text }) =>
    consoleBlocks(text).map((block) => [name, block] as const),
  );

  it('are there', () => {
    expect(blocks.length).toBeGreaterThan(5);
  });

  it.concurrent.each(blocks)('%s %o', async (_, block) => {
    const { output, code } = await replay(block);
    expect(output).toBe(block.output);
    expect(code).toBe(FAILS.test(block.command) ? 1 : 0);
  });
});

describe('sets', () => {
  const sets = pages
    .flatMap(({ text }) => fencedBlocks(text, 'yaml'))
    .filter((set) => set.startsWith('# examples/'));

  it('are the files they say', () => {
    for (const set of sets) {
      const file = /^# (\S+)\n/.exec(set)?.[1] ?? '';
      expect(set).toBe(readFileSync(join(ROOT, file), 'utf8'));
    }
  });

  it('show every example for the docs', () => {
    expect(sets.map((set) => /^# examples\/docs\/(\S+)/.exec(set)?.[1]).sort()).toEqual(
      readdirSync(join(ROOT, 'examples', 'docs')).sort(),
    );
  });
});

describe('links', () => {
  const links = pages.flatMap(({ name, text }) =>
    [...text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
      .map((match) => match[1] ?? '')
      .filter((target) => !/^[a-z]+:/.test(target))
      .map((target) => [name, target] as const),
  );

  it.each(links)('%s → %s', (name, target) => {
    expect(existsSync(resolve(folder, dirname(name), target))).toBe(true);
  });
});
