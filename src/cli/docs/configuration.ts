/** docs/configuration.md: the operator's settings, from the table that also makes `appset run --help`. */
import { ENV_PREFIX, SETTINGS, type Setting } from '../operator-settings.ts';
import { madeFrom, markdownTable, pageOf } from './markdown.ts';

export function configurationPage(): string {
  const settings: readonly Setting[] = SETTINGS;
  return pageOf(
    madeFrom('src/cli/operator-settings.ts'),
    '# Configuration',
    `A flag beats the environment, and the environment beats the ConfigMap \`argocd-cmd-params-cm\` in the
namespace of Argo CD. The variables and keys are those of Argo CD's own controller, so that an installation
keeps its settings. A wrong flag ends the command, and so does a policy that is none, wherever it stands; any
other value of the environment or the ConfigMap that cannot be read is warned of, and the default is used. While
the ConfigMap itself cannot be read, the operator waits, and readiness says why.`,
    `Lists are separated by commas. A duration is written as \`90s\`, \`3m\` or \`1h30m\`. A switch may be written
without a value, which is \`true\`.`,
    markdownTable(
      ['flag of `appset run`', 'value', 'default', 'meaning'],
      settings.map((setting) => [
        `\`--${setting.flag}\``,
        allowed(setting),
        setting.default === undefined ? '' : `\`${setting.default}\``,
        setting.meaning,
      ]),
    ),
    '## In the environment and in argocd-cmd-params-cm',
    markdownTable(
      ['flag', 'variable', 'key'],
      settings
        .filter(({ env, key }) => env !== undefined || key !== undefined)
        .map(({ flag, env, key }) => [
          `\`--${flag}\``,
          env === undefined ? '' : `\`${ENV_PREFIX}${env}\``,
          key === undefined ? '' : `\`${key}\``,
        ]),
    ),
  );
}

function allowed({ kind, min, max }: Setting): string {
  if (typeof kind === 'object') return kind.oneOf.map((value) => `\`${value}\``).join(', ');
  if (kind === 'switch') return '`true`, `false`';
  if (min === undefined) return kind;
  const bounds = max === undefined ? `from ${min}` : `${min} to ${max}`;
  return `${kind}, ${bounds}${kind === 'duration' ? ' seconds' : ''}`;
}
