/**
 * A git leaf is made anew by a commit that touches what it takes, and by no other; a large tree is looked
 * through in turns with others.
 */
import { describe, expect, test } from 'vitest';
import { type GitEntry, type GitTree, known } from '../../../src/generators/contract.ts';
import { LeafOutcomes, type Row } from '../../../src/generators/index.ts';
import { type Clock, ManualClock } from '../../../src/support/clock.ts';
import { LIMITS } from '../../../src/support/limits.ts';
import { generate, REPO, rowsOf } from './fixture.ts';

/** path → content, or what else is there */
type Content = Readonly<Record<string, string>>;

function entryOf([path, content]: readonly [string, string]): GitEntry {
  if (content === 'submodule' || content === 'symlink') return { path, kind: content, oid: 'other' };
  return { path, kind: 'file', oid: `oid of ${content}` };
}

const treeOf = (content: Content): GitTree => ({
  commit: JSON.stringify(content),
  entries: Object.entries(content)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(entryOf),
});

/** A repository that is pushed to, and one leaf on it. */
class World {
  readonly #leaves = new LeafOutcomes(10_000);
  readonly #git: object;
  readonly #newGlobbing: boolean;
  /** commits the source was asked for files of */
  readonly read: string[] = [];
  content: Content;

  constructor(content: Content, git: object, newGlobbing = false) {
    this.content = content;
    this.#git = git;
    this.#newGlobbing = newGlobbing;
  }

  push(change: Content): this {
    this.content = { ...this.content, ...change };
    return this;
  }

  async rows(tree = treeOf(this.content), clock: Clock = new ManualClock()): Promise<readonly Row[]> {
    const generation = await generate({
      generators: [{ git: { repoURL: REPO, revision: 'main', ...this.#git } }],
      settings: { newGitFileGlobbing: this.#newGlobbing },
      leaves: this.#leaves,
      clock,
      sources: {
        gitTree: async () => known(tree, REPO, 0, tree.commit),
        gitFiles: async (_request, commit, paths) => {
          this.read.push(commit);
          return known(new Map(paths.map((path) => [path, 'a: 1\n'])), REPO, 0, commit);
        },
      },
    });
    if (generation.errors.length > 0) throw generation.errors[0];
    return rowsOf(generation);
  }
}

const START = { 'apps/web/x.yaml': 'a', 'apps/cart/x.yaml': 'a', 'docs/readme': 'a' };
const BY_DIRECTORY = { directories: [{ path: 'apps/*' }, { path: 'apps/old', exclude: true }] };
const BY_FILE = { files: [{ path: 'apps/*/x.yaml' }, { path: 'apps/old/*', exclude: true }] };

describe('a commit that', () => {
  const table: [string, object, Content, 'as before' | 'anew'][] = [
    ['touches another folder: directories', BY_DIRECTORY, { 'docs/new/a': 'b' }, 'as before'],
    ['changes a file in a directory: directories', BY_DIRECTORY, { 'apps/web/x.yaml': 'b' }, 'as before'],
    ['adds to what is left out: directories', BY_DIRECTORY, { 'apps/old/y': 'b' }, 'as before'],
    ['adds a directory: directories', BY_DIRECTORY, { 'apps/new/x.yaml': 'a' }, 'anew'],
    ['touches another file: files', BY_FILE, { 'apps/web/y.yaml': 'b' }, 'as before'],
    ['changes what a file says: files', BY_FILE, { 'apps/web/x.yaml': 'b' }, 'anew'],
    ['adds a file: files', BY_FILE, { 'apps/new/x.yaml': 'a' }, 'anew'],
  ];
  for (const newGlobbing of [false, true]) {
    for (const [name, git, change, expected] of table) {
      test(`${name}${newGlobbing ? ', new globbing' : ''}`, async () => {
        const world = new World(START, git, newGlobbing);
        const before = await world.rows();
        const after = await world.push(change).rows();
        expect(after.some((row) => before.includes(row)) ? 'as before' : 'anew').toBe(expected);
        const fresh = new World(world.content, git, newGlobbing);
        expect(after.map(({ parts }) => parts)).toEqual((await fresh.rows()).map(({ parts }) => parts));
        expect(world.read.length).toBe(git === BY_DIRECTORY ? 0 : expected === 'anew' ? 2 : 1);
      });
    }
  }

  test('puts a submodule where a pattern reaches is told of, whatever was known before', async () => {
    const world = new World(START, { directories: [{ path: '*/*' }] });
    await world.rows();
    await expect(world.push({ vendor: 'submodule' }).rows()).rejects.toThrow(
      /reaches into the submodule vendor/,
    );
  });

  test('leaves a link whose target only the source knows is read again', async () => {
    const world = new World({ ...START, 'apps/web/x.yaml': 'symlink' }, BY_FILE);
    await world.rows();
    await world.push({ 'docs/readme': 'b' }).rows();
    expect(world.read).toHaveLength(2);
  });
});

describe('a tree of 20,000 directories', () => {
  const content = Object.fromEntries(
    Array.from({ length: 20_000 }, (_, at) => [`area-${at % 40}/team/app-${at}/values.yaml`, 'a']),
  );
  const large = treeOf(content);

  /** Each reading is a millisecond later: as if every look at the clock took one. */
  class SteppingClock extends ManualClock {
    override monotonic(): number {
      this.advance(1);
      return super.monotonic();
    }
  }

  test.each([
    ['directories', { directories: [{ path: '*/team/app-1*' }] }, false],
    ['files', { files: [{ path: '*/app-1*/values.yaml' }] }, false],
    ['files, new globbing', { files: [{ path: '**/app-1*/values.yaml' }] }, true],
  ])('is looked through in turns with others: %s', async (_name, git, newGlobbing) => {
    let turns = 0;
    let isOver = false;
    const other = (): void => {
      turns += 1;
      if (!isOver) setImmediate(other);
    };
    setImmediate(other);
    const rows = await new World({}, git, newGlobbing).rows({ ...large }, new SteppingClock());
    isOver = true;
    expect(rows.length).toBeGreaterThan(10_000);
    // at least a look at the clock every 512 paths, and a turn every so many looks
    expect(turns).toBeGreaterThan(20_000 / 512 / LIMITS.yieldAfterMs);
  });
});
