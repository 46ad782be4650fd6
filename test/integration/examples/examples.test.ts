/** The commands of examples/README.md render every example, without a complaint, to what is on file. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandsOf, ROOT, shell } from '../../harness/cli.ts';
import { consoleBlocks, replay } from '../../harness/console.ts';
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
  const blocks = consoleBlocks(read('mistakes/README.md'));

  it('shows every mistake', () => {
    const shown = blocks.map(({ command }) => /-f examples\/mistakes\/(\S+)/.exec(command)?.[1]);
    expect(shown.sort()).toEqual(
      readdirSync(join(examples, 'mistakes'))
        .filter((name) => name.endsWith('.yaml'))
        .sort(),
    );
  });

  it.concurrent.each(blocks)('$command', async (block) => {
    const { output, code } = await replay(block);
    expect(output).toBe(block.output);
    expect(code).toBe(1);
  });
});
