/** docs/cli.md: the help of every command as the program prints it, and what holds for all of them. */
import { helpTexts } from '../main.ts';
import { madeFrom, markdownTable, pageOf } from './markdown.ts';

const EXIT_CODES: readonly (readonly [string, string])[] = [
  ['130', 'interrupted'],
  ['2', 'wrong usage'],
  ['5', 'a source or the API server could not be read'],
  ['1', 'at least one element or set failed'],
  ['4', 'something would be held'],
  ['3', '`plan --detailed-exitcode` or `migrate check` found changes'],
  ['0', 'all went well'],
];

export async function commandsPage(): Promise<string> {
  const texts = await helpTexts();
  return pageOf(
    madeFrom('the help of the program'),
    '# The `appset` command',
    `Results go to stdout and everything else to stderr. Colours are used on a terminal only, and not where
\`NO_COLOR\` is set. Tables are cut at the width of a terminal, and never in a pipe.`,
    '## Exit codes',
    'Where several apply, the first of this table is taken.',
    markdownTable(['code', 'meaning'], EXIT_CODES),
    '## Facts for commands that work offline',
    `\`--clusters\`, \`--projects\`, \`--repo\` and \`--facts\` say what a cluster and git would. A fact that is not
given is *unknown*, never empty: a generator that needs it is refused (exit code 5), and a check that needs it
is left out, which is said on stderr.`,
    `\`--facts\` takes one JSON object with any of \`clusterSecrets\` (a list of Secrets), \`appProjects\` (a list of
AppProjects) and \`repositories\` (by URL: \`{"revisions": {"main": {"files": {"path": "text"}}}}\`). What it
leaves out is unknown.`,
    '## `render -o json`',
    `One object: \`applications\` (as they would be written), \`failed\` (elements and sets that gave none) and
\`errors\` (sources that could not be read). An entry of the last two has \`set\`, \`code\` and \`message\`, and, where
they are known, \`generator\`, \`element\`, \`field\`, \`file\`, \`line\` and \`column\`.`,
    '## `plan -f`',
    `Sets of files are planned as if they were applied over the live ones, all together: what one hands over to
another moves, and an Application two of them generate is a conflict of both (exit code 1). A folder stands for the
YAML and JSON files in it.`,
    `What is removed is never guessed: a live set that no file has is left out unless \`--prune\` says that the files are
all there are. It then means the live sets of the namespaces the files name, and of the one \`-n\` names;
\`--selector\` narrows that by labels as \`kubectl apply --prune -l\` does, \`--tracked-by\` to what one Application of
Argo CD deploys, whose sync option \`Prune=false\` then counts. Each Application of such a set is told with what
becomes of it: deleted with its workloads or without them, kept, or handed over. Deleting a set is nobody's hold.`,
    `\`-o json\` gives one object: \`plans\`, each with \`set\`, \`file\`, \`create\`, \`update\` (with \`from\` where it is taken
over), \`handOver\`, \`delete\` (with \`workloads\`: \`delete\` or \`keep\`), \`keep\` (\`outcome\` \`kept\`, \`held\` or \`abandoned\`), \`blocked\`, \`unchanged\`, \`waysOut\`,
\`errors\`, \`digest\`, \`heldDigest\` and \`expectDeletions\`; and \`removed\`, each with \`set\`, \`stays\` (why it is not
deleted, or null), \`notes\` and \`applications\` (\`outcome\` \`delete\`, \`keep\` or \`handOver\`; \`workloads\` \`delete\` or
\`keep\`).`,
    '## `migrate check`',
    `Each set is planned twice on the same facts: as this operator would, and in compat mode with the settings of
Argo CD's controller. So every change is told with what that controller would do to the same Application. Its
settings are looked for in \`argocd-cmd-params-cm\` and on its Deployment; what only the Deployment says, this
operator does not know until it is given.`,
    `\`-o json\` gives one object: \`otherController\` (how it shows that it runs, or null), \`settings\` (each with
\`fate\`: \`read\`, \`invalid\`, \`unneeded\`, \`unseen\`, \`unsupported\` or \`unknown\`; \`matters\` where Applications
depend on it), \`remarks\`, and \`sets\`. A set has a \`verdict\` (\`nothing\`, \`changes\`, \`held\`, \`failed\`,
\`unsupported\`, \`unreadable\`, \`outside\`, \`deleting\`), the lists of a plan, each entry with \`reference\` (\`same\`,
\`leaves\`, \`creates\`, \`updates\`, \`deletes\`, \`refuses\`, \`stops\`), \`onlyReference\` (what that controller alone
would change), \`holds\` and \`referenceStopsAt\`.`,
    '## As a plugin of kubectl',
    `kubectl runs \`kubectl-appset\` on the PATH as \`kubectl appset\`. The package installs it beside \`appset\`, the image
has both, and from a checkout a link does: \`ln -s "$PWD/bin/appset.js" ~/.local/bin/kubectl-appset\`. Flags such as
\`--context\` and \`-n\` stand behind the command: \`kubectl appset get -n team-a\`.`,
    '## In a shell',
    `\`appset completion bash\`, \`zsh\` or \`fish\` prints a script that completes commands, flags, files and known values.
It is made from the program and starts nothing. For bash, \`source <(appset completion bash)\` in \`~/.bashrc\`; for zsh the
same with \`zsh\` in \`~/.zshrc\`, after \`compinit\`; for fish,
\`appset completion fish > ~/.config/fish/completions/appset.fish\`.`,
    '## In an editor',
    `\`appset schema\` prints the JSON Schema of ApplicationSet, made from the same source as its
CustomResourceDefinition: fields with what they are for, and misspelt ones marked. Write it to a file beside the sets,
\`appset schema > applicationset.schema.json\`, and name it in the first line of each, which the YAML language server of
VS Code, Neovim, Emacs and others reads:`,
    '```yaml\n# yaml-language-server: $schema=applicationset.schema.json\n```',
    `Or once for all files, in the editor's settings:
\`"yaml.schemas": {"applicationset.schema.json": "appsets/*.yaml"}\`. \`appset schema Application\` and
\`appset schema AppProject\` do the same for those.`,
    ...[...texts].flatMap(([name, text]) => [
      `## ${name === '' ? '`appset`' : `\`appset ${name}\``}`,
      `\`\`\`text\n${text.trimEnd()}\n\`\`\``,
    ]),
  );
}
