/**
 * The cases of the compatibility corpora (files of JSON arrays), loaded from anywhere: the kind of a
 * case is told by its keys, never by where its file lies. Refuses what is no case.
 */
import { readFile } from 'node:fs/promises';
import type { Json, JsonObject } from '../api/objects.ts';
import { AppsetError, messageOf } from '../support/errors.ts';
import { fileProblem } from '../support/file-problem.ts';

export type CaseKind = 'generation' | 'external' | 'webhook' | 'controller' | 'triggers';

export interface ConformanceCase {
  /** `area/kebab-name` */
  readonly name: string;
  readonly kind: CaseKind;
  /** one sentence: what the case shows */
  readonly about: string;
  /** the whole case as written: inputs and `expect` */
  readonly body: JsonObject;
}

/** What a runner says of one case. */
export interface CaseResult {
  readonly name: string;
  readonly kind: CaseKind;
  readonly status: 'passed' | 'failed' | 'skipped';
  /** why it was skipped */
  readonly reason?: string;
  /** what differs, one line a difference: `path: expected …, got …` */
  readonly diff?: readonly string[];
  /** what ours gave, in the shape of `expect` */
  readonly actual?: Json;
}

/** Runs the cases of one kind. A case that cannot be run throws; what comes out differently is a failed result. */
export interface CaseRunner {
  readonly kind: CaseKind;
  run(conformanceCase: ConformanceCase): Promise<Omit<CaseResult, 'name' | 'kind'>>;
}

function kindOf(body: JsonObject): CaseKind {
  if ('steps' in body) return 'controller';
  if ('watch' in body) return 'triggers';
  if ('sets' in body && 'request' in body) return 'webhook';
  const world = body.world;
  if (typeof world === 'object' && world !== null && 'http' in world) return 'external';
  return 'generation';
}

/** Cases of a text. @throws AppsetError APPSET_E0102 when it is no array of cases */
export function parseCases(text: string, file: string): ConformanceCase[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (error) {
    throw new AppsetError('APPSET_E0102', `${file}: ${messageOf(error)}`, { cause: error });
  }
  if (!Array.isArray(list)) throw new AppsetError('APPSET_E0102', `${file}: not an array of cases`);
  return list.map((item: unknown, index) => {
    if (typeof item !== 'object' || item === null || !('name' in item) || typeof item.name !== 'string') {
      throw new AppsetError('APPSET_E0102', `${file}: item ${index} is no case: it has no name`);
    }
    const body = item as unknown as JsonObject;
    const about = typeof body.about === 'string' ? body.about : '';
    return { name: item.name, kind: kindOf(body), about, body };
  });
}

/** Cases of files, in order. @throws AppsetError when a file cannot be read or holds something else */
export async function loadCases(files: readonly string[]): Promise<ConformanceCase[]> {
  const cases: ConformanceCase[] = [];
  for (const file of files) {
    let text: string;
    try {
      text = await readFile(file, 'utf8');
    } catch (error) {
      throw new AppsetError('APPSET_E0804', `${file} cannot be read: ${fileProblem(error)}`, {
        cause: error,
      });
    }
    cases.push(...parseCases(text, file));
  }
  return cases;
}
