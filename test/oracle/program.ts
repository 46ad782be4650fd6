/**
 * A Go program that answers lines with lines: what the oracles have in common. It is built once by
 * `test/tools/tools.ts`, started once a test file and asked as often as wanted. An answer that does not
 * come in time ends the program, and the error names the question it was at.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { ensureTool, type ToolName } from '../tools/tools.ts';

/** How long one answer may take. */
const ANSWER_MS = 30_000;
/** What an error shows of a question. */
const SHOWN = 2_000;

interface Asked {
  readonly lines: readonly string[];
  readonly answers: string[];
  readonly done: (answers: string[]) => void;
  readonly failed: (error: Error) => void;
}

export class GoProgram {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #name: string;
  readonly #answerMs: number;
  readonly #ended: Promise<void>;
  #asked: Asked | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stderr = '';
  #why: string | undefined;
  #over: string | undefined;

  private constructor(name: string, path: string, answerMs: number) {
    this.#name = name;
    this.#answerMs = answerMs;
    this.#child = spawn(path, [], { env: { ...process.env, TZ: 'UTC' } });
    this.#child.stdin.on('error', () => {}); // the end of the program tells why
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(0, 4_000);
    });
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#answered(line));
    this.#child.on('error', (error) => this.#fail(error.message));
    this.#ended = new Promise((resolve) => {
      this.#child.on('close', (code) => {
        this.#fail(this.#why ?? `ended with ${code}: ${this.#stderr}`);
        resolve();
      });
    });
  }

  static async start(tool: ToolName, answerMs = ANSWER_MS): Promise<GoProgram> {
    const path = await ensureTool(tool, (line) => process.stderr.write(`${line}\n`));
    return new GoProgram(tool, path, answerMs);
  }

  /** Whether the program has ended and cannot be asked again. */
  get over(): boolean {
    return this.#over !== undefined;
  }

  /** One answer a line, in order; one call at a time. */
  async ask(lines: readonly string[]): Promise<string[]> {
    if (lines.length === 0) return [];
    if (this.#over !== undefined) throw new Error(this.#over);
    if (this.#asked !== undefined) throw new Error(`${this.#name} is still answering`);
    const answers = new Promise<string[]>((done, failed) => {
      this.#asked = { lines, answers: [], done, failed };
    });
    this.#restartTimer();
    await Promise.race([this.#write(lines), answers]);
    return answers;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#child.stdin.end();
  }

  async #write(lines: readonly string[]): Promise<void> {
    for (const [i, line] of lines.entries()) {
      if (this.#asked === undefined) return;
      if (this.#child.stdin.write(`${line}\n`) || i === lines.length - 1) continue;
      await Promise.race([once(this.#child.stdin, 'drain'), this.#ended]);
    }
  }

  #restartTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#why = `gave no answer for ${this.#answerMs / 1000} s`;
      this.#child.kill('SIGKILL');
    }, this.#answerMs);
  }

  #answered(line: string): void {
    const asked = this.#asked;
    if (asked === undefined) return;
    asked.answers.push(line);
    if (asked.answers.length < asked.lines.length) {
      this.#restartTimer();
      return;
    }
    clearTimeout(this.#timer);
    this.#asked = undefined;
    asked.done(asked.answers);
  }

  #fail(why: string): void {
    clearTimeout(this.#timer);
    this.#over ??= `${this.#name} is over: ${why}`;
    const asked = this.#asked;
    this.#asked = undefined;
    if (asked === undefined) return;
    const at = asked.answers.length;
    const question = (asked.lines[at] ?? '').slice(0, SHOWN);
    asked.failed(new Error(`${this.#name} ${why}\nat question ${at} of ${asked.lines.length}: ${question}`));
  }
}
