/**
 * The image without a container engine: the build stage of the Dockerfile is run line by line, what its
 * last stage copies is put together, and the program runs there as in a Pod: an unprivileged user without
 * capabilities, a read-only root, one folder to write to. And the npm package holds what it needs.
 */
import { execFile, spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/support/clock.ts';
import { NODE } from '../harness/cli.ts';
import { assemble, ROOT, runStage, stages } from './dockerfile.ts';

const [buildStage, imageStage] = stages();
const program = promisify(execFile);
let folder: string;
let built: string;
let image: string;
let node: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'appset-image-'));
  chmodSync(folder, 0o755);
  built = join(folder, 'build');
  image = join(folder, 'image');
  for (const path of ['app', 'tmp', 'bin']) mkdirSync(join(image, path), { recursive: true });
  node = join(image, 'bin', 'node');
  copyFileSync(NODE, node);
  chmodSync(node, 0o755);
  if (buildStage === undefined || imageStage === undefined)
    throw new Error('the Dockerfile has no two stages');
  await runStage(buildStage, built, {
    ...process.env,
    PATH: `${dirname(node)}:${process.env['PATH']}`,
    npm_config_prefer_offline: 'true',
  });
  assemble(imageStage, built, image);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The program, in the image. */
const APPSET = () => join(image, 'app', 'bin', 'appset.js');

/** What the Pod says when all is set up and the program begins. */
const START = 'start\n';

