/**
 * A repository of a monorepo's size behind a real git server on loopback: how long listing its directories
 * takes, cold and after one commit, and reading 1,000 small files; beside `git clone --depth 1` with a walk and
 * the same reads, in turns with ours.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listingOf } from '../../src/generators/git-directories.ts';
import { Git } from '../../src/git/index.ts';
import { systemClock } from '../../src/support/clock.ts';
import { type Goal, median } from '../figures.ts';
import { serveApart } from './server.ts';

export interface RepositoryOptions {
  readonly files: number;
  readonly commits: number;
  readonly rounds: number;
}

const ENV = { PATH: process.env['PATH'], HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' };
const READ = 1_000;
const pathOf = (index: number): string =>
  `area${index % 50}/team${Math.floor(index / 50) % 100}/app${Math.floor(index / 5_000)}/values-${index}.yaml`;

const run = (cwd: string, ...args: string[]): string =>
  execFileSync('git', args, { cwd, env: ENV, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();

/** The history as `git fast-import` reads it: all files first, then commits that change three each. */
function* history({ files, commits }: RepositoryOptions): Generator<string> {
  const commit = (n: number) =>
    `commit refs/heads/main\ncommitter A <a@example.com> ${1_893_456_000 + n} +0000\ndata 1\nc\n`;
  const change = (index: number, n: number) => {
    const text = `name: app-${index}\nreplicas: ${n % 9}\nimage: registry.example.com/app-${index}:${n}\n`;
    return `M 100644 inline ${pathOf(index)}\ndata ${text.length}\n${text}\n`;
  };
  yield commit(0);
  for (let index = 0; index < files; index++) yield change(index, 0);
  for (let n = 1; n < commits; n++) {
    yield commit(n);
    for (let k = 0; k < 3; k++) yield change((n * 7919 + k * 104_729) % files, n);
  }
}

async function makeRepository(folder: string, options: RepositoryOptions): Promise<void> {
  mkdirSync(folder, { recursive: true });
  run(folder, 'init', '--quiet', '--bare', '--initial-branch=main', '.');
  for (const key of ['uploadpack.allowFilter', 'uploadpack.allowAnySHA1InWant', 'http.receivepack'])
    run(folder, 'config', key, 'true');
  const child = spawn('git', ['fast-import', '--quiet', '--done'], { cwd: folder, env: ENV });
  const ended = new Promise<void>((done, fail) => {
    child.once('close', (code) => (code === 0 ? done() : fail(new Error(`fast-import ended with ${code}`))));
  });
  let chunk = '';
  for (const line of history(options)) {
    chunk += line;
    if (chunk.length < 1 << 20) continue;
    if (!child.stdin.write(chunk)) await new Promise((done) => child.stdin.once('drain', done));
    chunk = '';
  }
  child.stdin.end(`${chunk}done\n`);
  await ended;
  run(folder, 'repack', '-adbq');
}

/** One more commit on the server, of one new file. */
function commitOne(folder: string, n: number): void {
  const script = `commit refs/heads/main\ncommitter A <a@example.com> ${1_900_000_000 + n} +0000\ndata 1\nd\nfrom refs/heads/main^0\nM 100644 inline new/app-${n}/values.yaml\ndata 5\na: 1\n\ndone\n`;
  execFileSync('git', ['fast-import', '--quiet', '--done'], { cwd: folder, env: ENV, input: script });
}

const timed = async (work: () => Promise<void> | void): Promise<number> => {
  const started = performance.now();
  await work();
  return performance.now() - started;
};

/** `git clone --depth 1`, a walk over it, and 1,000 reads; three times in ms. */
async function peer(
  url: string,
  folder: string,
  paths: readonly string[],
): Promise<readonly [clone: number, walk: number, read: number]> {
  const target = join(folder, 'clone');
  rmSync(target, { recursive: true, force: true });
  const program = (name: string, args: readonly string[]) =>
    new Promise<void>((done, fail) => {
      const child = spawn(name, args, { env: ENV, stdio: ['ignore', 'ignore', 'pipe'] });
      child.once('close', (code) => (code === 0 ? done() : fail(new Error(`${name} ended with ${code}`))));
    });
  const clone = await timed(() => program('git', ['clone', '--quiet', '--depth', '1', url, target]));
  const walk = await timed(() =>
    program('find', [target, '-path', '*/.git', '-prune', '-o', '-type', 'f', '-print']),
  );
  const read = await timed(() => {
    for (const path of paths) readFileSync(join(target, path));
  });
  return [clone, walk, read];
}

