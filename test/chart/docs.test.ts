/**
 * The commands of README and docs/install.md: what they tell helm, helm does with this chart; the alerts
 * they explain are those there are.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { CHART, type Helm, useHelm } from './helm.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const commands = ['README.md', 'docs/install.md'].flatMap((file) =>
  [
    ...read(file)
      .replaceAll('\\\n', ' ')
      .matchAll(/^helm (install|upgrade) (.+)$/gm),
  ].map(([line]) => [file, line.replaceAll(/ +/g, ' ')] as const),
);

let helm: Helm;
beforeAll(async () => {
  helm = await useHelm();
});
afterAll(() => helm?.remove());

test('there are commands', () => {
  expect(commands.length).toBeGreaterThan(6);
});

test.each(commands)('%s: %s', async (_, line) => {
  const [, verb, release = '', chart = '', ...flags] = line.split(' ');
  expect(chart).toBe('charts/appset-operator');
  // An upgrade takes over what the installation said.
  const reused = flags.includes('--reuse-values') ? ['--set', 'image.repository=reused'] : [];
  expect(reused.length > 0).toBe(verb === 'upgrade');
  const args = flags.filter((flag) => flag !== '--reuse-values');
  const { code, stderr } = await helm.run(['template', release, CHART, ...args, ...reused]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

test('every alert is explained, and no other', () => {
  const { groups } = parse(readFileSync(join(CHART, 'files/alerts.yaml'), 'utf8')) as {
    groups: { rules: { alert: string }[] }[];
  };
  const explained = [...read('docs/install.md').matchAll(/^\| `(Appset\w+)` \|/gm)].map(([, name]) => name);
  expect(explained).toEqual(groups.flatMap(({ rules }) => rules.map(({ alert }) => alert)));
});

test('names of objects in the commands are those of the release', async () => {
  const { stdout } = await helm.run([
    'template',
    'appset-operator',
    CHART,
    '-n',
    'argocd',
    '--set',
    'image.repository=x',
  ]);
  expect(stdout).toMatch(/kind: Deployment\nmetadata:\n {2}name: appset-operator\n/);
});
