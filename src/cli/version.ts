/** `appset version`: the version of the program, of Node and of the reference it is compatible with. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { AppsetError } from '../support/errors.ts';

/** Version of the package this file belongs to. */
export function packageVersion(): string {
  const file = join(import.meta.dirname, '..', '..', 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

export function define(command: Command): void {
  command.option('-o, --output <format>', 'text or json', 'text').action((options: { output: string }) => {
    const version = { appset: packageVersion(), node: process.versions.node, reference: 'Argo CD 3.6' };
    if (options.output === 'json') process.stdout.write(`${JSON.stringify(version, null, 2)}\n`);
    else if (options.output === 'text')
      process.stdout.write(
        `appset ${version.appset} (Node ${version.node}; compatible with the ApplicationSet controller of ${version.reference})\n`,
      );
    else throw new AppsetError('APPSET_E0801', `unknown output format "${options.output}": use text or json`);
  });
}
