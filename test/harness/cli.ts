/**
 * `appset` as a user runs it: a process of the pinned Node, its output and its exit code. Nothing of the
 * environment that could change colours or find a cluster is handed on.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { delimiter, join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');
export const NODE = join(ROOT, 'node_modules', '.bin', 'node');
export const APPSET = join(ROOT, 'bin', 'appset.js');

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** text on standard input; none: it is closed at once */
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** default: the root of the checkout */
  readonly cwd?: string;
}

export const environment = (more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => ({
  PATH: `${join(ROOT, 'node_modules', '.bin')}${delimiter}${process.env['PATH'] ?? ''}`,
  HOME: '/nonexistent',
  ...more,
});

/** Starts a command and leaves it to the caller. */
export function startAppset(args: readonly string[], options: CommandOptions = {}): ChildProcess {
  return spawn(NODE, [APPSET, ...args], {
    cwd: options.cwd ?? ROOT,
    env: environment(options.env),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** Runs a command to its end. */
export function appset(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return collected(startAppset(args, options), options.stdin);
}

/** Runs a line of a shell, with `appset` to be called as `npx appset` or `"$APPSET"`. */
export function shell(line: string, options: CommandOptions = {}): Promise<CommandResult> {
  const direct = line.replaceAll(/\bnpx appset\b/g, `'${NODE}' '${APPSET}'`);
  const child = spawn('bash', ['-c', direct], {
    cwd: options.cwd ?? ROOT,
    env: environment(options.env),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  return collected(child, options.stdin);
}

function collected(child: ChildProcess, stdin = ''): Promise<CommandResult> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin?.on('error', () => {
    // A command that reads no input may be gone before it is written.
  });
  child.stdin?.end(stdin);
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (code) => done({ code, stdout, stderr }));
  });
}

/** Commands of a Markdown text: the lines of its blocks of a language, continuation lines joined. */
export function commandsOf(markdown: string, language = 'sh'): string[] {
  return fencedBlocks(markdown, language).flatMap((block) =>
    block
      .replaceAll('\\\n', ' ')
      .split('\n')
      .filter((line) => line.trim() !== '' && !line.startsWith('#')),
  );
}

/** The fenced blocks of a language, without their fences. */
export function fencedBlocks(markdown: string, language: string): string[] {
  const pattern = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm');
  return [...markdown.matchAll(pattern)].map((match) => match[1] ?? '');
}
