/**
 * How Argo CD's own ApplicationSet controller is set up, and what becomes of each setting here: read,
 * passed over, not needed, or not seen because it stands on that controller's Deployment only.
 */
import { isNotFound, type ObjectClient, RESOURCES } from '../../api/client.ts';
import type { Json, JsonObject, KubeObject } from '../../api/objects.ts';
import { listAll } from '../../controller/live-view.ts';
import { messageOf } from '../../support/errors.ts';
import { isJsonObject } from '../../support/json.ts';
import {
  ENV_PREFIX,
  listOf,
  PARAMS_MAP,
  SETTINGS,
  type SettingFlag,
  type SettingValue,
  seconds,
} from '../operator-settings.ts';

/** What becomes of a setting. */
export interface TheirSetting {
  /** key of the ConfigMap, flag or variable */
  readonly name: string;
  readonly value: string;
  readonly from: string;
  /** read: counts here too · invalid: the default is used · unneeded: nothing here depends on it · unseen: give it to this operator as well · unsupported: cannot be had here · unknown: no setting of the reference either */
  readonly fate: 'read' | 'invalid' | 'unneeded' | 'unseen' | 'unsupported' | 'unknown';
  readonly text: string;
  /** what is generated, written or deleted depends on it, and here it is another */
  readonly matters: boolean;
}

const PREFIX = 'applicationsetcontroller.';
const CONTROLLER_LABEL = 'app.kubernetes.io/name=argocd-applicationset-controller';
/** Where things are, and are served, is the chart's to say. */
const PLACES: ReadonlySet<string> = new Set<SettingFlag>([
  'namespace',
  'metrics-addr',
  'probe-addr',
  'webhook-addr',
]);
/** What Applications come to depends on these. */
const MATTERS: ReadonlySet<string> = new Set<SettingFlag>([
  'applicationset-namespaces',
  'policy',
  'enable-policy-override',
  'dry-run',
  'enable-progressive-syncs',
  'enable-new-git-file-globbing',
  'enable-scm-providers',
  'allowed-scm-providers',
  'token-ref-strict-mode',
  'preserved-annotations',
  'preserved-labels',
]);

const NO_REPO_SERVER = 'git is read without the repo-server';
const OWN_PACE = 'the client paces itself by what the API server answers';
const NO_SCM = 'no generator of this version asks such a provider';

/** Settings of the reference that are none here: key without its prefix → why. */
const UNNEEDED: Readonly<Record<string, string>> = {
  'enable.leader.election': 'a leader is always elected',
  'log.format': 'log lines are JSON',
  'repo.server.plaintext': NO_REPO_SERVER,
  'repo.server.strict.tls': NO_REPO_SERVER,
  'repo.server.ca.cert.path': NO_REPO_SERVER,
  'repo.server.client.cert.path': NO_REPO_SERVER,
  'repo.server.client.cert.key.path': NO_REPO_SERVER,
  'repo.server.timeout.seconds': `${NO_REPO_SERVER}; --git-timeout is the time one call may take`,
  'k8s.client.qps': OWN_PACE,
  'k8s.client.burst': OWN_PACE,
  'k8s.client.max.idle.connections': OWN_PACE,
  'k8s.tcp.timeout': OWN_PACE,
  'k8s.tcp.keepalive': OWN_PACE,
  'k8s.tcp.idle.timeout': OWN_PACE,
  'k8s.tls.handshake.timeout': OWN_PACE,
  'grpc.enable.txt.service.config': NO_REPO_SERVER,
  'profile.enabled': 'there is no profiler to switch on',
  'enable.github.api.metrics': NO_SCM,
};
const UNSUPPORTED: Readonly<Record<string, string>> = {
  'enable.git.submodule': 'submodules are never read',
  'scm.root.ca.path': NO_SCM,
};
/** Flags of the reference that matter and are none here. */
const UNSUPPORTED_FLAGS: Readonly<Record<string, string>> = {
  'scm-root-ca-path': NO_SCM,
  'scm-proxy-url': NO_SCM,
  'scm-no-proxy': NO_SCM,
};

const settingOfKey = (key: string) => SETTINGS.find((setting) => 'key' in setting && setting.key === key);

/** The keys of argocd-cmd-params-cm that are this controller's. @param values as this operator resolves them */
export function paramsOf(
  params: Readonly<Record<string, string>>,
  values: Readonly<Record<SettingFlag, SettingValue>>,
): readonly TheirSetting[] {
  return Object.entries(params)
    .filter(([key]) => key.startsWith(PREFIX))
    .map(([name, value]) => ({
      name,
      value,
      from: PARAMS_MAP,
      ...fateOfKey(name, value, values),
      matters: false,
    }));
}

