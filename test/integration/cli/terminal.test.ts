/** Output that goes into a pipe, a file or nowhere, and names that try to steer a terminal. */

import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { appset, shell, startAppset } from '../../harness/cli.ts';
import { until } from '../../harness/until.ts';
import { listOf, setText } from './set-text.ts';

const ESCAPE = '\u001b';
const folder = mkdtempSync(join(tmpdir(), 'appset-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.concurrent('pipes', () => {
  it('a reader that has seen enough ends the command without a word', async () => {
    const many = join(folder, 'many.yaml');
    writeFileSync(
      many,
      setText(listOf(...Array.from({ length: 2_000 }, (_, index) => `{ name: x${index} }`))),
    );
    const result = await shell(
      `set -o pipefail; npx appset render -f ${many} --clusters examples/clusters.yaml --projects examples/projects.yaml | head -1; echo "$?"`,
    );
    expect(result.stdout).toBe('apiVersion: argoproj.io/v1alpha1\n0\n');
    expect(result.stderr).toBe('');
  });

  it('and what the command had put on disk goes too', async () => {
    const temporary = mkdtempSync(join(folder, 'tmp-'));
    const result = await shell('set -o pipefail; npx appset demo --once | head -1; echo "$?"', {
      env: { TMPDIR: temporary },
    });
    expect([result.stdout, result.stderr]).toEqual(['appset demo\n0\n', '']);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('a disk that is full is an error, in the words of one', async () => {
    const line = 'npx appset render -f examples/environments.yaml -o name > /dev/full';
    const { stderr, code } = await shell(line);
    expect(stderr).toContain('Error APPSET_E0807: the output cannot be written: no space is left\n');
    expect(stderr).not.toContain('at ');
    expect(code).toBe(1);
  });

  it('colours stay out of pipes, whatever the environment says of colours', async () => {
    for (const env of [{ FORCE_COLOR: '1', TERM: 'xterm-256color' }, { NO_COLOR: '1' }]) {
      const { stdout, stderr } = await appset(
        ['render', '-f', 'examples/mistakes/one-of-many.yaml', '-o', 'table'],
        { env },
      );
      expect(stdout).toContain('limits-search');
      expect(stderr).toContain('Error APPSET_E0302');
      expect(`${stdout}${stderr}`).not.toContain(ESCAPE);
    }
  });
});

describe.concurrent('names from outside', () => {
  const steering = setText(listOf('{ name: "b\\e]0;title\\a" }')).replace('name: sets', 'name: "s\\e[31m"');

  it.each(['table', 'name'])('reach no terminal as they are: %s', async (format) => {
    const args = ['render', '-f', '-', '--compat=argocd', '-o', format];
    const { stdout } = await appset(args, { stdin: steering });
    expect(stdout).toContain('a-b\ufffd]0;title\ufffd');
    expect(stdout).not.toContain(ESCAPE);
  });

  it('nor in errors, with the file they come from', async () => {
    const { stderr, code } = await appset(['render', '-f', '-'], { stdin: steering });
    expect(stderr).toContain('Error APPSET_E0502');
    expect(stderr).toContain('at set argocd/s\ufffd[31m');
    expect(stderr).not.toContain(ESCAPE);
    expect(code).toBe(1);
  });
});

describe.concurrent('interrupted', () => {
  it('the demo ends with 130 and leaves nothing behind', async () => {
    const child = startAppset(['demo', '--once']);
    let said = '';
    child.stdout?.setEncoding('utf8').on('data', (part: string) => {
      said += part;
    });
    const log = await until('the demo to begin its story', () =>
      said.includes('Make a git repository') ? /its log is (\S+)/.exec(said)?.[1] : undefined,
    );
    expect(existsSync(log)).toBe(true);
    child.kill('SIGINT');
    const [code] = (await once(child, 'close')) as [number | null];
    expect(code).toBe(130);
    expect(existsSync(log)).toBe(false);
  });
});
