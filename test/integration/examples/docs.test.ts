/**
 * The pages of the repository tell the truth: their consoles are replayed, their sets are files, their
 * links lead somewhere, and every example is rendered on a page.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OWN_CONDITION_TYPES } from '../../../src/controller/conditions.ts';
import { CATALOGUE } from '../../../src/support/catalogue.ts';
import { ROOT, shell } from '../../harness/cli.ts';
import { type ConsoleBlock, consoleBlocks, replay } from '../../harness/console.ts';
import { allPages, anchorsOf, blocksOf, linksOf } from '../../harness/pages.ts';

const pages = allPages();
/** What a console ends with, by what it shows (docs/cli.md, exit codes). */
function exitOf({ command, output }: ConsoleBlock): number {
  if (output.includes('Error APPSET_E0404')) return 5;
  if (output.includes('Error APPSET_')) return 1;
  return command.includes('migrate check') ? 3 : 0;
}
const EXAMPLES = ['docs', 'argo-cd'];

describe('blocks', () => {
  it.each(pages)('of $name are of a kind that is checked', ({ text }) => {
    expect(text).not.toMatch(/^[ >]+```/m);
    for (const { language, line } of blocksOf(text)) {
      expect({ line, language }).toEqual({
        line,
        language: expect.stringMatching(/^(?:console|sh|yaml|text)$/),
      });
    }
  });
});

describe('consoles', () => {
  const blocks = pages.flatMap(({ name, text }) =>
    consoleBlocks(text).map((block) => [name, block] as const),
  );

  it('are there', () => {
    expect(blocks.length).toBeGreaterThan(15);
  });

  it.concurrent.each(blocks)('%s %o', async (_, block) => {
    const { output, code } = await replay(block);
    expect(output).toBe(block.output);
    expect(code).toBe(exitOf(block));
  });

  it.each(readdirSync(join(ROOT, 'docs/generators')))('are on the page of each generator: %s', (file) => {
    const own = blocks
      .filter(([name]) => name === `docs/generators/${file}`)
      .map(([, { command }]) => command);
    expect(own).toContainEqual(expect.stringContaining(`examples/docs/${file.replace('.md', '')}`));
  });

  it.each(EXAMPLES)('render every example of examples/%s', (folder) => {
    const commands = blocks.map(([, { command }]) => `${command} `);
    for (const name of readdirSync(join(ROOT, 'examples', folder)))
      expect(commands).toContainEqual(expect.stringContaining(`examples/${folder}/${name} `));
  });
});

describe('sets', () => {
  const sets = pages
    .flatMap(({ text }) => blocksOf(text))
    .filter(({ language, text }) => language === 'yaml' && text.startsWith('# examples/'))
    .map(({ text }) => text);

  it('are the files they say', () => {
    expect(sets.length).toBeGreaterThan(8);
    for (const set of sets) {
      const file = /^# (\S+)\n/.exec(set)?.[1] ?? '';
      expect(set).toBe(readFileSync(join(ROOT, file), 'utf8'));
    }
  });

  it('show every example for the docs', () => {
    const shown = sets.flatMap((set) => /^# examples\/docs\/(\S+)/.exec(set)?.[1] ?? []);
    expect([...new Set(shown)].sort()).toEqual(readdirSync(join(ROOT, 'examples', 'docs')).sort());
  });
});

describe('commands within the text', () => {
  const commands = pages.flatMap(({ name, text }) =>
    [...text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/`appset ((?!COMMAND)[^`]+)`/g)].map(
      ([, line = '']) => [name, line] as const,
    ),
  );
  const cli = readFileSync(join(ROOT, 'docs/cli.md'), 'utf8');
  /** The help of a command, of the longest name that has one. */
  const helpOf = (words: readonly string[]): string => {
    for (let length = words.length; length > 0; length--) {
      const [, help] = cli.split(`\n## \`appset ${words.slice(0, length).join(' ')}\`\n`);
      if (help !== undefined) return help.split('\n## ')[0] ?? '';
    }
    return '';
  };

  it('are there', () => {
    expect(commands.length).toBeGreaterThan(40);
  });

  it.each(commands)('%s: appset %s', (_, line) => {
    const words = line.split(/\s+/);
    const help = helpOf(words);
    expect(help).toContain(`Usage: appset ${words[0]}`);
    for (const flag of words.filter((word) => /^--?[a-z]/.test(word)))
      expect(help).toMatch(new RegExp(`^ +(?:-\\w, )?${flag.split('=')[0]}[ ,]`, 'm'));
  });
});

describe('the README', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

  it('names every command', async () => {
    const cli = readFileSync(join(ROOT, 'docs/cli.md'), 'utf8');
    const named = [...readme.matchAll(/`appset ([a-z]+)[^`]*`/g)].map(([, name]) => name);
    const all = [...cli.matchAll(/^## `appset ([a-z]+)`$/gm)].map(([, name]) => name);
    expect(all.filter((name) => !named.includes(name) && !['version', 'help'].includes(name ?? ''))).toEqual(
      [],
    );
  });

  it('tells the story that the demo tells', async () => {
    const { stdout, code } = await shell('npm run --silent demo');
    expect(code).toBe(0);
    const told = blocksOf(readme).find(({ text }) => text.startsWith('▸'))?.text ?? '';
    const timeless = (text: string) => text.replace(/Done in [\d.]+ s/, 'Done in N s').trim();
    expect(timeless(stdout)).toContain(timeless(told));
  });

  it('counts the cases of generation that the page on compatibility lists', () => {
    const rows = readFileSync(join(ROOT, 'docs/compatibility.md'), 'utf8').matchAll(
      /^\| generation: \S+ \| (\d+) \| (\d+) \| (\d+) \|$/gm,
    );
    let [agree, all] = [0, 0];
    for (const [, ...counts] of rows) {
      const [same = 0, differ = 0, skipped = 0] = counts.map(Number);
      agree += same;
      all += same + differ + skipped;
    }
    expect(readme).toContain(`${agree} of ${all} generation cases`);
  });
});

describe('docs/troubleshooting.md', () => {
  const page = readFileSync(join(ROOT, 'docs/troubleshooting.md'), 'utf8');

  it.each(Object.keys(CATALOGUE))('leads to %s', (code) => {
    expect(page).toContain(`errors.md#${code.toLowerCase()})`);
  });
});

describe('conditions', () => {
  const text = pages.map((page) => page.text).join('\n');

  it.each(OWN_CONDITION_TYPES)('%s is explained on a page', (type) => {
    expect(text).toContain(`\`${type}\``);
  });
});

describe('links', () => {
  const links = pages.flatMap(({ name, text }) =>
    linksOf(text)
      .filter(({ target }) => !/^[a-z]+:/.test(target))
      .map(({ target, line }) => [`${name}:${line}`, name, target] as const),
  );

  it('are there', () => {
    expect(links.length).toBeGreaterThan(100);
  });

  it.each(links)('%s %s → %s', (_, name, target) => {
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? join(ROOT, name) : resolve(ROOT, dirname(name), path);
    expect(relative(ROOT, file).startsWith('..')).toBe(false);
    expect(existsSync(file)).toBe(true);
    if (anchor === undefined) return;
    expect(statSync(file).isFile() && file.endsWith('.md')).toBe(true);
    expect([...anchorsOf(readFileSync(file, 'utf8'))]).toContain(anchor);
  });

  it('every page can be reached from the README', () => {
    const byName = new Map(pages.map(({ name, text }) => [name, text]));
    const reached = new Set<string>();
    const follow = (name: string) => {
      if (reached.has(name)) return;
      reached.add(name);
      for (const { target } of linksOf(byName.get(name) ?? '')) {
        const path = target.split('#')[0] ?? '';
        if (/^[a-z]+:/.test(target) || path === '') continue;
        const next = relative(ROOT, resolve(ROOT, dirname(name), path));
        for (const page of byName.keys()) if (page === next || dirname(page) === next) follow(page);
      }
    };
    follow('README.md');
    const wanted = [...byName.keys()].filter((name) => !/^(?:test|examples\/platform)\//.test(name));
    expect(wanted.filter((name) => !reached.has(name))).toEqual([]);
  });
});
