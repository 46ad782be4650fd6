/**
 * A watch over HTTP: one JSON line an event, in chunks, until the client goes, the time is over or the
 * connection falls too far behind. An event that many connections get is serialised once.
 */
import type { ServerResponse } from 'node:http';
import type { JsonObject, KubeObject } from '../../api/objects.ts';
import { LIMITS } from '../../support/limits.ts';
import { statusOf } from '../failures.ts';
import { refusal } from '../faults.ts';
import type { Store } from '../store.ts';
import type { WatchQuery } from '../watches.ts';
import { type Shape, shapedObject } from './answers.ts';

/** The object that was serialised last, and its text: watchers of one change come right after another. */
let last: { readonly object: KubeObject; readonly text: string } | undefined;

function plainText(object: KubeObject): string {
  if (last?.object !== object) last = { object, text: JSON.stringify(object) };
  return last.text;
}

/** Breaks a stream off after so many events, with a status in-band when a code is given. */
export interface Drop {
  readonly afterEvents: number;
  readonly code?: number;
}

/**
 * Streams until the watch ends; the answer stops it from outside.
 * @throws ApiError before anything is sent, when the query cannot be read
 */
export function streamWatch(
  store: Store,
  response: ServerResponse,
  shape: Omit<Shape, 'now'>,
  query: WatchQuery,
  drop?: Drop,
): () => void {
  const pending: string[] = [];
  let begun = false;
  let over = false;
  let sent = 0;
  let stop = (): void => undefined;

  const write = (line: string): void => {
    if (over) return;
    if (!begun) pending.push(line);
    else {
      response.write(line);
      if (response.writableLength > LIMITS.sandboxWatchBacklogBytes) response.destroy();
    }
  };
  const finish = (): void => {
    if (over) return;
    over = true;
    stop();
    response.end();
  };
  const writeError = (status: JsonObject): void =>
    write(`{"type":"ERROR","object":${JSON.stringify(status)}}\n`);
  const mayDrop = (): void => {
    if (drop === undefined || over || sent < drop.afterEvents) return;
    if (drop.code !== undefined) writeError(statusOf(refusal({ type: 'refuse', code: drop.code })));
    if (begun) finish();
  };

  let first = true;
  let ended = false;
  stop = store.watch(shape.kind, query, {
    event: (type, object) => {
      if (drop !== undefined && sent >= drop.afterEvents) return;
      const text =
        shape.form === 'plain'
          ? plainText(object)
          : JSON.stringify(shapedObject({ ...shape, now: store.clock.now() }, object, first));
      if (type !== 'BOOKMARK') first = false;
      write(`{"type":"${type}","object":${text}}\n`);
      sent += 1;
      mayDrop();
    },
    end: (error) => {
      if (error !== undefined) writeError(statusOf(error));
      ended = true;
      if (begun) finish();
    },
  });
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  response.flushHeaders();
  response.on('close', () => {
    over = true;
    stop();
  });
  begun = true;
  for (const line of pending.splice(0)) response.write(line);
  if (ended || (drop !== undefined && sent >= drop.afterEvents)) {
    if (sent === 0) mayDrop();
    finish();
  }
  return finish;
}
