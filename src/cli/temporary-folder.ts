/**
 * Folders for the work of one command. They go with the process however that ends: by itself, because a
 * reader has seen enough, or interrupted. A command that waits for signals itself is left to do so.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppsetError, messageOf } from '../support/errors.ts';
import { fileProblem } from '../support/file-problem.ts';
import { EXIT } from './exit.ts';

export interface TemporaryFolder {
  readonly path: string;
  remove(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const folders = new Set<string>();

/** A program that was started may still be writing there when its starter ends. */
const clear = (path: string): void =>
  rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });

function clearAll(): void {
  for (const path of folders) {
    try {
      clear(path);
    } catch (error) {
      // the end of the process is no place to fail
      process.stderr.write(`Note: ${path} is left over: ${messageOf(error)}\n`);
    }
  }
}

/** What listens beside this one knows better how to end. */
const onSignal = (signal: NodeJS.Signals): void => {
  if (process.listenerCount(signal) === 1) process.exit(EXIT.interrupted);
};

function watch(): void {
  process.on('exit', clearAll);
  for (const signal of SIGNALS) process.on(signal, onSignal);
}

function unwatch(): void {
  process.off('exit', clearAll);
  for (const signal of SIGNALS) process.off(signal, onSignal);
}

/**
 * Makes a folder only its owner may look into.
 *
 * @param name what it is for: `git`, `demo`
 * @throws AppsetError APPSET_E0804 when it cannot be made
 */
export function temporaryFolder(name: string): TemporaryFolder {
  let path: string;
  try {
    path = mkdtempSync(join(tmpdir(), `appset-${name}-`));
  } catch (error) {
    const text = `no folder can be made in ${tmpdir()}, which TMPDIR names: ${fileProblem(error)}`;
    throw new AppsetError('APPSET_E0804', text, { cause: error });
  }
  if (folders.size === 0) watch();
  folders.add(path);
  return {
    path,
    remove() {
      clear(path);
      if (folders.delete(path) && folders.size === 0) unwatch();
    },
  };
}
