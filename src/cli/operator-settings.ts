/**
 * The operator's settings as one table: flag, environment variable, key of Argo CD's own
 * `argocd-cmd-params-cm`, default and meaning. `appset run --help` and docs/configuration.md are made
 * from it. A flag beats the environment, the environment beats the ConfigMap; a value from the last two
 * that cannot be read is warned of and the default taken, a wrong flag is a usage error, and so is a wrong
 * policy from anywhere, as in the reference: its default would allow what somebody meant to forbid.
 */
import type { ServingOptions } from '../controller/serving.ts';
import type { ControllerSettings } from '../controller/settings.ts';
import { allowance } from '../planning/holds/index.ts';
import { parseListenAddress } from '../server/index.ts';
import { AppsetError } from '../support/errors.ts';

type Kind =
  | 'text'
  | 'list'
  | 'switch'
  | 'number'
  | 'duration'
  | 'budget'
  | { readonly oneOf: readonly string[] };

export interface Setting {
  readonly flag: string;
  readonly kind: Kind;
  /** as text; undefined: none */
  readonly default?: string;
  /** after ARGOCD_APPLICATIONSET_CONTROLLER_ */
  readonly env?: string;
  /** of argocd-cmd-params-cm */
  readonly key?: string;
  readonly min?: number;
  readonly max?: number;
  /** a wrong value is a usage error wherever it stands */
  readonly strict?: true;
  readonly meaning: string;
}

/** Argo CD's own settings, a ConfigMap in its namespace. */
export const PARAMS_MAP = 'argocd-cmd-params-cm';

const k = (name: string) => `applicationsetcontroller.${name}`;

