/**
 * Contents of files by object id. A partial clone would fetch each missing blob on its own (measured:
 * 50 blobs, 624 ms); so what is missing is found first and brought in one fetch (14 ms), and reading
 * goes through a repository that cannot fetch at all. Files beyond the size bound are left out.
 */
import { LIMITS } from '../support/limits.ts';
import type { GitCommand } from './command.ts';

export interface BlobState {
  /** bytes of the blobs that are there */
  readonly sizes: ReadonlyMap<string, number>;
  readonly missing: readonly string[];
}

const lines = (oids: Iterable<string>): string => `${[...oids].join('\n')}\n`;

/** Which of the blobs are in the repository, and how large they are. */
export async function checkBlobs(
  git: GitCommand,
  repository: string,
  oids: readonly string[],
): Promise<BlobState> {
  const sizes = new Map<string, number>();
  const missing: string[] = [];
  if (oids.length === 0) return { sizes, missing };
  const args = ['--batch-check=%(objectname) %(objecttype) %(objectsize)'];
  const output = await git.run('cat-file', args, { cwd: repository, input: lines(oids) });
  for (const line of output.toString('latin1').split('\n')) {
    const [oid = '', type, size] = line.split(' ');
    if (type === 'missing') missing.push(oid);
    else if (type === 'blob') sizes.set(oid, Number(size));
  }
  return { sizes, missing };
}

/** Reads blobs that are in the repository; those larger than `maximum` bytes are missing from the answer. */
export async function readBlobs(
  git: GitCommand,
  repository: string,
  sizes: ReadonlyMap<string, number>,
  maximum: number = LIMITS.yamlFileBytes,
): Promise<Map<string, Buffer>> {
  const wanted = [...sizes].filter(([, size]) => size <= maximum).map(([oid]) => oid);
  const contents = new Map<string, Buffer>();
  if (wanted.length === 0) return contents;
  const output = await git.run('cat-file', ['--batch'], { cwd: repository, input: lines(wanted) });
  let start = 0;
  while (start < output.length) {
    const end = output.indexOf(10, start);
    if (end < 0) break;
    const [oid = '', type, size] = output.toString('latin1', start, end).split(' ');
    start = end + 1;
    if (type !== 'blob') continue;
    const length = Number(size);
    contents.set(oid, output.subarray(start, start + length));
    start += length + 1;
  }
  return contents;
}
