/** The kubeconfig of a sandbox holds its token, and may be asked to be written where somebody keeps another. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { kubeconfigText, writeKubeconfigFile } from '../../../src/sandbox/kubeconfig.ts';

const folder = mkdtempSync(join(tmpdir(), 'appset-kubeconfig-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const modeOf = (path: string) => statSync(path).mode & 0o777;
const text = kubeconfigText('http://127.0.0.1:1/token');

describe('a kubeconfig of a sandbox', () => {
  test.each([
    ['where nothing is', undefined],
    ['over an empty file that others may read', ''],
    ['over an earlier one that others may read', kubeconfigText('http://127.0.0.1:2/old')],
  ])('is for its owner only: %s', (name, before) => {
    const path = join(folder, name);
    if (before !== undefined) {
      writeFileSync(path, before);
      chmodSync(path, 0o644);
    }
    writeKubeconfigFile(path, text);
    expect([readFileSync(path, 'utf8'), modeOf(path)]).toEqual([text, 0o600]);
  });

  test('never takes the place of another file', () => {
    const path = join(folder, 'config');
    const production = text.replaceAll('appset-sandbox', 'production');
    writeFileSync(path, production);
    expect(() => writeKubeconfigFile(path, text)).toThrow('a file that is none of a sandbox is there');
    expect(readFileSync(path, 'utf8')).toBe(production);
  });
});
