/**
 * Asks the real Go libraries (`go/main.go`): questions go in as JSON lines, answers come back in the
 * same order.
 */
import { GoProgram } from './program.ts';

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

/** The libraries, to be asked more than once; a question too large for them does not end it. */
export interface Oracle {
  ask(questions: readonly Question[]): Promise<Answer[]>;
  close(): void;
}

export async function openOracle(): Promise<Oracle> {
  let program = await GoProgram.start('oracle');
  return {
    async ask(questions) {
      if (program.over) program = await GoProgram.start('oracle');
      const lines = await program.ask(questions.map((question) => JSON.stringify(question)));
      return lines.map((line) => JSON.parse(line) as Answer);
    },
    close: () => program.close(),
  };
}

/** Answers to all questions, in order. */
export async function askOracle(questions: readonly Question[]): Promise<Answer[]> {
  const oracle = await openOracle();
  try {
    return await oracle.ask(questions);
  } finally {
    oracle.close();
  }
}

/** Cases a test runs, and the seed it starts from: ORACLE_CASES and ORACLE_SEED override. */
export function plan(cases: number): { readonly cases: number; readonly seed: number } {
  const seed = Number(process.env['ORACLE_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  return { cases: Number(process.env['ORACLE_CASES'] ?? cases), seed };
}
