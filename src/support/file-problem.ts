/**
 * Why a file of the user's could not be read or written, in plain words: the system's own name their call and
 * repeat the path.
 */
import { messageOf } from './errors.ts';

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of its path is no directory',
  EACCES: 'permission denied',
  ENOSPC: 'no space is left',
  EROFS: 'it can only be read there',
};

/** @example fileProblem(error) // 'there is no such file' */
export function fileProblem(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return WORDS[code] ?? messageOf(error);
}
