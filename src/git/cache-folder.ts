/**
 * A part of a cache folder for this process alone, so that several operators on one machine may be given the
 * same folder. A part belongs to whoever listens at the socket in it: the kernel ends that with the process,
 * however it ends, and across containers too. The first part nobody has is taken, with the copies of
 * whoever had it before. Taking one over that was left behind is done by one process at a time.
 */
import { mkdir, rm, stat } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import type { Clock } from '../support/clock.ts';
import { AppsetError, messageOf } from '../support/errors.ts';
import { LIMITS } from '../support/limits.ts';

export interface CacheFolder {
  /** for nobody else until it is released */
  readonly path: string;
  release(): Promise<void>;
}

const codeOf = (error: unknown): string => String((error as { code?: unknown } | undefined)?.code ?? '');

/** Listens at a path; undefined when somebody does or did there. */
function listenAt(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error) => (codeOf(error) === 'EADDRINUSE' ? resolve(undefined) : reject(error)));
    server.listen(path, () => resolve(server.unref()));
  });
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error) => resolve(codeOf(error) !== 'ECONNREFUSED' && codeOf(error) !== 'ENOENT'));
  });
}

/** Takes over what a process left behind that is gone; undefined when somebody else has it or takes it. */
async function takeOver(path: string, clock: Clock): Promise<Server | undefined> {
  const mutex = `${path}.taking`;
  try {
    await mkdir(mutex);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    // one that is old was left behind itself: the next who comes may take it
    const begun = await stat(mutex).then(
      ({ mtimeMs }) => mtimeMs,
      () => clock.now(),
    );
    if (clock.now() - begun > LIMITS.cacheTakingMs) await rm(mutex, { recursive: true, force: true });
    return undefined;
  }
  try {
    if (await isAnswered(path)) return undefined;
    await rm(path, { force: true });
    return await listenAt(path);
  } finally {
    await rm(mutex, { recursive: true, force: true });
  }
}

/**
 * Claims a part of a cache folder.
 *
 * @throws AppsetError APPSET_E0801 when none can be had
 */
export async function claimCacheFolder(root: string, clock: Clock): Promise<CacheFolder> {
  for (let part = 1; part <= LIMITS.cacheParts; part++) {
    const path = join(root, String(part));
    const socket = join(path, 'in-use');
    let server: Server | undefined;
    try {
      await mkdir(path, { recursive: true, mode: 0o700 });
      server = (await listenAt(socket)) ?? (await takeOver(socket, clock));
    } catch (error) {
      throw new AppsetError('APPSET_E0801', `--cache-folder ${root} cannot be used: ${messageOf(error)}`, {
        cause: error,
      });
    }
    if (server === undefined) continue;
    const held = server;
    return { path, release: () => new Promise((done) => held.close(() => done())) };
  }
  const text = `--cache-folder ${root} cannot be used: all ${LIMITS.cacheParts} parts of it are in use`;
  throw new AppsetError('APPSET_E0801', text);
}
