/**
 * The error of a template: Go's exact text, and beside it where it happened. `parse` and `exec` are
 * Go's own two families; `limit` is ours: a bound was hit.
 */
import { byteLength } from '../bytes.ts';

export type Stage = 'parse' | 'exec' | 'limit';

export interface TemplatePosition {
  /** 1-based */
  readonly line: number;
  /** 0-based, in bytes, as Go's texts count */
  readonly byteColumn: number;
  /** 1-based, in characters, as editors count */
  readonly column: number;
}

/** Where a UTF-16 index of a source is. */
export function positionOf(source: string, at: number): TemplatePosition {
  let line = 1;
  let lineStart = 0;
  for (let next = source.indexOf('\n'); next >= 0 && next < at; next = source.indexOf('\n', next + 1)) {
    line++;
    lineStart = next + 1;
  }
  const before = source.slice(lineStart, at);
  return { line, byteColumn: byteLength(before), column: Array.from(before).length + 1 };
}

export class GoTemplateError extends Error {
  override readonly name = 'GoTemplateError';
  readonly stage: Stage;
  readonly position: TemplatePosition | undefined;
  /** the text of the template the position is in */
  readonly source: string;

  constructor(
    stage: Stage,
    message: string,
    source: string,
    position: TemplatePosition | undefined,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.stage = stage;
    this.source = source;
    this.position = position;
  }
}