export const SETTINGS = [
  {
    flag: 'namespace',
    kind: 'text',
    meaning:
      'control-plane namespace: where Argo CD, its cluster Secrets and projects are (default: that of the context, else argocd)',
  },
  {
    flag: 'applicationset-namespaces',
    kind: 'list',
    env: 'NAMESPACES',
    key: k('namespaces'),
    meaning: 'further namespaces with sets: names, globs, /regular expressions/',
  },
  {
    flag: 'policy',
    kind: { oneOf: ['sync', 'create-only', 'create-update', 'create-delete'] },
    env: 'POLICY',
    key: k('policy'),
    strict: true,
    meaning: 'what may be done to Applications; without it sync',
  },
  {
    flag: 'enable-policy-override',
    kind: 'switch',
    env: 'ENABLE_POLICY_OVERRIDE',
    key: k('enable.policy.override'),
    meaning: "whether a set's own applicationsSync counts (default: unless a policy is set)",
  },
  {
    flag: 'dry-run',
    kind: 'switch',
    default: 'false',
    env: 'DRY_RUN',
    key: k('dryrun'),
    meaning: 'send every write as a dry run',
  },
  {
    flag: 'enable-progressive-syncs',
    kind: 'switch',
    default: 'false',
    env: 'ENABLE_PROGRESSIVE_SYNCS',
    key: k('enable.progressive.syncs'),
    meaning:
      'the reference would roll sets with strategy RollingSync; this version leaves them as they are and says so',
  },
  {
    flag: 'enable-new-git-file-globbing',
    kind: 'switch',
    default: 'false',
    env: 'ENABLE_NEW_GIT_FILE_GLOBBING',
    key: k('enable.new.git.file.globbing'),
    meaning: 'read git file patterns as doublestar does',
  },
  {
    flag: 'enable-scm-providers',
    kind: 'switch',
    default: 'true',
    env: 'ENABLE_SCM_PROVIDERS',
    key: k('enable.scm.providers'),
    meaning: 'whether scmProvider and pullRequest generators may ask anybody',
  },
  {
    flag: 'allowed-scm-providers',
    kind: 'list',
    env: 'ALLOWED_SCM_PROVIDERS',
    key: k('allowed.scm.providers'),
    meaning:
      'API URLs that scmProvider and pullRequest generators may name, to the letter (default: all; with sets in several namespaces none)',
  },
  {
    flag: 'token-ref-strict-mode',
    kind: 'switch',
    default: 'false',
    env: 'TOKENREF_STRICT_MODE',
    key: k('enable.tokenref.strict.mode'),
    meaning:
      'whether Secrets with tokens of such generators must be labelled argocd.argoproj.io/secret-type: scm-creds',
  },
  {
    flag: 'preserved-annotations',
    kind: 'list',
    env: 'GLOBAL_PRESERVED_ANNOTATIONS',
    key: k('global.preserved.annotations'),
    meaning: 'annotations of Applications that are never changed',
  },
  {
    flag: 'preserved-labels',
    kind: 'list',
    env: 'GLOBAL_PRESERVED_LABELS',
    key: k('global.preserved.labels'),
    meaning: 'labels of Applications that are never changed',
  },
  {
    flag: 'concurrent-reconciliations',
    kind: 'number',
    default: '10',
    min: 1,
    env: 'CONCURRENT_RECONCILIATIONS',
    key: k('concurrent.reconciliations.max'),
    meaning: 'sets worked on at once',
  },
  {
    flag: 'concurrent-application-updates',
    kind: 'number',
    default: '10',
    min: 1,
    max: 200,
    env: 'CONCURRENT_APPLICATION_UPDATES',
    meaning: 'writes of Applications in flight at once, per set',
  },
  {
    flag: 'max-resources-status-count',
    kind: 'number',
    default: '5000',
    min: 0,
    env: 'MAX_RESOURCES_STATUS_COUNT',
    key: k('status.max.resources.count'),
    meaning: 'entries of status.resources; 0 for no cap',
  },
  {
    flag: 'requeue-after',
    kind: 'duration',
    default: '3m',
    min: 1,
    max: 31_536_000,
    env: 'REQUEUE_AFTER',
    key: k('requeue.after'),
    meaning: 'how often git generators look again when a set does not say',
  },
  {
    flag: 'loglevel',
    kind: { oneOf: ['debug', 'info', 'warn', 'error'] },
    default: 'info',
    env: 'LOGLEVEL',
    key: k('log.level'),
    meaning: 'least level of log lines',
  },
  {
    flag: 'debug',
    kind: 'switch',
    default: 'false',
    env: 'DEBUG',
    key: k('debug'),
    meaning: 'log level debug',
  },
  {
    flag: 'adopt',
    kind: { oneOf: ['always', 'match', 'never'] },
    default: 'match',
    meaning:
      'what happens to an ownerless Application of a generated name: taken over always, when it is equal, or never',
  },
  {
    flag: 'allowed-projects',
    kind: 'list',
    meaning: 'projects generated Applications may use (default: all)',
  },
  {
    flag: 'cluster-settle',
    kind: 'duration',
    default: '60s',
    min: 0,
    max: 86_400,
    meaning:
      'how long an Application must have been gone from its sources, and a cluster from Argo CD, before it counts',
  },
  {
    flag: 'max-deletions-total',
    kind: 'budget',
    meaning:
      'deletions over all sets in 10 minutes, as a number or percent of all Applications (default: the larger of 50 and 20%)',
  },
  {
    flag: 'git-timeout',
    kind: 'duration',
    default: '60s',
    min: 1,
    max: 3_600,
    meaning: 'how long one call of git may take',
  },
  {
    flag: 'metrics-addr',
    kind: 'text',
    default: ':8080',
    meaning: 'where /metrics is served, host:port; 0 for nowhere',
  },
  {
    flag: 'probe-addr',
    kind: 'text',
    default: ':8081',
    meaning: 'where /healthz and /readyz are served; 0 for nowhere',
  },
  {
    flag: 'webhook-addr',
    kind: 'text',
    default: ':7000',
    meaning: 'where webhooks are taken, at /api/webhook; 0 for nowhere',
  },
  {
    flag: 'webhook-parallelism-limit',
    kind: 'number',
    default: '50',
    min: 1,
    max: 1_000,
    env: 'WEBHOOK_PARALLELISM_LIMIT',
    key: k('webhook.parallelism.limit'),
    meaning: 'webhook calls matched at once',
  },
  {
    flag: 'metrics-applicationset-labels',
    kind: 'list',
    meaning: 'labels of sets shown as the metric argocd_appset_labels',
  },
  {
    flag: 'notify-url-file',
    kind: 'text',
    meaning:
      'file that holds the URL notifications of held deletions and failed sources are posted to; without it none are sent',
  },
  {
    flag: 'notify-format',
    kind: { oneOf: ['slack', 'plain'] },
    default: 'slack',
    meaning: 'form of notifications: what Slack takes, or plain JSON',
  },
  {
    flag: 'compat',
    kind: { oneOf: ['argocd'] },
    meaning: 'behave exactly as the reference, failures included',
  },
] as const satisfies readonly Setting[];