/** Runs `work`; answers the longest stretch in ms in which nothing else could run. */
async function longestHold(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let isOver = false;
  let last = performance.now();
  const look = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (!isOver) setImmediate(look);
  };
  setImmediate(look);
  await work();
  isOver = true;
  return longest;
}

/** Figures of the repository case. */
export async function repositoryCase(options: RepositoryOptions): Promise<readonly Goal[]> {
  const folder = mkdtempSync(join(tmpdir(), 'appset-bench-git-'));
  const bare = join(folder, 'served', 'mono.git');
  try {
    await makeRepository(bare, options);
    const server = await serveApart(join(folder, 'served'));
    const url = `${server.url}/mono.git`;
    const ours: { cold: number; warm: number; read: number; again: number; hold: number }[] = [];
    const theirs: (readonly [number, number, number])[] = [];
    const paths = Array.from({ length: READ }, (_, index) => pathOf((index * 7) % options.files));
    for (let round = 0; round < options.rounds; round++) {
      theirs.push(await peer(url, folder, paths));
      const fresh = new Git({ home: join(folder, `fresh-${round}`) });
      const listFresh = async () => {
        const commit = await fresh.resolve({ url }, 'main', await fresh.refs({ url }));
        const listing = await listingOf(await fresh.tree({ url }, commit), systemClock);
        if (listing.paths.length < options.files / 10) throw new Error('directories are missing');
        return commit;
      };
      let commit = '';
      const list = async () => {
        commit = await listFresh();
      };
      let hold = 0;
      const cold = await timed(async () => {
        hold = await longestHold(list);
      });
      const read = await timed(async () => {
        const files = await fresh.files({ url }, commit, paths);
        if (files.size !== READ) throw new Error(`read ${files.size} of ${READ} files`);
      });
      commitOne(bare, round);
      const warm = await timed(list);
      const again = await timed(async () => {
        await fresh.files({ url }, commit, paths);
      });
      ours.push({ cold, warm, read, again, hold });
    }
    server.end();
    const of = (pick: (one: (typeof ours)[number]) => number) => median(ours.map(pick));
    const cloneAndFind = median(theirs.map(([clone, walk]) => clone + walk));
    const cloneAndRead = median(theirs.map(([clone, , read]) => clone + read));
    const size = `${options.files} files, ${options.commits} commits`;
    return [
      { what: `git clone --depth 1 and find (${size})`, measured: cloneAndFind, unit: 'ms' },
      { what: 'cold listing', measured: of(({ cold }) => cold), unit: 'ms' },
      {
        what: 'cold listing against clone and find',
        measured: of(({ cold }) => cold) / cloneAndFind,
        unit: 'x',
        atMost: 0.5,
      },
      {
        what: 'longest hold of the event loop by a cold listing',
        measured: of(({ hold }) => hold),
        unit: 'ms',
        atMost: 30,
      },
      { what: 'warm listing after one commit', measured: of(({ warm }) => warm), unit: 'ms' },
      {
        what: 'warm listing against clone and find',
        measured: of(({ warm }) => warm) / cloneAndFind,
        unit: 'x',
        atMost: 0.5,
      },
      { what: `git clone --depth 1 and ${READ} reads`, measured: cloneAndRead, unit: 'ms' },
      { what: `${READ} files after a listing`, measured: of(({ read }) => read), unit: 'ms' },
      {
        what: `listing and ${READ} files against clone and reads`,
        measured: of(({ cold, read }) => cold + read) / cloneAndRead,
        unit: 'x',
        atMost: 1,
      },
      { what: `the same ${READ} files after one commit`, measured: of(({ again }) => again), unit: 'ms' },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
