/**
 * A real Gitea on loopback, with sqlite and a folder of its own: a user, repositories, hooks by its API,
 * pushes by git. It does not run as root; where the tests do, it is nobody's. `stop` ends it by its
 * process id and removes the folder.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  createWriteStream,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../src/api/objects.ts';
import { InVain, until } from '../harness/until.ts';
import { ensureTool, moduleFolder } from '../tools/tools.ts';

/** Who runs it where the tests are root's. */
const NOBODY = { name: 'nobody', uid: 65_534, gid: 65_534 };
const ADMIN = { name: 'ada', password: 'ada-password-1' };

export interface Forge {
  readonly url: string;
  readonly user: typeof ADMIN;
  /** An empty private repository of the user; answers its clone URL. */
  createRepository(name: string): Promise<string>;
  /** A hook on pushes. */
  createHook(repository: string, url: string, secret: string): Promise<void>;
  stop(): Promise<void>;
}

const freePort = (): Promise<number> =>
  new Promise((done) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

/** Hands a folder to its user: what comes out of a module cache may not be written. */
function give(folder: string, uid: number, gid: number): void {
  const own = (path: string) => {
    chmodSync(path, lstatSync(path).isDirectory() ? 0o755 : 0o644);
    if (userInfo().uid === 0) chownSync(path, uid, gid);
  };
  own(folder);
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) own(join(folder, name));
}

export async function startForge(): Promise<Forge> {
  const program = await ensureTool('gitea', (line) => process.stderr.write(`${line}\n`));
  const sources = await moduleFolder('gitea');
  const isRoot = userInfo().uid === 0;
  const user = isRoot ? NOBODY : { name: userInfo().username, uid: userInfo().uid, gid: userInfo().gid };
  const folder = mkdtempSync(join(tmpdir(), 'appset-forge-'));
  const port = await freePort();
  for (const name of ['templates', 'options', 'public']) {
    cpSync(join(sources, name), join(folder, 'static', name), { recursive: true });
  }
  for (const name of ['data', 'home', 'log']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'app.ini'), configuration(folder, port, user.name));
  give(folder, user.uid, user.gid);
  const binary = join(folder, 'gitea');
  copyFileSync(program, binary);
  chmodSync(binary, 0o755);

  const options = {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: join(folder, 'home'), USER: user.name, GITEA_WORK_DIR: folder },
    ...(isRoot ? { uid: user.uid, gid: user.gid } : {}),
  };
  const command = (...args: string[]): Promise<string> =>
    new Promise((done, fail) => {
      execFile(binary, ['--config', join(folder, 'app.ini'), ...args], options, (error, stdout, stderr) => {
        if (error === null) done(stdout);
        else fail(new Error(`gitea ${args.join(' ')}: ${stdout}${stderr}`));
      });
    });
  let child: ChildProcess | undefined;
  let gone: Promise<unknown> = Promise.resolve();
  const stop = async () => {
    child?.kill('SIGTERM');
    await gone;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await command('migrate');
    const who = ['--username', ADMIN.name, '--password', ADMIN.password, '--email', 'ada@example.com'];
    await command('admin', 'user', 'create', '--admin', '--must-change-password=false', ...who);
    const log = createWriteStream(join(folder, 'log', 'web.log'));
    child = spawn(binary, ['--config', join(folder, 'app.ini'), 'web'], {
      ...options,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout?.pipe(log, { end: false });
    child.stderr?.pipe(log, { end: false });
    const running = child;
    gone = new Promise((done) => running.once('exit', done));
    const url = `http://127.0.0.1:${port}`;
    await until('the forge to answer', async () => {
      if (running.exitCode !== null)
        throw new InVain(
          `gitea ended: ${readFileSync(join(folder, 'log', 'web.log'), 'utf8').slice(-2_000)}`,
        );
      return fetch(`${url}/api/v1/version`).then(
        ({ ok }) => ok,
        () => false,
      );
    });
    return { url, user: ADMIN, ...api(url), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function configuration(folder: string, port: number, user: string): string {
  return `APP_NAME = forge
RUN_USER = ${user}
RUN_MODE = prod
WORK_PATH = ${folder}
[server]
HTTP_ADDR = 127.0.0.1
HTTP_PORT = ${port}
ROOT_URL = http://127.0.0.1:${port}/
STATIC_ROOT_PATH = ${join(folder, 'static')}
APP_DATA_PATH = ${join(folder, 'data')}
DISABLE_SSH = true
OFFLINE_MODE = true
[database]
DB_TYPE = sqlite3
PATH = ${join(folder, 'data', 'gitea.db')}
[repository]
ROOT = ${join(folder, 'data', 'repositories')}
[git]
HOME_PATH = ${join(folder, 'home')}
[security]
INSTALL_LOCK = true
SECRET_KEY = ${'s'.repeat(64)}
INTERNAL_TOKEN = ${'t'.repeat(105)}
[webhook]
ALLOWED_HOST_LIST = loopback
[log]
MODE = console
LEVEL = warn
[session]
PROVIDER = memory
`;
}

function api(url: string): Pick<Forge, 'createRepository' | 'createHook'> {
  const authorization = `Basic ${Buffer.from(`${ADMIN.name}:${ADMIN.password}`).toString('base64')}`;
  const post = async (path: string, body: JsonObject): Promise<void> => {
    const answer = await fetch(`${url}/api/v1${path}`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`);
  };
  return {
    createRepository: async (name) => {
      await post('/user/repos', { name, private: true, default_branch: 'main' });
      return `${url}/${ADMIN.name}/${name}.git`;
    },
    createHook: (repository, target, secret) =>
      post(`/repos/${ADMIN.name}/${repository}/hooks`, {
        type: 'gitea',
        active: true,
        events: ['push'],
        config: { url: target, content_type: 'json', secret },
      }),
  };
}
