/**
 * The fault matrix: each fault × each generator. No Application that is wanted is deleted, none is lost,
 * and the operator goes on by itself when the fault ends. Its rows are shared between four test files, so
 * that as many cores work on them. APPSET_FAULTS, a regular expression over `fault × generator`, picks
 * cells while one works on them.
 */
import { readFileSync } from 'node:fs';
import PQueue from 'p-queue';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stopAll } from '../../harness/operator-process.ts';
import { type CellResult, runCell } from './cell.ts';
import { FAULTS, type Fault, type Part } from './faults.ts';
import { cellsTable, PAGE, timesTable } from './page.ts';
import { GENERATORS, type GeneratorName } from './worlds.ts';

const SEED = 20_300_101;
/** Cells wait most of their time: for polls, for back-offs, for the end of the fault. */
const AT_ONCE = 6;
const CELL_MS = 300_000;

interface CellOfMatrix {
  readonly cell: string;
  readonly fault: Fault;
  readonly generator: GeneratorName;
  readonly seed: number;
}

function cellsOf(part: Part): CellOfMatrix[] {
  const picked = process.env['APPSET_FAULTS'];
  return FAULTS.flatMap((fault, row) =>
    GENERATORS.map((generator, column) => ({
      cell: `${fault.name} × ${generator}`,
      fault,
      generator,
      seed: SEED + row * 100 + column,
    })),
  ).filter(
    ({ fault, cell }) => fault.part === part && (picked === undefined || new RegExp(picked).test(cell)),
  );
}

/** The tests of one part: one a cell, and one that compares its rows with docs/reliability.md. */
export function proveCells(part: Part): void {
  const cells = cellsOf(part);
  const running = new Map<string, Promise<CellResult>>();

  beforeAll(() => {
    const queue = new PQueue({ concurrency: AT_ONCE });
    for (const { cell, fault, generator, seed } of cells) {
      const result = queue.add(() => runCell(fault, generator, seed));
      // whoever asks for the cell is told
      result.catch(() => undefined);
      running.set(cell, result);
    }
  });
  afterAll(stopAll);

  if (cells.length > 0)
    test.each(cells)('$cell', { timeout: CELL_MS }, async ({ cell, seed }) => {
      const result = await running.get(cell);
      expect({ seed, deleted: result?.deleted, lost: result?.lost }).toEqual({ seed, deleted: [], lost: [] });
    });

  test('docs/reliability.md tells what ran', { timeout: CELL_MS }, async () => {
    const results = await Promise.all(running.values());
    process.stdout.write(`${timesTable(results)}\n`);
    // a part of a row is not on the page
    if (process.env['APPSET_FAULTS'] === undefined)
      expect(readFileSync(PAGE, 'utf8')).toContain(
        `${cellsTable(results).split('\n').slice(2).join('\n')}\n`,
      );
  });
}
