/**
 * Lines of a stream of bytes. A line that was not finished when the stream ended is dropped: it is an
 * event that was cut in the middle.
 */
import { ApiError } from '../api/client.ts';

/** @throws ApiError when a line is longer than `maximum` bytes */
export async function* lines(chunks: AsyncIterable<Buffer>, maximum: number): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      const last = chunk.subarray(start, end);
      const line = parts.length === 0 ? last : Buffer.concat([...parts, last]);
      parts = [];
      size = 0;
      start = end + 1;
      if (line.length > 0) yield line.toString('utf8');
    }
    if (start < chunk.length) {
      const rest = chunk.subarray(start);
      parts.push(rest);
      size += rest.length;
      if (size > maximum) throw new ApiError(0, '', `a line of a watch is longer than ${maximum} bytes`);
    }
  }
}
