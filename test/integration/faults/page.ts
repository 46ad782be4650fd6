/** The fault matrix in words: docs/reliability.md, and a table with times for the terminal. */
import { resolve } from 'node:path';
import type { CellResult } from './cell.ts';
import type { Fault } from './faults.ts';
import { GENERATORS } from './worlds.ts';

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

export const PAGE = resolve(import.meta.dirname, '../../../docs/reliability.md');

/** Faults of a real API server, its etcd and the operator on it (test/e2e/generators-and-crashes.test.ts). */
export const REAL_FAULTS = {
  server: 'API server killed and restarted',
  etcd: 'etcd paused for five seconds',
  operator: 'operator killed with -9 mid fan-out',
} as const;

/** A cell as the page shows it. */
export type ShownCell = Pick<CellResult, 'fault' | 'generator' | 'deleted' | 'lost'>;

function table<T extends ShownCell>(
  title: string,
  results: readonly T[],
  show: (result: T) => string,
): string {
  const faults = [...new Set(results.map(({ fault }) => fault))];
  const lines = faults.map((fault) =>
    row([
      fault,
      ...GENERATORS.map((generator) => {
        const result = results.find((one) => one.fault === fault && one.generator === generator);
        return result === undefined ? 'did not run' : show(result);
      }),
    ]),
  );
  return [row([title, ...GENERATORS]), row(['---', ...GENERATORS.map(() => '---')]), ...lines].join('\n');
}

/** Wrong deletions and lost Applications of each cell: heading, line, a row a fault. */
export const cellsTable = (results: readonly ShownCell[]): string =>
  table('fault', results, ({ deleted, lost }) => `${deleted.length} / ${lost.length}`);

/** The cells of faults as their tests demand them. */
const asProved = (faults: readonly string[]): ShownCell[] =>
  faults.flatMap((fault) => GENERATORS.map((generator) => ({ fault, generator, deleted: [], lost: [] })));

/** How long each cell took from the end of the fault until all was as it should be, and calls that met it. */
export const timesTable = (results: readonly CellResult[]): string =>
  table(
    'recovered after (calls that met the fault)',
    results,
    ({ recoveredMs, struck }) => `${(recoveredMs / 1_000).toFixed(1)} s (${struck})`,
  );

/** The page as it is checked in; nothing in it differs from run to run while all is well. */
export function reliabilityPage(faults: readonly Fault[]): string {
  const cells = asProved(faults.map(({ name }) => name));
  return `# Reliability: what goes wrong, and what happens then

<!-- Written by test/integration/faults/page.test.ts with APPSET_WRITE_RELIABILITY=1; tests compare. -->

Each cell is an operator over HTTP with four Applications. While the fault lasts, somebody edits one of them and a
fifth row appears; when it ends, everything has to be as it should be without a restart; then one row really goes,
and its Application with it. A cell shows *wrong deletions / lost Applications*.

${cellsTable(cells)}

${cells.length} cells: 0 wrong deletions, 0 lost Applications. Only the killed operator was started again.

## What each fault does

${faults.map(({ name, how }) => `- **${name}**: ${how}.`).join('\n')}

\`npm run test:faults\` runs them. The API server is the sandbox; repositories are real ones behind
\`git http-backend\`. Pages hold two objects, so that every list has a second page.

## On a real API server and etcd

One set of each generator, side by side on a real kube-apiserver: one row comes, somebody edits an
Application of each set, and in the middle of that the fault strikes all of them at once. Afterwards one row
really goes. The audit log tells what was deleted (test/e2e/generators-and-crashes.test.ts, \`npm run test:e2e\`).

${cellsTable(asProved(Object.values(REAL_FAULTS)))}

The operator lives through the first two without a restart, unless the API server is away for longer than the Lease
allows. Of list sets \`npm run test:e2e\` shows more (test/e2e/crash.test.ts, test/e2e/operator.test.ts):

- the operator is killed with -9 in the middle of 1,000 creations, ten times: each Application is there once, none deleted;
- the API server is killed in the middle of 400 creations and comes back: the operator goes on by itself;
- etcd is paused for five seconds in the middle of 400 creations: the same;
- etcd is paused for longer than the Lease: the operator gives up and ends with 1, its successor goes on;
- a server that takes one write at a time and refuses others with 429: everything is written in the end;
- the leader is killed: a standby takes over when the Lease has run out; after SIGTERM it does within three seconds.
`;
}
