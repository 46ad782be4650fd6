/** One cache folder for several operators: each has a part of it, and what one left behind is taken over. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CacheFolder, claimCacheFolder } from '../../../src/git/index.ts';
import { ManualClock, systemClock } from '../../../src/support/clock.ts';
import { LIMITS } from '../../../src/support/limits.ts';
import { type Folder, temporaryFolder } from './fixture.ts';

let folder: Folder;
const held: CacheFolder[] = [];
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  for (const part of held.splice(0)) await part.release();
  folder.remove();
});

const claim = async (): Promise<CacheFolder> => {
  const part = await claimCacheFolder(folder.path, systemClock);
  held.push(part);
  return part;
};
const numberOf = ({ path }: CacheFolder) => path.slice(folder.path.length + 1);

/** Another process that claims a part and says which. */
async function stranger() {
  const program = `import { claimCacheFolder } from ${JSON.stringify(join(import.meta.dirname, '../../../src/git/cache-folder.ts'))};
    import { systemClock } from ${JSON.stringify(join(import.meta.dirname, '../../../src/support/clock.ts'))};
    const { path } = await claimCacheFolder(${JSON.stringify(folder.path)}, systemClock);
    process.stdout.write(path); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  const kill = async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return { path: String(said), kill };
}

test('those who run at once have parts of their own', async () => {
  const parts = await Promise.all(Array.from({ length: 5 }, claim));
  expect(parts.map(numberOf).sort()).toEqual(['1', '2', '3', '4', '5']);
});

test('a part that was given back is the next one’s, with what is in it', async () => {
  const first = await claim();
  await claim();
  writeFileSync(join(first.path, 'copy'), 'x');
  await first.release();
  expect(numberOf(await claim())).toBe('1');
});

test('a process that was killed leaves its part to the next, one that runs keeps it', async () => {
  const other = await stranger();
  expect(other.path).toBe(join(folder.path, '1'));
  expect(numberOf(await claim())).toBe('2');
  await other.kill();
  const parts = await Promise.all(Array.from({ length: 4 }, claim));
  const numbers = parts.map(numberOf).sort();
  expect(new Set(numbers).size).toBe(4);
  expect(numbers).not.toContain('2');
  expect([...numbers, numberOf(await claim())]).toContain('1');
});

test('a take-over that was cut short is no end of a part', async () => {
  const other = await stranger();
  await other.kill();
  const mutex = join(folder.path, '1', 'in-use.taking');
  mkdirSync(mutex);
  expect(numberOf(await claim())).toBe('2');
  utimesSync(mutex, 0, (Date.now() - LIMITS.cacheTakingMs - 1_000) / 1_000);
  expect(numberOf(await claim())).toBe('3');
  expect(numberOf(await claim())).toBe('1');
});

test('a folder that cannot be used is told of', async () => {
  writeFileSync(join(folder.path, 'file'), '');
  const root = join(folder.path, 'file');
  await expect(claimCacheFolder(root, new ManualClock())).rejects.toThrow(
    `--cache-folder ${root} cannot be used: ENOTDIR`,
  );
});
