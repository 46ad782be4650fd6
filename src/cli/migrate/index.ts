/** `appset migrate`: taking over an installation of Argo CD; one file a subcommand. */
import type { Command } from 'commander';
import type { CommandModule } from '../main.ts';
import { accept } from './accept.ts';
import { check } from './check.ts';

interface Subcommand extends CommandModule {
  readonly name: string;
  readonly summary: string;
}

const SUBCOMMANDS: readonly Subcommand[] = [check, accept];

export function define(command: Command, finish: (code: number) => void): void {
  for (const { name, summary, define: defineOne } of SUBCOMMANDS) {
    const subcommand = command
      .command(name)
      .description(summary)
      .helpOption('-h, --help', 'show this help')
      .showHelpAfterError(`(appset migrate ${name} --help tells the options)`);
    defineOne(subcommand, finish);
  }
  command.helpCommand(false);
}