export type SettingFlag = (typeof SETTINGS)[number]['flag'];

export interface SettingSources {
  /** values of flags as written, by flag name */
  readonly flags: Readonly<Record<string, string | undefined>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** data of argocd-cmd-params-cm; empty when it is not there */
  readonly params: Readonly<Record<string, string>>;
}

export interface SettingValue {
  readonly value: string | undefined;
  readonly from: 'flag' | 'environment' | 'argocd-cmd-params-cm' | 'default';
}

/** Before the names of variables, as the reference has them. */
export const ENV_PREFIX = 'ARGOCD_APPLICATIONSET_CONTROLLER_';

/** Seconds of `90`, `90s`, `3m`, `1h30m`; undefined when it is none. */
export function seconds(text: string): number | undefined {
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text);
  const units: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3_600 };
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== text) return undefined;
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (units[unit ?? ''] ?? 0), 0);
}

/** Why a value is wrong, undefined when it is right. */
function problemOf(setting: Setting, text: string): string | undefined {
  const { kind, min, max } = setting;
  if (typeof kind === 'object')
    return text === '' || kind.oneOf.includes(text) ? undefined : `use one of ${kind.oneOf.join(', ')}`;
  if (kind === 'switch') return /^(?:true|false)$/i.test(text) ? undefined : 'use true or false';
  if (kind === 'text' || kind === 'list') return undefined;
  if (kind === 'budget')
    return allowance(text, 0) === undefined ? 'use a whole number, or a percentage such as 20%' : undefined;
  const value = kind === 'number' ? (/^\d+$/.test(text) ? Number(text) : undefined) : seconds(text);
  if (value === undefined)
    return kind === 'number' ? 'use a whole number' : 'use a duration such as 90s, 3m or 1h30m';
  if ((min !== undefined && value < min) || (max !== undefined && value > max))
    return `use a value ${min === undefined ? '' : `from ${min}`}${max === undefined ? ' upward' : ` to ${max}`}`;
  return undefined;
}

/**
 * The value of every setting and where it comes from.
 *
 * @param warn told of values of the environment and the ConfigMap that are passed over
 * @throws AppsetError APPSET_E0801 for a wrong flag, and a wrong policy
 */
export function resolveSettings(
  sources: SettingSources,
  warn: (problem: string) => void,
): Readonly<Record<SettingFlag, SettingValue>> {
  const resolve = (setting: Setting): SettingValue => {
    const flag = sources.flags[setting.flag];
    if (flag !== undefined) {
      const problem = problemOf(setting, flag);
      if (problem !== undefined)
        throw new AppsetError('APPSET_E0801', `--${setting.flag} ${flag}: ${problem}`);
      return { value: flag, from: 'flag' };
    }
    const name = setting.env === undefined ? undefined : `${ENV_PREFIX}${setting.env}`;
    const candidates = [
      { from: 'environment', name, value: name === undefined ? undefined : sources.env[name]?.trim() },
      {
        from: 'argocd-cmd-params-cm',
        name: setting.key,
        value: setting.key === undefined ? undefined : sources.params[setting.key]?.trim(),
      },
    ] as const;
    for (const { from, name: source, value } of candidates) {
      if (value === undefined || value === '') continue;
      const problem = problemOf(setting, value);
      if (problem === undefined) return { value, from };
      if (setting.strict === true)
        throw new AppsetError('APPSET_E0801', `${from} ${source}=${value}: ${problem}`);
      warn(`${from} ${source}=${value} is passed over: ${problem}`);
    }
    return { value: setting.default, from: 'default' };
  };
  return Object.fromEntries(SETTINGS.map((setting) => [setting.flag, resolve(setting)])) as Record<
    SettingFlag,
    SettingValue
  >;
}

