/** What all benchmarks share: medians, a table, and goals that decide the exit code. */

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
};

/** Milliseconds of CPU (user and system, all threads) and of wall time that `work` takes. */
export async function timed<T>(
  work: () => T | Promise<T>,
): Promise<{ readonly cpu: number; readonly wall: number; readonly value: T }> {
  const cpu = process.cpuUsage();
  const wall = performance.now();
  const value = await work();
  const used = process.cpuUsage(cpu);
  return { cpu: (used.user + used.system) / 1_000, wall: performance.now() - wall, value };
}

export interface Goal {
  readonly what: string;
  readonly measured: number;
  readonly unit: string;
  readonly atMost?: number;
  readonly atLeast?: number;
}

const shown = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toFixed(4);

/** Prints the figures against their goals; the process fails when a goal is missed. */
export function judge(goals: readonly Goal[]): void {
  const rows = goals.map((goal) => {
    const limit = goal.atMost ?? goal.atLeast;
    const ok =
      (goal.atMost === undefined || goal.measured <= goal.atMost) &&
      (goal.atLeast === undefined || goal.measured >= goal.atLeast);
    if (!ok) process.exitCode = 1;
    const wanted = limit === undefined ? '' : `${goal.atMost === undefined ? '>=' : '<='} ${shown(limit)}`;
    return [
      goal.what,
      `${shown(goal.measured)} ${goal.unit}`,
      wanted,
      limit === undefined ? '' : ok ? 'met' : 'MISSED',
    ];
  });
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  for (const row of rows)
    console.log(
      row
        .map((cell, column) =>
          column === 1 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('   ')
        .trimEnd(),
    );
}

/** One line on what was measured on. */
export async function machine(): Promise<string> {
  const { cpus, totalmem } = await import('node:os');
  return `Node ${process.versions.node}, ${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB`;
}