function fateOfKey(
  key: string,
  value: string,
  values: Readonly<Record<SettingFlag, SettingValue>>,
): Pick<TheirSetting, 'fate' | 'text'> {
  const setting = settingOfKey(key);
  const bare = key.slice(PREFIX.length);
  if (setting === undefined) {
    const unneeded = UNNEEDED[bare];
    if (unneeded !== undefined) return { fate: 'unneeded', text: unneeded };
    const unsupported = UNSUPPORTED[bare];
    if (unsupported !== undefined) return { fate: 'unsupported', text: unsupported };
    return { fate: 'unknown', text: 'no such setting is known' };
  }
  const taken = values[setting.flag];
  if (value.trim() === '') return { fate: 'unneeded', text: 'it is empty: the default counts' };
  if (taken.from === 'flag') return { fate: 'unneeded', text: `--${setting.flag} counts instead` };
  if (taken.from === PARAMS_MAP) return { fate: 'read', text: `read as --${setting.flag}` };
  return { fate: 'invalid', text: `it cannot be read: ${setting.flag} is ${taken.value ?? 'not set'}` };
}

/** What the Deployment, or else a Pod, of that controller gives to it by itself. */
export interface TheirOwn {
  /** `Deployment argocd/argocd-applicationset-controller`; undefined when none was found */
  readonly where: string | undefined;
  /** as flags, by name: arguments, and variables with a value written in place */
  readonly flags: Readonly<Record<string, string>>;
  /** why it could not be looked at */
  readonly problem?: string;
}

export async function readTheirOwn(client: ObjectClient, namespace: string): Promise<TheirOwn> {
  try {
    for (const type of [RESOURCES.deployments, RESOURCES.pods]) {
      const [object] = await listAll(client, type, { namespace, labelSelector: CONTROLLER_LABEL });
      if (object !== undefined)
        return { where: `${type.kind} ${namespace}/${object.metadata.name}`, flags: flagsIn(object) };
    }
  } catch (error) {
    if (!isNotFound(error)) return { where: undefined, flags: {}, problem: messageOf(error) };
  }
  return { where: undefined, flags: {} };
}

const objectsIn = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter(isJsonObject) : [];
const textsIn = (value: Json | undefined): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

/** Flags of the controller's container: of its arguments, else of its variables. */
function flagsIn({ kind, spec }: KubeObject): Readonly<Record<string, string>> {
  const template = kind === 'Deployment' && isJsonObject(spec?.template) ? spec.template.spec : spec;
  const containers = objectsIn(isJsonObject(template) ? template.containers : undefined);
  const named = containers.find(({ name }) => String(name).includes('applicationset-controller'));
  const container = named ?? containers[0] ?? {};
  return {
    ...variablesOf(objectsIn(container.env)),
    ...argumentsOf([...textsIn(container.command), ...textsIn(container.args)]),
  };
}

/** `--a=1 --b 2 --c` → a: 1, b: 2, c: true. A switch takes no word that follows it, as in Go. */
export function argumentsOf(words: readonly string[]): Record<string, string> {
  const flags: Record<string, string> = {};
  for (const [index, word] of words.entries()) {
    const [, flag, inline] = /^--([a-z][a-z0-9-]*)(?:=(.*))?$/s.exec(word) ?? [];
    if (flag === undefined) continue;
    const next = words[index + 1];
    const alone = kindOf(flag) === 'switch' || next === undefined || next.startsWith('-');
    flags[flag] = inline ?? (alone ? 'true' : next);
  }
  return flags;
}

const kindOf = (flag: string) => SETTINGS.find((setting) => setting.flag === flag)?.kind;

/** Whether two texts say the same of a setting. */
function isSame(flag: string, theirs: string, mine: string | undefined): boolean {
  const kind = kindOf(flag);
  const form = (text: string | undefined) => {
    if (flag === 'policy') return text ?? 'sync';
    if (kind === 'duration') return seconds(text ?? '');
    if (kind === 'switch') return /^true$/i.test(text ?? '');
    if (kind === 'list') return listOf(text).join();
    return text ?? '';
  };
  return form(theirs) === form(mine);
}

function variablesOf(env: readonly JsonObject[]): Record<string, string> {
  const flags: Record<string, string> = {};
  for (const { name, value } of env) {
    if (typeof name !== 'string' || typeof value !== 'string' || value === '') continue;
    const setting = SETTINGS.find((one) => 'env' in one && `${ENV_PREFIX}${one.env}` === name);
    if (setting !== undefined) flags[setting.flag] = value;
  }
  return flags;
}

/** What that controller is given by itself and this operator is not. */
export function unseenOf(
  { where, flags }: TheirOwn,
  values: Readonly<Record<SettingFlag, SettingValue>>,
): readonly TheirSetting[] {
  const from = where ?? '';
  return Object.entries(flags).flatMap(([flag, value]): readonly TheirSetting[] => {
    const common = { name: `--${flag}`, value, from };
    const unsupported = UNSUPPORTED_FLAGS[flag];
    if (unsupported !== undefined)
      return [{ ...common, fate: 'unsupported', text: unsupported, matters: false }];
    if (!Object.hasOwn(values, flag) || PLACES.has(flag)) return [];
    const mine = values[flag as SettingFlag].value;
    if (isSame(flag, value, mine)) return [];
    const text = `this operator has ${mine ?? 'nothing'}: give it --${flag} ${value}, in the chart settings.${flag}`;
    return [{ ...common, fate: 'unseen', text, matters: MATTERS.has(flag) }];
  });
}
