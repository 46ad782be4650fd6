#!/usr/bin/env node
/**
 * The `appset` command. Runs `src` in a checkout and `dist` in a package, under a Node that can:
 * where the Node that started it is too old, it starts itself again under the Node that the
 * project pins (optionalDependencies), and says what is needed where there is none.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [major, minor] = process.versions.node.split('.').map(Number);

if (major > 22 || (major === 22 && minor >= 19)) {
  const source = join(root, 'src', 'cli', 'main.ts');
  const isCheckout = existsSync(source);
  // Taking the types out costs more than most commands: what was made of a file is kept by its content.
  if (isCheckout) module.enableCompileCache?.(join(root, 'node_modules', '.cache', 'appset'));
  const { main } = await import(isCheckout ? source : join(root, 'dist', 'cli', 'main.js'));
  await main(process.argv.slice(2));
} else {
  const pinned = pinnedNode();
  if (pinned === undefined) {
    process.stderr.write(
      `appset needs Node 22.19 or newer; this is Node ${process.versions.node}. Install a newer Node, or run it from a checkout on Linux (x64, arm64) after npm ci.\n`,
    );
    process.exit(2);
  }
  const child = spawn(pinned, process.argv.slice(1), { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = signal === null ? (code ?? 1) : 130;
  });
}

function pinnedNode() {
  try {
    const require = createRequire(import.meta.url);
    const folder = dirname(require.resolve(`node-linux-${process.arch}/package.json`));
    const file = join(folder, 'bin', 'node');
    return existsSync(file) ? file : undefined;
  } catch {
    return undefined;
  }
}
