/** Console blocks of Markdown: a command after `$`, and what it prints, as a person sees it. */
import { fencedBlocks, shell } from './cli.ts';

export interface ConsoleBlock {
  readonly command: string;
  readonly output: string;
}

/** The blocks of a page. A command goes on where a line ends in a backslash. */
export function consoleBlocks(markdown: string): ConsoleBlock[] {
  return fencedBlocks(markdown, 'console').map((block) => {
    const [, command = '', output = ''] = /^\$ ((?:.*\\\n)*.*)\n([\s\S]*)$/.exec(block) ?? [];
    return { command: command.replaceAll('\\\n', ' '), output: output.trimEnd() };
  });
}

/** Runs the command of a block: what it prints, results first, and its exit code. */
export async function replay({ command }: ConsoleBlock): Promise<{ output: string; code: number | null }> {
  const { stdout, stderr, code } = await shell(command);
  return { output: `${stdout}${stderr}`.trimEnd(), code };
}