/** Runs a command as a Pod would: everything read-only but $TMPDIR, no user, no rights. */
function inPod(args: readonly string[]) {
  const script = [
    'mount --bind "$IMAGE" "$IMAGE"',
    'mount -o remount,ro,bind "$IMAGE"',
    'mount -o remount,ro,bind /',
    'mount -t tmpfs -o mode=1777 tmpfs "$TMPDIR"',
    'cd "$TMPDIR"',
    'echo start >&2',
    'exec $DROP "$NODE" "$@"',
  ].join(' && ');
  const isRoot = process.getuid?.() === 0;
  const drop =
    'setpriv --reuid=65532 --regid=65532 --clear-groups --bounding-set=-all --inh-caps=-all --no-new-privs';
  return spawn(
    'unshare',
    [...(isRoot ? [] : ['--map-root-user']), '--mount', 'sh', '-c', script, 'sh', ...args],
    {
      env: {
        PATH: process.env['PATH'],
        IMAGE: image,
        NODE: node,
        TMPDIR: join(image, 'tmp'),
        HOME: join(image, 'tmp'),
        NODE_ENV: 'production',
        DROP: isRoot ? drop : 'setpriv --bounding-set=-all --inh-caps=-all --no-new-privs',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
}

async function output(
  args: readonly string[],
): Promise<{ code: number | null; stdout: string; stderr: string; ms: number }> {
  const child = inPod([APPSET(), ...args]);
  let started = systemClock.monotonic();
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (stderr === '') started = systemClock.monotonic();
    stderr += text;
  });
  const code = await new Promise<number | null>((done) => child.once('close', done));
  return { code, stdout, stderr: stderr.replace(START, ''), ms: systemClock.monotonic() - started };
}

describe('the Dockerfile', () => {
  test('builds on the same image it runs on, as nobody in particular', () => {
    expect(stages().map(({ image: from }) => from)).toEqual(['node:24-slim', 'node:24-slim']);
    const last = (name: string) => imageStage?.instructions.findLast((one) => one.name === name)?.text;
    expect(last('USER')).toBe('65532:65532');
    expect(JSON.parse(last('ENTRYPOINT') ?? '')).toEqual([
      '/usr/bin/tini',
      '--',
      '/usr/local/bin/node',
      '--max-semi-space-size=8',
      '/app/bin/appset.js',
    ]);
    expect(JSON.parse(last('CMD') ?? '')).toEqual(['run']);
    for (const program of ['ca-certificates', 'git', 'gnupg', 'openssh-client', 'tini'])
      expect(last('RUN')).toMatch(new RegExp(`apt-get install[^&]* ${program}\\b`));
  });

  test('its context holds what it copies, and nothing else', () => {
    const allowed = readFileSync(join(ROOT, '.dockerignore'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const copied =
      buildStage?.instructions
        .filter(({ name }) => name === 'COPY')
        .flatMap(({ text }) => text.split(' ').slice(0, -1)) ?? [];
    expect([...allowed].sort()).toEqual([...copied].sort());
    for (const path of copied) expect(existsSync(join(ROOT, path)), path).toBe(true);
  });

  test('has the ports and the user of the chart', () => {
    const exposed = imageStage?.instructions.find(({ name }) => name === 'EXPOSE')?.text.split(' ');
    const deployment = readFileSync(join(ROOT, 'charts/appset-operator/templates/deployment.yaml'), 'utf8');
    expect(exposed).toEqual([...deployment.matchAll(/containerPort: (\d+)/g)].map(([, port]) => port));
    expect(readFileSync(join(ROOT, 'charts/appset-operator/values.yaml'), 'utf8')).toContain(
      'runAsUser: 65532',
    );
  });
});

describe('what the image holds', () => {
  test('programs, what they need, and no dev dependency', () => {
    expect(readdirSync(join(image, 'app')).sort()).toEqual([
      'LICENSE',
      'bin',
      'crds',
      'dist',
      'node_modules',
      'package.json',
      'sbom.cdx.json',
    ]);
    const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { dev?: boolean; optional?: boolean }>;
    };
    const there = (wanted: (one: { dev?: boolean; optional?: boolean }) => boolean) =>
      Object.entries(packages)
        .filter(([path, one]) => path !== '' && wanted(one) && existsSync(join(image, 'app', path)))
        .map(([path]) => path);
    expect(there(({ dev, optional }) => dev === true || optional === true)).toEqual([]);
    expect(there(() => true).length).toBeGreaterThan(20);
  });

  test('no sources, no tests, nothing that only makes other files', () => {
    const files = readdirSync(join(image, 'app', 'dist'), { recursive: true, encoding: 'utf8' });
    expect(files.filter((file) => /\.(?:ts|map|hbs)$/.test(file))).toEqual([]);
    expect(files.filter((file) => /generate-crds|precompile|cli\/docs/.test(file))).toEqual([]);
  });

  test('a bill of materials that names every package', () => {
    const { bomFormat, components } = JSON.parse(
      readFileSync(join(image, 'app', 'sbom.cdx.json'), 'utf8'),
    ) as {
      bomFormat: string;
      components: { name: string; version: string }[];
    };
    expect(bomFormat).toBe('CycloneDX');
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const named = new Map(components.map(({ name, version }) => [name, version]));
    for (const [name, version] of Object.entries(dependencies)) expect(named.get(name), name).toBe(version);
    expect(named.has('vitest')).toBe(false);
  });
});

describe('in a Pod', () => {
  test('nothing but one folder can be written to, and there is no user and no right', async () => {
    const probe = `
      const fs = require('node:fs');
      const wrote = (path) => { try { fs.writeFileSync(path, ''); return 'written'; } catch (error) { return error.code; } };
      const status = fs.readFileSync('/proc/self/status', 'utf8');
      const field = (name) => status.split(name + ':')[1].trim().split('\\n')[0];
      console.log(JSON.stringify({
        image: wrote(process.env.IMAGE + '/app/x'), root: wrote('/x'), tmp: wrote(process.env.TMPDIR + '/x'),
        capabilities: field('CapBnd'), effective: field('CapEff'), newPrivileges: field('NoNewPrivs'),
      }));`;
    const child = inPod(['-e', probe]);
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    await new Promise((done) => child.once('close', done));
    expect(JSON.parse(stdout)).toEqual({
      image: 'EROFS',
      root: 'EROFS',
      tmp: 'written',
      capabilities: '0000000000000000',
      effective: '0000000000000000',
      newPrivileges: '1',
    });
  });

  test('`appset version` starts at once', async () => {
    let best = Number.POSITIVE_INFINITY;
    for (let run = 0; run < 15 && best > 150; run++) {
      const { code, stdout, stderr, ms } = await output(['version']);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/^appset \d+\.\d+\.\d+ \(Node 24\./);
      best = Math.min(best, ms);
    }
    expect(best).toBeLessThan(150);
  });

  test('every command loads', async () => {
    const { stdout } = await output(['--help']);
    const commands = [...stdout.matchAll(/^ {2}([a-z-]+) .*$/gm)]
      .map(([, name = '']) => name)
      .filter((name) => name !== 'help');
    expect(commands.length).toBeGreaterThan(5);
    for (const command of commands) {
      const { code, stderr } = await output([command, '--help']);
      expect({ command, code, stderr }).toEqual({ command, code: 0, stderr: '' });
    }
  });

  test('`appset run` works within three seconds, and ends when told to', async () => {
    let best = Number.POSITIVE_INFINITY;
    for (let run = 0; run < 3 && best > 3_000; run++) best = Math.min(best, await startOperator());
    expect(best).toBeLessThan(3_000);
  });

  async function startOperator(): Promise<number> {
    const started = systemClock.monotonic();
    const ports = ['--metrics-addr=127.0.0.1:0', '--probe-addr=127.0.0.1:0', '--webhook-addr=127.0.0.1:0'];
    const child = inPod([APPSET(), 'run', '--sandbox', ...ports]);
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const lines = createInterface({ input: child.stdout });
    let leads: number | undefined;
    for await (const line of lines) {
      if (leads === undefined && line.includes('"msg":"leading"')) {
        leads = systemClock.monotonic() - started;
        child.kill('SIGTERM');
      }
    }
    const code = child.exitCode ?? (await new Promise<number | null>((done) => child.once('exit', done)));
    expect({ code, stderr: stderr.replace(START, '') }).toEqual({ code: 0, stderr: '' });
    return leads ?? Number.POSITIVE_INFINITY;
  }
});

describe('the npm package', () => {
  test('holds the program and nothing else, and runs when installed', async () => {
    for (const name of ['README.md', 'package.json']) copyFileSync(join(ROOT, name), join(built, name));
    const env = { ...process.env, npm_config_prefer_offline: 'true' };
    const { stdout } = await program('npm', ['pack', '--json', '--ignore-scripts'], { cwd: built, env });
    const [packed] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
    const strange = packed.files
      .map(({ path }) => path)
      .filter(
        (path) =>
          !/^(?:dist\/.+\.js|dist\/api\/(?:fields|descriptions)\.json|bin\/appset\.js|crds\/[a-z]+\.yaml|package\.json|README\.md|LICENSE)$/.test(
            path,
          ),
      );
    expect(strange).toEqual([]);
    const target = join(folder, 'packed');
    mkdirSync(target);
    await program('tar', ['-xzf', join(built, packed.filename), '-C', target]);
    const unpacked = join(target, 'package');
    for (const name of ['package-lock.json', '.npmrc']) copyFileSync(join(ROOT, name), join(unpacked, name));
    await program('npm', ['ci', '--omit=dev', '--ignore-scripts'], { cwd: unpacked, env });
    const version = await program(node, [join(unpacked, 'bin', 'appset.js'), 'version'], { cwd: folder });
    expect(version.stdout).toMatch(/^appset \d/);
    const rendered = await program(
      node,
      [
        join(unpacked, 'bin', 'appset.js'),
        'render',
        '-f',
        join(ROOT, 'examples/apps-on-clusters.yaml'),
        '--clusters',
        join(ROOT, 'examples/clusters.yaml'),
        '--repo',
        `https://git.example.com/acme/platform.git=${join(ROOT, 'examples/platform')}`,
        '-o',
        'name',
      ],
      { cwd: folder },
    );
    expect(rendered.stdout).toContain('argocd/web-eu-west-1');
  });
});
