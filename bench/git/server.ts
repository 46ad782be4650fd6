/**
 * A git server as a process of its own, so that its work is not in the figures. As a program it is that
 * process: `server.ts ROOT` says where it is, and ends when its input does, as it does when whoever
 * started it is gone.
 */
import { spawn } from 'node:child_process';
import { gitServer } from '../../test/unit/git/fixture.ts';

/** Serves the repositories under a folder. */
export async function serveApart(root: string): Promise<{ readonly url: string; readonly end: () => void }> {
  const stdio = ['pipe', 'pipe', 'inherit'] as const;
  const child = spawn(process.execPath, [import.meta.filename, root], { stdio: [...stdio] });
  const url = await new Promise<string>((done, fail) => {
    child.once('exit', (code) => fail(new Error(`the git server ended with ${code}`)));
    child.stdout?.once('data', (said: Buffer) => done(said.toString('utf8').trim()));
  });
  return { url, end: () => void child.stdin?.end() };
}

if (import.meta.main) {
  const server = await gitServer(process.argv[2] ?? '.');
  process.stdout.write(`${server.url}\n`);
  process.stdin.resume().once('end', () => void server.close());
}
