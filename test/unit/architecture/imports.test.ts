/**
 * The shape of the code, held by a test: imports point one way (docs/architecture.md), time and
 * chance come from `support/` alone, and errors come from the catalogue.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');
const source = join(root, 'src');

/** Room → rooms it may import from, beside itself. */
const ALLOWED: Record<string, readonly string[]> = {
  support: [],
  api: ['support'],
  templating: ['support', 'api'],
  generators: ['support', 'api', 'templating'],
  planning: ['support', 'api', 'templating', 'generators'],
  rollout: ['support', 'api', 'templating', 'generators'],
  git: ['support', 'api'],
  scm: ['support', 'api'],
  kube: ['support', 'api'],
  sandbox: ['support', 'api'],
  'sources/live': ['support', 'api', 'generators', 'git', 'scm', 'kube'],
  'sources/recorded': ['support', 'api', 'generators'],
  controller: [
    'support',
    'api',
    'templating',
    'generators',
    'planning',
    'rollout',
    'git',
    'kube',
    'sources/live',
    'webhook',
    'server',
  ],
  webhook: ['support', 'api'],
  server: ['support', 'api'],
  conformance: [
    'support',
    'api',
    'templating',
    'generators',
    'planning',
    'rollout',
    'git',
    'scm',
    'kube',
    'sandbox',
    'sources/live',
    'sources/recorded',
    'controller',
    'webhook',
    'server',
  ],
};

interface File {
  readonly path: string;
  readonly room: string;
  readonly text: string;
}

const files: File[] = readdirSync(source, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => {
    const path = join(entry.parentPath, entry.name);
    return { path, room: roomOf(path), text: readFileSync(path, 'utf8') };
  });

function roomOf(path: string): string {
  const parts = relative(source, path).split('/');
  return parts[0] === 'sources' ? `sources/${parts[1]}` : (parts[0] ?? '');
}

/** Relative imports of a file, static, dynamic and in types. */
function importsOf(file: File): string[] {
  const found = [...file.text.matchAll(/(?:from|import\()\s*'(\.{1,2}\/[^']+)'/g)].map(
    (match) => match[1] ?? '',
  );
  return found.map((specifier) => resolve(file.path, '..', specifier));
}

describe('imports point one way', () => {
  it('looks at a real tree', () => {
    expect(files.length).toBeGreaterThan(20);
  });

  it('finds no import against the direction', () => {
    const breaches = files
      .filter((file) => file.room !== 'cli')
      .flatMap((file) =>
        importsOf(file)
          .map((target) => ({
            from: relative(root, file.path),
            to: relative(root, target),
            room: roomOf(target),
          }))
          .filter(({ room }) => room !== file.room && !(ALLOWED[file.room] ?? []).includes(room)),
      );
    expect(breaches).toEqual([]);
  });
});

describe('time and chance come in as arguments', () => {
  it.each([
    ['the wall clock', /\bDate\.now\(|\bnew Date\(\)/],
    ['the monotonic clock', /\bperformance\.now\(/],
    ['chance', /\bMath\.random\(/],
  ])('%s is read in support/ only', (_, pattern) => {
    const breaches = files.filter((file) => file.room !== 'support' && pattern.test(file.text));
    expect(breaches.map((file) => relative(root, file.path))).toEqual([]);
  });
});

describe('errors come from the catalogue', () => {
  it('throws no bare Error outside support/', () => {
    const breaches = files.filter(
      (file) => file.room !== 'support' && /throw new (?:Type|Range)?Error\(/.test(file.text),
    );
    expect(breaches.map((file) => relative(root, file.path))).toEqual([]);
  });

  it('evaluates no text as code', () => {
    const breaches = files.filter((file) => /\beval\(|new Function\(|node:vm/.test(file.text));
    // the one word `gc`, written there: V8 has no other door to its collector
    expect(breaches.map((file) => relative(root, file.path))).toEqual(['src/support/idle-collector.ts']);
  });
});
