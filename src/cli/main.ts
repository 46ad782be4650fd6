/**
 * The front door of `appset`: finds the command, loads only its file, and turns what it answers or
 * throws into an exit code. Results go to stdout, everything else to stderr.
 */
import { Command, CommanderError } from 'commander';
import { AppsetError } from '../support/errors.ts';
import { EXIT } from './exit.ts';
import { describeError } from './report-error.ts';
import { colours, stderrStyle } from './terminal.ts';

/** What a command's file exports. */
export interface CommandModule {
  /** Declares options and action; the action stores the exit code with `finish`. */
  define(command: Command, finish: (code: number) => void): void;
}

interface Entry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<CommandModule>;
}

const COMMANDS: readonly Entry[] = [
  {
    name: 'run',
    summary: 'run the operator (--sandbox: with an API server of its own)',
    load: () => import('./run.ts'),
  },
  {
    name: 'demo',
    summary: 'see the main job at work on this machine, without a cluster',
    load: () => import('./demo.ts'),
  },
  {
    name: 'sandbox',
    summary: 'run the in-memory Kubernetes API server alone',
    load: () => import('./sandbox.ts'),
  },
  {
    name: 'render',
    summary: 'show the Applications a set generates, offline',
    load: () => import('./render.ts'),
  },
  { name: 'get', summary: 'show sets at a glance', load: () => import('./get.ts') },
  { name: 'conformance', summary: 'run compatibility cases', load: () => import('./conformance.ts') },
  { name: 'version', summary: 'show the version', load: () => import('./version.ts') },
];

/** Runs one command line (without node and script) and sets the process's exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  let code: number = EXIT.ok;
  const finish = (value: number) => {
    code = value;
  };
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(code);
    throw error;
  });
  try {
    await build(argv[0], finish).then((program) => program.parseAsync([...argv], { from: 'user' }));
  } catch (error) {
    code = exitCodeOf(error);
    if (!(error instanceof CommanderError)) process.stderr.write(describeError(error, stderrStyle()));
  }
  process.exitCode = code;
}

async function build(name: string | undefined, finish: (code: number) => void): Promise<Command> {
  const program = new Command('appset')
    .description(
      'Turns Argo CD ApplicationSets into Applications, says beforehand what it will do, and never deletes what it should not.',
    )
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(colours(stderrStyle()).red(text)) })
    .showHelpAfterError('(appset --help lists the commands)')
    .helpCommand('help [command]', 'show the help of a command')
    .addHelpText('after', '\nappset COMMAND --help tells the options of a command.');
  const asked = name === 'help' ? undefined : name;
  for (const entry of COMMANDS) {
    const command = program
      .command(entry.name)
      .description(entry.summary)
      .exitOverride()
      .showHelpAfterError(`(appset ${entry.name} --help tells the options)`);
    if (asked === undefined || asked === entry.name) {
      if (asked === entry.name || process.argv.includes('help')) (await entry.load()).define(command, finish);
    }
  }
  if (name === undefined) program.action(() => program.outputHelp());
  return program;
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof AppsetError) {
    if (error.kind === 'usage') return EXIT.usage;
    if (error.kind === 'source' || error.kind === 'api') return EXIT.unreadable;
  }
  return EXIT.failed;
}
