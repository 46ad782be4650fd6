/** The commands of examples/README.md render every example, without a complaint, to what is on file. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandsOf, fencedBlocks, ROOT, shell } from '../../harness/cli.ts';
import { golden } from '../../harness/golden.ts';

const examples = join(ROOT, 'examples');
const read = (name: string) => readFileSync(join(examples, name), 'utf8');
const commands = commandsOf(read('README.md'));
const FACTS = ['clusters.yaml', 'projects.yaml'];

describe('examples/README.md', () => {
  it('has a command for every example', () => {
    const sets = readdirSync(examples).filter((name) => name.endsWith('.yaml') && !FACTS.includes(name));
    expect(sets.length).toBeGreaterThan(3);
    expect(commands.map((command) => /-f examples\/(\S+)/.exec(command)?.[1]).sort()).toEqual(sets.sort());
  });

  it.concurrent.each(commands)('%s', async (command) => {
    const name = basename(/-f (\S+)/.exec(command)?.[1] ?? '');
    const result = await shell(command);
    expect(result.stderr).toBe('');
    expect(result.code).toBe(0);
    expect(result.stdout).toBe(golden(`examples/${name}`, result.stdout));
  });
});

describe('examples/mistakes/README.md', () => {
  const blocks = fencedBlocks(read('mistakes/README.md'), 'console');

  it('shows every mistake', () => {
    const shown = blocks.map((block) => /-f examples\/mistakes\/(\S+)/.exec(block)?.[1]);
    expect(shown.sort()).toEqual(
      readdirSync(join(examples, 'mistakes'))
        .filter((name) => name.endsWith('.yaml'))
        .sort(),
    );
  });

  it.concurrent.each(blocks)('%s', async (block) => {
    const [, command = '', output = ''] = /^\$ ((?:.*\\\n)*.*)\n([\s\S]*)$/.exec(block) ?? [];
    const result = await shell(command.replaceAll('\\\n', ' '));
    expect(`${result.stdout}${result.stderr}`.trimEnd()).toBe(output.trimEnd());
    expect(result.code).toBe(1);
  });
});
