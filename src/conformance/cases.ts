/**
 * The cases of the compatibility corpora (files of JSON arrays), loaded from anywhere: the kind of a
 * case is told by its keys, never by where its file lies. What is no case stays in the list as one that
 * fails, so that it hides none of the others.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Json, JsonObject } from '../api/objects.ts';
import { compareBytes } from '../support/byte-strings.ts';
import { AppsetError, messageOf } from '../support/errors.ts';
import { fileProblem } from '../support/file-problem.ts';
import { isJsonObject } from '../support/json.ts';

export type CaseKind = 'generation' | 'external' | 'webhook' | 'controller' | 'triggers';

export interface ConformanceCase {
  /** `area/kebab-name` */
  readonly name: string;
  readonly kind: CaseKind;
  /** one sentence: what the case shows */
  readonly about: string;
  /** the whole case as written: inputs and `expect` */
  readonly body: JsonObject;
  /** why it cannot be run */
  readonly broken?: string;
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

const broken = (name: string, why: string): ConformanceCase => ({
  name,
  kind: 'generation',
  about: '',
  body: {},
  broken: why,
});

/** Cases of a text, which holds an array of them or one alone. @param file names what has no name */
export function parseCases(text: string, file: string): ConformanceCase[] {
  const name = basename(file);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    return [broken(name, `${file}: ${messageOf(error)}`)];
  }
  const alone = isJsonObject(parsed) && 'name' in parsed;
  if (!Array.isArray(parsed) && !alone) return [broken(name, `${file}: not an array of cases`)];
  return (alone ? [parsed] : (parsed as unknown[])).map((body, index) => {
    const place = `${name}[${index}]`;
    if (!isJsonObject(body)) return broken(place, `${file}: item ${index} is no case`);
    const about = typeof body.about === 'string' ? body.about : '';
    return { name: typeof body.name === 'string' ? body.name : place, kind: kindOf(body), about, body };
  });
}

/** The files a path stands for: itself, or all `.json` files in and below a folder, in order of their paths. */
async function filesOf(path: string): Promise<readonly string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const names = await readdir(path, { recursive: true });
  return names
    .filter((name) => name.endsWith('.json'))
    .sort(compareBytes)
    .map((name) => join(path, name));
}

/** Cases of files and folders, in order. @throws AppsetError APPSET_E0804 when one cannot be read */
export async function loadCases(paths: readonly string[]): Promise<ConformanceCase[]> {
  const cases: ConformanceCase[] = [];
  for (const path of paths) {
    try {
      for (const file of await filesOf(path)) cases.push(...parseCases(await readFile(file, 'utf8'), file));
    } catch (error) {
      throw new AppsetError('APPSET_E0804', `${path} cannot be read: ${fileProblem(error)}`, {
        cause: error,
      });
    }
  }
  return cases;
}
