/**
 * Asks the real Go libraries (`go/main.go`): questions go in as JSON lines, answers come back in the
 * same order. The program is built once by `test/tools/tools.ts` and stopped by `close`.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { ensureTool } from '../tools/tools.ts';

export interface Question {
  readonly kind: string;
  readonly text: string;
  readonly other?: string;
  readonly options?: readonly string[];
  readonly data?: unknown;
}

export interface Answer {
  readonly out?: string;
  readonly error?: string;
}

/** Answers to all questions, in order. */
export async function askOracle(questions: readonly Question[]): Promise<Answer[]> {
  const program = await ensureTool('oracle', (line) => process.stderr.write(`${line}\n`));
  const child = spawn(program, [], { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers: Answer[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`the oracle ended with ${code}`)),
    );
  });
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => answers.push(JSON.parse(line) as Answer));
  for (const question of questions) {
    if (!child.stdin.write(`${JSON.stringify(question)}\n`))
      await new Promise((resolve) => child.stdin.once('drain', resolve));
  }
  child.stdin.end();
  await ended;
  if (answers.length !== questions.length)
    throw new Error(`asked ${questions.length} questions, got ${answers.length} answers`);
  return answers;
}

/** Cases a test runs, and the seed it starts from: ORACLE_CASES and ORACLE_SEED override. */
export function plan(cases: number): { readonly cases: number; readonly seed: number } {
  const seed = Number(process.env['ORACLE_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  return { cases: Number(process.env['ORACLE_CASES'] ?? cases), seed };
}
