/**
 * The fault matrix: each fault × each generator. No Application that is wanted is deleted, none is lost,
 * and the operator goes on by itself when the fault ends. docs/reliability.md holds what ran:
 * `APPSET_WRITE_RELIABILITY=1` writes it anew, and without that a test compares. APPSET_FAULTS, a regular
 * expression over `fault × generator`, picks cells while one works on them.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import PQueue from 'p-queue';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stopAll } from '../../harness/operator-process.ts';
import { type CellResult, runCell } from './cell.ts';
import { FAULTS } from './faults.ts';
import { reliabilityPage, timesTable } from './page.ts';
import { GENERATORS } from './worlds.ts';

const PAGE = resolve(import.meta.dirname, '../../../docs/reliability.md');
const SEED = 20_300_101;
const AT_ONCE = 10;

const cells = FAULTS.flatMap((fault, row) =>
  GENERATORS.map((generator, column) => ({ fault, generator, seed: SEED + row * 100 + column })),
);
const picked = process.env['APPSET_FAULTS'];
const isPicked = (fault: string, generator: string) =>
  picked === undefined || new RegExp(picked).test(keyOf(fault, generator));
const running = new Map<string, Promise<CellResult>>();
const keyOf = (fault: string, generator: string) => `${fault} × ${generator}`;

beforeAll(() => {
  const queue = new PQueue({ concurrency: AT_ONCE });
  for (const { fault, generator, seed } of cells) {
    if (!isPicked(fault.name, generator)) continue;
    const result = queue.add(() => runCell(fault, generator, seed));
    // whoever asks for the cell is told
    result.catch(() => undefined);
    running.set(keyOf(fault.name, generator), result);
  }
});
afterAll(stopAll);

test.each(
  cells
    .filter(({ fault, generator }) => isPicked(fault.name, generator))
    .map(({ fault, generator, seed }) => ({ cell: keyOf(fault.name, generator), seed })),
)('$cell', { timeout: 300_000 }, async ({ cell, seed }) => {
  const result = await running.get(cell);
  expect({ seed, deleted: result?.deleted, lost: result?.lost }).toEqual({ seed, deleted: [], lost: [] });
});

test('docs/reliability.md tells what ran', { timeout: 300_000 }, async () => {
  const results = await Promise.all(running.values());
  process.stdout.write(`${timesTable(results)}\n`);
  // a part of the matrix is not the page
  if (picked !== undefined) return;
  const page = reliabilityPage(FAULTS, results);
  if (process.env['APPSET_WRITE_RELIABILITY'] !== undefined) writeFileSync(PAGE, page);
  expect(readFileSync(PAGE, 'utf8')).toBe(page);
});
