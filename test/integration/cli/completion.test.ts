/** What shells propose with the script of `appset completion`: in bash, and in zsh and fish where they are. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appset } from '../../harness/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'appset-completion-'));
const script = (shell: string) => join(folder, `appset.${shell}`);
const run = (program: string, args: readonly string[]) =>
  execFileSync(program, args, {
    cwd: folder,
    encoding: 'utf8',
    timeout: 30_000,
    env: { PATH: process.env['PATH'], HOME: folder },
  });

function isThere(program: string): boolean {
  try {
    run(program, ['-c', 'true']);
    return true;
  } catch {
    return false;
  }
}

beforeAll(async () => {
  const texts = await Promise.all(['bash', 'zsh', 'fish'].map((shell) => appset(['completion', shell])));
  for (const [index, shell] of ['bash', 'zsh', 'fish'].entries())
    writeFileSync(script(shell), texts[index]?.stdout ?? '');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The last word is the one being written. */
function inBash(...words: string[]): string[] {
  const list = ['appset', ...words].map((word) => `'${word}'`).join(' ');
  const line = `source ${script('bash')}; COMP_WORDS=(${list}); COMP_CWORD=${words.length}; _appset; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return run('bash', ['--norc', '--noprofile', '-c', line])
    .split('\n')
    .filter((word) => word !== '');
}

describe('bash', () => {
  it('proposes commands, and those below one', () => {
    expect(inBash('p')).toEqual(['plan', 'pause']);
    expect(inBash('')).toEqual(expect.arrayContaining(['run', 'render', 'migrate', 'schema', 'help']));
    expect(inBash('migrate', 'ch')).toEqual(['check']);
    expect(inBash('help', 'rend')).toEqual(['render']);
    expect(inBash('completion', '')).toEqual(['bash', 'zsh', 'fish']);
  });

  it('proposes the flags of the command that is written, and no others', () => {
    expect(inBash('plan', '--clus')).toEqual(['--cluster-dump']);
    expect(inBash('run', '--clus')).toEqual(['--cluster-settle']);
    expect(inBash('migrate', 'check', 'a-set', '--ad')).toEqual(['--adopt']);
  });

  it('proposes values, also behind an equals sign', () => {
    expect(inBash('plan', '-o', '')).toEqual(['text', 'json', 'markdown', 'html']);
    expect(inBash('run', '--policy', 'create-')).toEqual(['create-only', 'create-update', 'create-delete']);
    expect(inBash('run', '--policy', '=', 'sy')).toEqual(['sync']);
    expect(inBash('run', '--policy', '=')).toContain('sync');
  });

  it('proposes files where a file is wanted, and nothing where nobody knows', () => {
    expect(inBash('plan', '--cluster-dump', 'appset.f')).toEqual(['appset.fish']);
    expect(inBash('plan', '-n', 'a')).toEqual([]);
  });

  it('is what the shell calls for both names of the program', () => {
    const told = run('bash', ['--norc', '-c', `source ${script('bash')}; complete -p appset kubectl-appset`]);
    expect(told).toBe(
      'complete -o bashdefault -F _appset appset\ncomplete -o bashdefault -F _appset kubectl-appset\n',
    );
  });
});

// Not every machine has these shells; where one is missing its script is not tried.
describe.skipIf(!isThere('fish'))('fish', () => {
  const inFish = (line: string) =>
    run('fish', ['--no-config', '-c', `source ${script('fish')}; complete -C ${JSON.stringify(line)}`])
      .split('\n')
      .map((one) => one.split('\t')[0] ?? '')
      .filter((word) => word !== '');

  it('proposes commands, flags and values', () => {
    expect(inFish('appset pl')).toEqual(['plan']);
    expect(inFish('appset migrate ').sort()).toEqual(expect.arrayContaining(['check']));
    expect(inFish('appset plan -o ').sort()).toEqual(['html', 'json', 'markdown', 'text']);
    expect(inFish('appset run --polic')).toEqual(['--policy']);
  });
});

describe.skipIf(!isThere('zsh'))('zsh', () => {
  /** Types into a terminal of its own and presses the tabulator. */
  const TYPE = `
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "PS1='>'; TERM=dumb; autoload -U compinit; compinit -u -D; source $1; echo REA''DY"
while zpty -r z line; do [[ $line == *READY* ]] && break; done
zpty -n -w z "$2"$'\\t'
for i in {1..100}; do
  while zpty -r -t z line; do out+=$line; done
  [[ $out == *"$3"* ]] && break
  sleep 0.1
done
print -r -- "$out"
zpty -d z
`;
  it('completes commands and values', () => {
    writeFileSync(join(folder, 'type.zsh'), TYPE);
    const type = (text: string, wanted: string) =>
      run('zsh', ['-f', join(folder, 'type.zsh'), script('zsh'), text, wanted]);
    expect(type('appset mig', 'appset migrate')).toContain('appset migrate');
    expect(type('appset plan -o mark', 'markdown')).toContain('markdown');
  });
});

it('another shell is refused', async () => {
  const { code, stdout, stderr } = await appset(['completion', 'tcsh']);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('tcsh: use one of bash, zsh, fish');
});