/** The items of a list, as flags have it. */
export const listOf = (text: string | undefined): string[] =>
  (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/**
 * What is served where, and how. With a sandbox what was not asked for is served at free ports of the
 * loopback interface, so that nothing collides.
 *
 * @throws AppsetError APPSET_E1004 for an address that is none
 */
export function servingSettingsOf(
  values: Readonly<Record<SettingFlag, SettingValue>>,
  isSandbox: boolean,
): Pick<ServingOptions, 'metrics' | 'probes' | 'webhooks' | 'webhookWorkers' | 'setLabels'> {
  const address = (flag: 'metrics-addr' | 'probe-addr' | 'webhook-addr') => {
    const { value = '', from } = values[flag];
    return parseListenAddress(isSandbox && from === 'default' ? '127.0.0.1:0' : value);
  };
  return {
    metrics: address('metrics-addr'),
    probes: address('probe-addr'),
    webhooks: address('webhook-addr'),
    webhookWorkers: Number(values['webhook-parallelism-limit'].value),
    setLabels: listOf(values['metrics-applicationset-labels'].value),
  };
}

/** The controller's settings out of resolved values. */
export function controllerSettingsOf(
  values: Readonly<Record<SettingFlag, SettingValue>>,
  contextNamespace: string | undefined,
): Partial<ControllerSettings> {
  const text = (flag: SettingFlag) => values[flag].value;
  const isOn = (flag: SettingFlag) => /^true$/i.test(text(flag) ?? '');
  const policy = (text('policy') ?? '') as ControllerSettings['policy'];
  const compat = text('compat') === 'argocd';
  const projects = listOf(text('allowed-projects'));
  const providers = listOf(text('allowed-scm-providers'));
  const namespaces = listOf(text('applicationset-namespaces'));
  const controllerNamespace = text('namespace') ?? contextNamespace ?? 'argocd';
  return {
    compat,
    controllerNamespace,
    namespaces,
    policy,
    policyOverride:
      values['enable-policy-override'].value === undefined ? policy === '' : isOn('enable-policy-override'),
    preservedAnnotations: listOf(text('preserved-annotations')),
    preservedLabels: listOf(text('preserved-labels')),
    dryRun: isOn('dry-run'),
    maxResourcesStatusCount: Number(text('max-resources-status-count')),
    progressiveSyncs: isOn('enable-progressive-syncs'),
    newGitFileGlobbing: isOn('enable-new-git-file-globbing'),
    requeueAfterSeconds: seconds(text('requeue-after') ?? '') ?? 180,
    concurrentApplicationUpdates:
      compat && values['concurrent-application-updates'].from === 'default'
        ? 1
        : Number(text('concurrent-application-updates')),
    adopt: (text('adopt') ?? 'match') as ControllerSettings['adopt'],
    clusterSettleSeconds: seconds(text('cluster-settle') ?? '') ?? 60,
    maxDeletionsTotal: text('max-deletions-total'),
    allowedProjects: projects.length === 0 ? undefined : projects,
    scm: {
      allowed: providers,
      enabled: isOn('enable-scm-providers'),
      strictTokens: isOn('token-ref-strict-mode'),
      listNeeded: providers.length === 0 && namespaces.some((entry) => entry !== controllerNamespace),
    },
  };
}

/**
 * Namespaces whose sets Argo CD's own controller looks after by its ConfigMap, and this one does not because
 * a flag says others: the chart gives the flag where it has to grant rights in each of them.
 */
export function namespacesPassedOver(
  values: Readonly<Record<SettingFlag, SettingValue>>,
  params: Readonly<Record<string, string>>,
): readonly string[] {
  const { value, from } = values['applicationset-namespaces'];
  if (from !== 'flag') return [];
  const own = new Set([...listOf(value), values.namespace.value]);
  return listOf(params[k('namespaces')]).filter((entry) => !own.has(entry));
}

/**
 * What the settings ask for together and should not: the reference does not start with sets in several
 * namespaces and no list of providers, so nor does compat mode; else such generators are refused.
 *
 * @returns a warning
 * @throws AppsetError APPSET_E0801 in compat mode
 */
export function scmListProblem({
  compat,
  scm,
}: Pick<ControllerSettings, 'compat' | 'scm'>): string | undefined {
  if (!scm.enabled || !scm.listNeeded) return undefined;
  const why =
    'sets of several namespaces are looked after and --allowed-scm-providers names no provider: name those they may ask, or give --enable-scm-providers=false';
  if (compat) throw new AppsetError('APPSET_E0801', why);
  return why;
}
