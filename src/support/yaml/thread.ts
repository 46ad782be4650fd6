/** The thread of `apart.ts`: reads the one text it was started with and says what came of it. */
import { parentPort, workerData } from 'node:worker_threads';
import { AppsetError } from '../errors.ts';
import type { Read } from './apart.ts';
import { unmarshalLongYaml } from './parse.ts';

function read(text: string): Read {
  try {
    return { value: unmarshalLongYaml(text) };
  } catch (error) {
    if (!(error instanceof AppsetError)) throw error;
    const { line = 1, column = 1 } = error.place.position ?? {};
    return { message: error.message, line, column };
  }
}

parentPort?.postMessage(read(String(workerData)));
