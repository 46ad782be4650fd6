/** `appset version`: the version of the program, of Node and of the reference it is compatible with. */
import type { Command } from 'commander';
import { oneOf } from './options.ts';
import { packageVersion } from './package-version.ts';

const FORMATS = ['text', 'json'] as const;

export function define(command: Command): void {
  command
    .option('-o, --output <format>', `one of ${FORMATS.join(', ')}`, oneOf('--output', FORMATS), 'text')
    .action((options: { readonly output: (typeof FORMATS)[number] }) => {
      const version = {
        apiVersion: 'appset-operator.io/v1',
        kind: 'Version',
        appset: packageVersion(),
        node: process.versions.node,
        reference: 'Argo CD 3.6',
      };
      process.stdout.write(
        options.output === 'json'
          ? `${JSON.stringify(version, null, 2)}\n`
          : `appset ${version.appset} (Node ${version.node}; compatible with the ApplicationSet controller of ${version.reference})\n`,
      );
    });
}
