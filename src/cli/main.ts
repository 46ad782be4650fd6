/**
 * The front door of `appset`: finds the command, loads only its file, and turns what it answers or
 * throws into an exit code. Results go to stdout, everything else to stderr.
 */
import { Command, CommanderError } from 'commander';
import { ApiError } from '../api/client.ts';
import { AppsetError } from '../support/errors.ts';
import { fileProblem } from '../support/file-problem.ts';
import { EXIT } from './exit.ts';
import { packageVersion } from './package-version.ts';
import { describeError } from './report-error.ts';
import { colours, printable, stderrStyle } from './terminal.ts';

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
  {
    name: 'plan',
    summary: 'show what a run over live sets would do now, and why not the rest',
    load: () => import('./plan.ts'),
  },
  { name: 'get', summary: 'show sets at a glance', load: () => import('./get.ts') },
  {
    name: 'explain',
    summary: 'tell where an Application comes from, or why there is none',
    load: () => import('./explain.ts'),
  },
  { name: 'approve', summary: 'release what a set holds', load: () => import('./approve.ts') },
  {
    name: 'pause',
    summary: 'stop deletions, or all writes, of a set or of all',
    load: async () => (await import('./pause.ts')).pause,
  },
  {
    name: 'resume',
    summary: 'end a pause',
    load: async () => (await import('./pause.ts')).resume,
  },
  {
    name: 'migrate',
    summary: 'take over the sets of an Argo CD installation',
    load: () => import('./migrate/index.ts'),
  },
  {
    name: 'webhooks',
    summary: 'show the last webhook calls and which sets they reached',
    load: () => import('./webhooks.ts'),
  },
  { name: 'conformance', summary: 'run compatibility cases', load: () => import('./conformance.ts') },
  {
    name: 'schema',
    summary: 'print the JSON Schema of ApplicationSet for editors',
    load: () => import('./schema.ts'),
  },
  {
    name: 'completion',
    summary: 'print what makes a shell complete commands, flags and values',
    load: () => import('./completion.ts'),
  },
  { name: 'version', summary: 'show the version', load: () => import('./version.ts') },
];

/** Runs one command line (without node and script) and sets the process's exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  let code: number = EXIT.ok;
  const finish = (value: number) => {
    code = value;
  };
  // A reader that has seen enough (`| head`) ends the program quietly; a full disk does not.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(code);
      const failure = new AppsetError('APPSET_E0807', `the output cannot be written: ${fileProblem(error)}`);
      if (stream === process.stdout) process.stderr.write(describeError(failure, stderrStyle()));
      process.exit(EXIT.failed);
    });
  }
  try {
    const program = await build(wanted(argv), finish);
    if (argv.length === 0) program.action(() => program.outputHelp());
    await program.parseAsync([...argv], { from: 'user' });
  } catch (thrown) {
    // What no command has words for is still the server's answer, not a defect of ours.
    const error = thrown instanceof ApiError ? refused(thrown) : thrown;
    code = exitCodeOf(error);
    if (!(error instanceof CommanderError)) process.stderr.write(describeError(error, stderrStyle()));
  }
  process.exitCode = code;
}

/** The help of the program and of each command, as `--help` shows it in a pipe; '' is the program. */
export async function helpTexts(): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for (const [path, command] of await allCommands()) {
    let text = '';
    command.configureOutput({
      writeOut: (part) => {
        text += part;
      },
      getOutHelpWidth: () => PIPE_WIDTH,
      getOutHasColors: () => false,
    });
    command.outputHelp();
    texts.set(path, text);
  }
  return texts;
}

/** Every command with all its options, by the words that call it; '' is the program. */
export async function allCommands(): Promise<readonly (readonly [string, Command])[]> {
  const names = COMMANDS.map(({ name }) => name);
  return commandPaths(await build(names, () => {}));
}

/** Every command below one, itself first, by the words that call it: `''`, `plan`, `migrate check`. */
function commandPaths(command: Command, path = ''): readonly (readonly [string, Command])[] {
  const below = command.commands.flatMap((one) =>
    commandPaths(one, path === '' ? one.name() : `${path} ${one.name()}`),
  );
  return [[path, command], ...below];
}

/** Columns of help that does not go to a terminal, as commander has them. */
const PIPE_WIDTH = 80;

/** The commands whose files a command line needs: the one it names, or asks the help of. */
function wanted([first, second]: readonly string[]): readonly string[] {
  return [first === 'help' ? second : first].filter((name) => name !== undefined);
}

async function build(names: readonly string[], finish: (code: number) => void): Promise<Command> {
  const program = new Command('appset')
    .description(
      'Turns Argo CD ApplicationSets into Applications, says beforehand what it will do, and never deletes what it should not.',
    )
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(usageError(text)) })
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .showHelpAfterError('(appset --help lists the commands)')
    .version(packageVersion(), '-V, --version', 'show the version number alone')
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .addHelpText('after', '\nappset COMMAND --help tells the options of a command.');
  for (const entry of COMMANDS) {
    const command = program
      .command(entry.name)
      .description(entry.summary)
      .exitOverride()
      .helpOption('-h, --help', 'show this help')
      .showHelpAfterError(`(appset ${entry.name} --help tells the options)`);
    if (names.includes(entry.name)) (await entry.load()).define(command, finish);
  }
  program
    .command('help')
    .argument('[command...]')
    .description('show the help of a command')
    .exitOverride()
    .action((words: string[]) => {
      const command = commandPaths(program).find(([path]) => path === words.join(' '))?.[1];
      if (command === undefined) program.error(`error: unknown command '${words.join(' ')}'`);
      else command.outputHelp();
    });
  return program;
}

/** A kind of ours that is asked for is missing where Argo CD is not installed. */
function refused(error: ApiError): AppsetError {
  const isKind = /^the server could not find the requested resource/.test(error.message);
  const words = isKind ? `${error.message}: is Argo CD installed in this cluster?` : error.message;
  return new AppsetError('APPSET_E0601', words, { cause: error });
}

/** What commander found wrong, in the words and colours of our own errors. */
function usageError(text: string): string {
  const [, message] = /^error: ([\s\S]*)$/.exec(text) ?? [];
  if (message === undefined) return text;
  return `${colours(stderrStyle()).red('Error APPSET_E0801:')} ${printable(message)}`;
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof AppsetError) {
    if (error.kind === 'usage') return EXIT.usage;
    if (error.kind === 'source' || error.kind === 'api') return EXIT.unreadable;
  }
  return EXIT.failed;
}
