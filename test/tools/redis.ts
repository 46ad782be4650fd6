/**
 * The redis-server that Argo CD needs: the one on PATH, else Debian's (or Ubuntu's) package with what it
 * needs and this machine lacks, unpacked into the tools' cache. Nothing is installed, no service starts,
 * and no rights are needed but to refresh package lists that are missing or old.
 */
import { execFile } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { toolsCache } from './tools.ts';

export interface Redis {
  readonly program: string;
  /** what the program needs in its environment */
  readonly env: Readonly<Record<string, string>>;
}

const run = promisify(execFile);

/** Where redis-server is. @throws Error with apt-get's words where it is not to be had */
export async function ensureRedis(log: (line: string) => void = () => {}): Promise<Redis> {
  const installed = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'redis-server'))
    .find(isExecutable);
  if (installed !== undefined) return { program: installed, env: {} };
  const folder = join(toolsCache(), `redis-${process.platform}-${process.arch}`);
  if (!existsSync(folder)) {
    log('unpacking redis-server');
    await unpack(folder);
  }
  const libraries = ['usr/lib', 'lib']
    .map((part) => join(folder, part))
    .filter(existsSync)
    .flatMap((part) => readdirSync(part).map((name) => join(part, name)));
  return {
    program: join(folder, 'usr/bin/redis-server'),
    env: { LD_LIBRARY_PATH: libraries.join(delimiter) },
  };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function unpack(folder: string): Promise<void> {
  mkdirSync(toolsCache(), { recursive: true });
  const scratch = mkdtempSync(`${folder}.partial.`);
  const root = join(scratch, 'root');
  try {
    const files = await download(scratch).catch(async (error: Error) => {
      // the lists of packages are missing, or name versions that are gone
      await run('apt-get', ['update']).catch((refused: Error) => {
        throw new Error(`redis-server is not on PATH; ${error.message}\n${refused.message}`);
      });
      return download(scratch);
    });
    for (const file of files) await run('dpkg-deb', ['--extract', join(scratch, file), root]);
    renameSync(root, folder);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The package and what an installation would bring along, as files in `scratch`. */
async function download(scratch: string): Promise<string[]> {
  const { stdout } = await run('apt-get', [
    'install',
    '--simulate',
    '--no-install-recommends',
    'redis-server',
  ]);
  const names = [...stdout.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name ?? '');
  await run('apt-get', ['download', ...names], { cwd: scratch });
  return readdirSync(scratch).filter((name) => name.endsWith('.deb'));
}

if (import.meta.main) {
  const { program } = await ensureRedis((line) => process.stderr.write(`${line}\n`));
  process.stdout.write(`${program}\n`);
}
