/**
 * Reading long YAML beside the event loop. Microseconds a character are seconds for a large file, and it
 * takes a hundred times its size in memory: in a thread of its own neither keeps an operator from renewing
 * its lease, nor ends it. Short texts, and JSON of any length, are read in place.
 */
import { Worker } from 'node:worker_threads';
import type { Clock } from '../clock.ts';
import { AppsetError } from '../errors.ts';
import type { Json } from '../json.ts';
import { LIMITS } from '../limits.ts';
import { isLongYaml, unmarshalYaml } from './parse.ts';

/** What the thread answers. */
export type Read =
  | { readonly value: Json }
  | { readonly message: string; readonly line: number; readonly column: number };

/** One text at a time: each takes memory for itself. */
let turn: Promise<unknown> = Promise.resolve();

/**
 * As `unmarshalYaml`, without holding the event loop for long.
 *
 * @throws AppsetError as `unmarshalYaml`; APPSET_E0205 when reading takes more memory or time than it may;
 *   the signal's reason when aborted
 */
export async function unmarshalYamlApart(text: string, clock: Clock, signal?: AbortSignal): Promise<Json> {
  if (!isLongYaml(text)) return unmarshalYaml(text);
  const mine = turn.then(() => {
    signal?.throwIfAborted();
    return inThread(text, clock, signal);
  });
  turn = mine.catch(() => {
    // whoever asked is told; the next text has its turn all the same
  });
  return result(await mine, text);
}

function result(read: Read, text: string): Json {
  if ('value' in read) return read.value;
  const { message, line, column } = read;
  throw new AppsetError('APPSET_E0101', message, { place: { position: { line, column, source: text } } });
}

/** The file beside this one, as it runs from a checkout or from a package. */
const THREAD = new URL(`./thread.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url);

function inThread(text: string, clock: Clock, signal: AbortSignal | undefined): Promise<Read> {
  const worker = new Worker(THREAD, {
    workerData: text,
    resourceLimits: { maxOldGenerationSizeMb: LIMITS.yamlThreadMegabytes },
  });
  return new Promise<Read>((resolve, reject) => {
    const refuse = (why: string) =>
      reject(new AppsetError('APPSET_E0205', `a YAML text of ${text.length} characters ${why}`));
    const onAbort = () => reject(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    const stopTimer = clock.after(LIMITS.yamlThreadMs, () =>
      refuse(`takes more than ${LIMITS.yamlThreadMs / 1_000} seconds to read`),
    );
    const settled = () => {
      stopTimer();
      signal?.removeEventListener('abort', onAbort);
    };
    worker.once('message', (read: Read) => {
      settled();
      resolve(read);
    });
    worker.once('error', (error: NodeJS.ErrnoException) => {
      settled();
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY')
        refuse(`takes more than ${LIMITS.yamlThreadMegabytes} MiB of memory to read`);
      else reject(error);
    });
  }).finally(() => worker.terminate());
}
