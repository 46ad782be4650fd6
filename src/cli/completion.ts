/**
 * `appset completion`: a script that makes a shell complete commands, flags, and values where they are
 * known. Made from the program itself; what it proposes needs no call of `appset`.
 */
import type { Argument, Command, Option } from 'commander';
import { AppsetError } from '../support/errors.ts';
import { EXIT } from './exit.ts';
import { allCommands } from './main.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

export function define(command: Command, finish: (code: number) => void): void {
  command
    .argument('<shell>', `one of ${SHELLS.join(', ')}`)
    .addHelpText(
      'after',
      `
  bash: source <(appset completion bash)          in ~/.bashrc
  zsh:  source <(appset completion zsh)           in ~/.zshrc, after compinit
  fish: appset completion fish > ~/.config/fish/completions/appset.fish`,
    )
    .action(async (name: string) => {
      const shell = SHELLS.find((one) => one === name);
      if (shell === undefined)
        throw new AppsetError('APPSET_E0801', `${name}: use one of ${SHELLS.join(', ')}`);
      process.stdout.write(await completionScript(shell));
      finish(EXIT.ok);
    });
}

interface Flag {
  /** `-o`, `--output` */
  readonly names: readonly string[];
  readonly about: string;
  /** values it may have; undefined: it takes none; 'any', 'file' */
  readonly value: readonly string[] | 'any' | 'file' | undefined;
  /** it may stand alone */
  readonly optional: boolean;
}

interface Word {
  /** `` for the program, `migrate check` */
  readonly path: string;
  readonly about: string;
  readonly flags: readonly Flag[];
  readonly below: readonly { readonly name: string; readonly about: string }[];
  /** values of its first argument, or files */
  readonly argument: readonly string[] | 'file' | undefined;
}

const FILES = /file|dir/i;
const listed = (text: string): readonly string[] | undefined => /^one of (.+)$/.exec(text)?.[1]?.split(', ');

function flagOf({ short, long, flags, description, optional, required }: Option): Flag {
  const placeholder = /[<[]([^>\]]+)[>\]]/.exec(flags)?.[1] ?? '';
  const values = placeholder.includes('|') ? placeholder.split('|') : listed(description);
  const takes = optional || required;
  const value = takes
    ? (values ?? (FILES.test(placeholder) || /-file$/.test(long ?? '') ? 'file' : 'any'))
    : undefined;
  return {
    names: [short, long].filter((name) => name !== undefined),
    about: description.split(/ \(|[;:]/, 1)[0] ?? '',
    value,
    optional: optional === true,
  };
}

async function words(): Promise<readonly Word[]> {
  const all = await allCommands();
  const names = all.map(([path]) => path).filter((path) => path !== '' && !path.includes(' '));
  return all.map(([path, command]) => {
    const help = command.createHelp();
    const [first] = command.registeredArguments;
    return {
      path,
      about: command.description(),
      flags: help.visibleOptions(command).map(flagOf),
      below: command.commands.map((one) => ({ name: one.name(), about: one.description() })),
      argument: argumentOf(path, first, names),
    };
  });
}

/** Values of the first argument of a command: names of commands, files, or what its description lists. */
function argumentOf(path: string, first: Argument | undefined, names: readonly string[]): Word['argument'] {
  if (path === 'help') return names;
  if (first === undefined) return undefined;
  return FILES.test(first.name()) ? 'file' : listed(first.description);
}

/** The script for a shell, with the commands there are. */
export async function completionScript(shell: Shell): Promise<string> {
  const all = await words();
  switch (shell) {
    case 'bash':
      return bash(all);
    case 'zsh':
      // zsh takes functions written for bash
      return `autoload -U +X bashcompinit && bashcompinit\n${bash(all)}`;
    case 'fish':
      return fish(all);
  }
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const key = (path: string): string => (path === '' ? '' : `/${path.replaceAll(' ', '/')}`);

function bash(all: readonly Word[]): string {
  const paths = all
    .filter(({ path }) => path !== '')
    .map(({ path }) => `    ${key(path)}) path=${key(path)} ;;`);
  const values = all.flatMap(({ path, flags }) =>
    flags
      .filter(({ value, optional }) => value !== undefined && !(optional && value === 'any'))
      .map(({ names, value }) => {
        const patterns = names.map((name) => quoted(`${key(path)} ${name}`)).join('|');
        if (value === 'file') return `    ${patterns}) files=1 ;;`;
        return `    ${patterns}) words=${quoted(Array.isArray(value) ? value.join(' ') : '')} ;;`;
      }),
  );
  const commands = all.map(({ path, flags, below, argument }) => {
    const names = flags.flatMap((flag) => flag.names).join(' ');
    const next = [...below.map(({ name }) => name), ...(Array.isArray(argument) ? argument : [])].join(' ');
    const files = argument === 'file' ? ' files=1' : '';
    return `      ${quoted(key(path))}) if [[ $cur == -* ]]; then words=${quoted(names)}; else words=${quoted(next)}${files}; fi ;;`;
  });
  return `# Completion of appset; made by \`appset completion\`.
_appset() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} path= words= files= i
  if [[ $cur == = ]]; then cur=; fi
  if [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path/\${COMP_WORDS[i]}" in
${paths.join('\n')}
    esac
  done
  case "$path $prev" in
${values.join('\n')}
    *)
      case "$path" in
${commands.join('\n')}
      esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  if [[ -n $files ]]; then COMPREPLY+=($(compgen -f -- "$cur")); fi
}
complete -o bashdefault -F _appset appset kubectl-appset
`;
}

function fish(all: readonly Word[]): string {
  const lines = all.flatMap(({ path, flags, below, argument }) => {
    const steps = path === '' ? [] : path.split(' ');
    const seen = steps.map((step) => `__fish_seen_subcommand_from ${step}`);
    const none =
      below.length === 0
        ? []
        : [`not __fish_seen_subcommand_from ${below.map(({ name }) => name).join(' ')}`];
    const when = (parts: readonly string[]) =>
      parts.length === 0 ? '' : ` -n ${quoted(parts.join('; and '))}`;
    return [
      ...below.map(
        ({ name, about }) =>
          `complete -c appset${when([...seen, ...none])} -f -a ${name} -d ${quoted(about)}`,
      ),
      ...flags.map(({ names, about, value }) => {
        const forms = names.map((name) =>
          name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
        );
        const takes =
          value === undefined
            ? ''
            : value === 'file'
              ? ' -r'
              : ` -x${Array.isArray(value) ? ` -a ${quoted(value.join(' '))}` : ''}`;
        return `complete -c appset${when(seen.length === 0 ? none : seen)} ${forms.join(' ')}${takes} -d ${quoted(about)}`;
      }),
      ...(Array.isArray(argument)
        ? [`complete -c appset${when(seen)} -f -a ${quoted(argument.join(' '))}`]
        : []),
    ];
  });
  return `# Completion of appset; made by \`appset completion\`.\n${lines.join('\n')}\n`;
}
