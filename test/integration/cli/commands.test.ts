/** The command line itself: help that tells the truth, wrong usage, the version, compatibility cases. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { appset } from '../../harness/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'appset-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const LIST = 'test/conformance/cases/generation/list.json';

describe.concurrent('help', () => {
  it('names the commands there are, and each of them has its own', async () => {
    const { stdout, code } = await appset([]);
    expect(code).toBe(0);
    const block = /Commands:\n([\s\S]*?)\n\n/.exec(stdout)?.[1] ?? '';
    const names = [...block.matchAll(/^ {2}(\S+)/gm)].map((match) => match[1] ?? '');
    expect(names).toContain('render');
    const helps = await Promise.all(
      names.filter((name) => name !== 'help').map((name) => appset([name, '--help'])),
    );
    for (const [index, help] of helps.entries()) {
      expect(help.stdout.split('\n')[0]).toMatch(new RegExp(`^Usage: appset ${names[index]} `));
      expect([help.code, help.stderr]).toEqual([0, '']);
      for (const [, command] of help.stdout.matchAll(/(?:^|\|) +appset ([a-z]+)/gm))
        expect(names).toContain(command);
      const own = new Set([...help.stdout.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map((match) => match[1]));
      for (const [, flag] of help.stdout.matchAll(/ (--[a-z][a-z-]+)/g)) expect([...own]).toContain(flag);
    }
  });
});

describe.concurrent('wrong usage ends with 2 and says what is wrong', () => {
  it.each([
    [['nope'], "Error APPSET_E0801: unknown command 'nope'\n(appset --help lists the commands)\n"],
    [
      ['rendr'],
      "Error APPSET_E0801: unknown command 'rendr'\n(Did you mean render?)\n(appset --help lists the commands)\n",
    ],
    [['help', 'nope'], "Error APPSET_E0801: unknown command 'nope'\n(appset --help lists the commands)\n"],
    [
      ['render', '--nope'],
      "Error APPSET_E0801: unknown option '--nope'\n(appset render --help tells the options)\n",
    ],
    [
      ['render'],
      'Error APPSET_E0801: no file is given: name one with -f FILE, or -f - for standard input\n  See --help of the command.\n',
    ],
    [
      ['render', '-f', 'x.yaml', '-o', 'xml'],
      'Error APPSET_E0801: --output xml: use one of table, yaml, json, name, html\n  See --help of the command.\n',
    ],
    [
      ['render', '-f', 'no-such.yaml'],
      'Error APPSET_E0804: no-such.yaml cannot be read: there is no such file\n  Check the path and its permissions.\n',
    ],
    [
      ['render', '-f', 'examples/environments.yaml', '--repo', 'somewhere'],
      'Error APPSET_E0801: --repo somewhere: write it as URL=DIR or URL=DIR@REV\n  See --help of the command.\n',
    ],
    [
      ['conformance', 'no-such.json'],
      'Error APPSET_E0804: no-such.json cannot be read: there is no such file\n  Check the path and its permissions.\n',
    ],
    [
      ['run', '--sandbox', '--requeue-after', 'soon'],
      'Error APPSET_E0801: --requeue-after soon: use a duration such as 90s, 3m or 1h30m\n  See --help of the command.\n',
    ],
    [
      ['run', '--max-deletions-total', 'a few'],
      'Error APPSET_E0801: --max-deletions-total a few: use a whole number, or a percentage such as 20%\n  See --help of the command.\n',
    ],
    [
      ['conformance', LIST, '--name', 'no such case'],
      /^Error APPSET_E0801: none of \d+ cases has "no such case" in its name\n/,
    ],
    [
      ['sandbox', '--kubeconfig', 'package.json'],
      'Error APPSET_E0902: no kubeconfig is written to package.json: a file that is none of a sandbox is there; choose another name\n  See the message.\n',
    ],
    [
      ['run', '--sandbox', '--sandbox-kubeconfig', 'no-such-folder/kubeconfig'],
      'Error APPSET_E0902: no kubeconfig is written to no-such-folder/kubeconfig: its folder does not exist\n  See the message.\n',
    ],
    [
      ['sandbox', '--port', '99999'],
      'Error APPSET_E0801: --port 99999: use a whole number from 0 to 65535\n  See --help of the command.\n',
    ],
  ])('%j', async (args, stderr) => {
    expect(await appset(args)).toEqual({
      code: 2,
      stdout: '',
      stderr: typeof stderr === 'string' ? stderr : expect.stringMatching(stderr),
    });
  });
});

describe.concurrent('version', () => {
  it('is the one of the package, for people and for programs', async () => {
    const [text, json, bare] = await Promise.all([
      appset(['version']),
      appset(['version', '-o', 'json']),
      appset(['--version']),
    ]);
    expect(text.stdout).toMatch(new RegExp(`^appset ${packageJson.version} \\(Node 2\\d\\.`));
    expect(JSON.parse(json.stdout)).toEqual({
      apiVersion: 'appset-operator.io/v1',
      kind: 'Version',
      appset: packageJson.version,
      node: expect.stringMatching(/^2\d\./),
      reference: expect.stringMatching(/^Argo CD 3\./),
    });
    expect(bare.stdout).toBe(`${packageJson.version}\n`);
  });
});

describe.concurrent('conformance', () => {
  it('tells counts as text and cases as json', async () => {
    const [text, json] = await Promise.all([
      appset(['conformance', LIST]),
      appset(['conformance', '-o', 'json', '--name', 'list/', LIST]),
    ]);
    expect(text.code).toBe(0);
    expect(text.stdout).toMatch(
      /^generation\/list {2}(\d+) passed {2}0 failed {2}0 skipped\n\n\1 passed, 0 failed, 0 skipped\n$/,
    );
    const report = JSON.parse(json.stdout);
    expect(report).toMatchObject({
      apiVersion: 'appset-operator.io/v1',
      kind: 'Conformance',
      failed: 0,
      skipped: 0,
    });
    expect(report.cases).toHaveLength(report.total);
    expect(report.cases[0]).toMatchObject({ status: 'passed', reason: null, diff: [] });
    expect(report.cases[0].actual).toHaveProperty('applications');
  });

  it('makes a page that needs nothing from elsewhere', async () => {
    const { stdout } = await appset(['conformance', '-o', 'html', LIST]);
    expect(stdout).toMatch(/^<!doctype html>/);
    expect(stdout).toContain('list/');
    expect(stdout).not.toMatch(/<script|src=|href="http/);
  });

  it('ends with 1 when a case differs, and shows what', async () => {
    const wrong = JSON.stringify([
      {
        name: 'mine/differs',
        about: 'an expectation nobody can meet',
        applicationSet: { metadata: { name: 'a' }, spec: { generators: [], template: {} } },
        world: {},
        expect: { outcome: 'generatorError', params: [], applications: [] },
      },
    ]);
    writeFileSync(join(folder, 'wrong.json'), wrong);
    const { stdout, code } = await appset(['conformance', join(folder, 'wrong.json')]);
    expect(code).toBe(1);
    expect(stdout).toContain('FAILED mine/differs');
    expect(stdout).toMatch(/outcome: expected "generatorError", got "ok"/);
  });
});

it('plan says that there is nothing to plan', async () => {
  const dump = join(folder, 'empty.yaml');
  writeFileSync(dump, 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: argocd}\n');
  expect(await appset(['plan', '--cluster-dump', dump])).toEqual({
    code: 0,
    stdout: '',
    stderr: 'No ApplicationSets in namespace argocd.\n',
  });
});
