/** `appset schema` in the language server that editors use: what it finds, tells and proposes. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appset, ROOT } from '../../harness/cli.ts';
import { LanguageServer } from '../../harness/language-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'appset-schema-'));
const MODELINE = '# yaml-language-server: $schema=applicationset.schema.json\n';
const server = new LanguageServer();
let documents = 0;

beforeAll(async () => {
  const { stdout, code } = await appset(['schema']);
  expect(code).toBe(0);
  writeFileSync(join(folder, 'applicationset.schema.json'), stdout);
  await server.start();
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function open(text: string) {
  const file = join(folder, `set-${documents++}.yaml`);
  const whole = MODELINE + text;
  writeFileSync(file, whole);
  const uri = pathToFileURL(file).href;
  const found = await server.open(uri, whole);
  const told = found.map(({ message, range }) => `${range.start.line}: ${message}`);
  const at = (needle: string, offset = 0) => {
    const line = whole.split('\n').findIndex((one) => one.includes(needle));
    const character = (whole.split('\n')[line] ?? '').indexOf(needle) + offset;
    return { textDocument: { uri }, position: { line, character } };
  };
  return { told, at };
}

const example = (name: string) => readFileSync(join(ROOT, 'examples', name), 'utf8');

describe('an editor', () => {
  it('finds nothing wrong with the examples', async () => {
    for (const name of [
      'environments.yaml',
      'apps-on-clusters.yaml',
      'docs/git-files.yaml',
      'docs/merge.yaml',
    ]) {
      expect((await open(example(name))).told, name).toEqual([]);
    }
  });

  it('finds a misspelt field, one in the wrong place and a wrong value, each on its line', async () => {
    const elements = await open(example('mistakes/elementz.yaml'));
    const line = (text: string, needle: string) =>
      (MODELINE + text).split('\n').findIndex((one) => one.includes(needle));
    expect(elements.told).toContain(
      `${line(example('mistakes/elementz.yaml'), 'elementz:')}: Property elementz is not allowed.`,
    );
    const preserve = await open(example('mistakes/misplaced-preserve.yaml'));
    expect(preserve.told.join('\n')).toContain('Property preserveResourcesOnDeletion is not allowed.');
    const text = example('environments.yaml').replace(/goTemplate: true/, 'goTemplate: perhaps');
    expect(text).not.toBe(example('environments.yaml'));
    expect((await open(text)).told).toEqual([
      `${line(text, 'goTemplate: perhaps')}: Incorrect type. Expected one of boolean, null.`,
    ]);
  });

  it('tells what a field is for', async () => {
    const { at } = await open(example('docs/git-files.yaml'));
    const { contents } = (await server.ask('textDocument/hover', at('repoURL', 2))) as {
      contents: { value: string };
    };
    expect(contents.value).toContain('URL of the repository.');
  });

  it('proposes the fields there are', async () => {
    const { at } = await open(`apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: a }
spec:
  generators:
  - git:
      d
`);
    const { items } = (await server.ask('textDocument/completion', at('      d', 7))) as {
      items: readonly { label: string }[];
    };
    expect(items.map(({ label }) => label)).toEqual(
      expect.arrayContaining(['repoURL', 'directories', 'files', 'revision', 'pathParamPrefix']),
    );
  });
});

describe('appset schema', () => {
  it('gives the other kinds too, and refuses what is none', async () => {
    const [application, wrong] = await Promise.all([
      appset(['schema', 'application']),
      appset(['schema', 'Pod']),
    ]);
    expect(JSON.parse(application.stdout)).toMatchObject({ title: 'Application' });
    expect([wrong.code, wrong.stdout]).toEqual([2, '']);
    expect(wrong.stderr).toContain('Pod: use one of Application, ApplicationSet, AppProject');
  });
});
