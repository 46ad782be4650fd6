/**
 * One vitest project a suite (docs/architecture.md, "Tests"). `npm test` runs unit, conformance and
 * integration; the others take long or need tools that are built first, and have commands of their own.
 */
import { defineConfig } from 'vitest/config';

const suite = (name: string, testTimeout: number, fileParallelism = true) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    pool: 'forks' as const,
    testTimeout,
    hookTimeout: testTimeout,
    fileParallelism,
  },
});

/** The fault matrix is a suite of its own, so that `npm test` stays short. */
const MATRIX = 'test/integration/faults/matrix-*.test.ts';
const faultMatrix = {
  test: { ...suite('faults', 60_000).test, include: [MATRIX], maxWorkers: '100%' },
};

/** What `npm test` runs: on every core, as much of it waits. */
const onAllCores = (name: string, testTimeout: number, isolate = true) => ({
  test: { ...suite(name, testTimeout).test, maxWorkers: '100%', isolate, exclude: [MATRIX] },
});

/** The integration tests of controller and client once more, on one real cluster. */
const onRealCluster = {
  test: {
    name: 'real',
    include: ['test/integration/{controller,kube}/**/*.test.ts'],
    // random histories of thousands of steps: they prove plans, to which the server adds nothing but time;
    // audit counts how many deletions share a turn, which its speed decides (test/e2e/audit-trail proves the order)
    exclude: ['test/integration/controller/{nothing-lost,incremental,any-set,crashes,audit}.test.ts'],
    globalSetup: ['test/e2e/shared-cluster.ts'],
    // after the suite e2e, which has clusters of its own
    sequence: { groupOrder: 1 },
    pool: 'forks' as const,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    fileParallelism: false,
  },
};

/** Stories about deletions, each in a namespace of its own, on one real cluster. */
const stories = (name: string) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    globalSetup: ['test/harness/story-cluster.ts'],
    pool: 'forks' as const,
    testTimeout: 240_000,
    hookTimeout: 240_000,
    maxConcurrency: 6,
  },
});

export default defineConfig({
  test: {
    projects: [
      // pure modules, whose tests leave nothing behind: one process for many files
      onAllCores('unit', 20_000, false),
      onAllCores('conformance', 60_000, false),
      onAllCores('integration', 60_000),
      faultMatrix,
      suite('oracle', 900_000, false),
      suite('e2e', 600_000, false),
      onRealCluster,
      suite('chart', 900_000, false),
      suite('argocd', 600_000, false),
      suite('docs', 600_000, false),
      stories('disaster'),
      stories('ordinary'),
    ],
  },
});
