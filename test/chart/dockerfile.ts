/**
 * The Dockerfile, read and, as far as that goes without a container engine, run: COPY and RUN of a stage
 * on folders of this machine. What cannot be run here (FROM, apt) is only read.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');

export interface Instruction {
  readonly name: string;
  readonly text: string;
}

export interface Stage {
  readonly image: string;
  readonly name: string;
  readonly instructions: readonly Instruction[];
}

/** The stages of the Dockerfile. */
export function stages(): readonly Stage[] {
  const text = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll('\\\n', ' ');
  const found: { image: string; name: string; instructions: Instruction[] }[] = [];
  for (const line of text.split('\n').filter((each) => each.trim() !== '')) {
    const [, name = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (name === 'FROM') {
      const [, image = '', alias = ''] = /^(\S+)(?: AS (\S+))?$/.exec(rest) ?? [];
      found.push({ image, name: alias, instructions: [] });
    } else found.at(-1)?.instructions.push({ name, text: rest.replaceAll(/\s+/g, ' ') });
  }
  return found;
}

const run = (command: string, cwd: string, env: NodeJS.ProcessEnv) =>
  new Promise<void>((done, fail) => {
    const child = spawn('sh', ['-c', command], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-10_000);
      });
    child.once('error', fail);
    child.once('close', (code) =>
      code === 0 ? done() : fail(new Error(`${command} ended with ${code}:\n${output}`)),
    );
  });

/**
 * Runs COPY and RUN of a stage in a folder that stands for its WORKDIR, one after the other.
 *
 * @param skipInstall the folder of node_modules that stands for the first `npm ci`, which is the checkout's own
 */
export async function runStage(
  { instructions }: Stage,
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  for (const { name, text } of instructions) {
    if (name === 'WORKDIR') mkdirSync(folder, { recursive: true });
    else if (name === 'COPY') copy(text.split(' '), ROOT, folder);
    else if (name === 'RUN') await run(text, folder, env);
    else throw new Error(`${name} is not known here`);
  }
}

/** As docker: a folder's contents go to the target, files go into it. */
function copy(words: readonly string[], from: string, to: string): void {
  const sources = words.slice(0, -1);
  const target = join(to, words.at(-1) ?? '');
  for (const source of sources) {
    const isFile = words.at(-1)?.endsWith('/') === true;
    cpSync(join(from, source), isFile ? join(target, basename(source)) : target, { recursive: true });
  }
}

/** Makes `/app` of the last stage out of the folder its COPY lines take from. */
export function assemble({ instructions }: Stage, built: string, root: string): void {
  for (const { name, text } of instructions) {
    const [from, ...words] = text.split(' ');
    if (name !== 'COPY' || from !== '--from=build') continue;
    copy(
      words.map((word, index) => (index === words.length - 1 ? word : word.replace(/^\/build\//, ''))),
      built,
      root,
    );
  }
}
