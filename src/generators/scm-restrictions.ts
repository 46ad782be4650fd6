/**
 * What the operator's settings forbid generators that ask providers of source code (spec controller §9.1,
 * §9.2): providers switched off, addresses that are not on the list, tokens out of Secrets that are not
 * labelled for it. Decided on the spec as it is after interpolation, before anything is asked.
 */
import { SCM_CREDENTIALS_TYPE, SECRET_TYPE_LABEL } from '../api/names.ts';
import type { JsonObject } from '../api/objects.ts';
import { AppsetError } from '../support/errors.ts';
import { isJsonObject } from '../support/json.ts';
import type { GenerationRun, ScmRestrictions } from './contract.ts';

/** No restriction: the reference's defaults for one namespace. */
export const UNRESTRICTED: ScmRestrictions = {
  allowed: [],
  enabled: true,
  strictTokens: false,
  listNeeded: false,
};

interface Provider {
  /** the field of the generator that holds it */
  readonly block: string;
  /** it has an address of its own to choose */
  readonly hasApi: boolean;
  /** fields its token may come from, the first that is set counts: path to the reference, words of the reference */
  readonly tokens: readonly (readonly [path: readonly string[], words: string])[];
  /** with this field no token is read */
  readonly instead?: string;
}

const BASIC_OR_BEARER: Provider['tokens'] = [
  [['bearerToken', 'tokenRef'], 'error fetching Secret Bearer token: '],
  [['basicAuth', 'passwordRef'], 'error fetching Secret token: '],
];
const token = (field: string, words: string): Provider['tokens'] => [[[field], words]];
const PULL_REQUEST_TOKEN = token('tokenRef', 'error fetching Secret token: ');

/** Providers of each generator in the order in which the first one that is set counts. */
const PROVIDERS: Readonly<Record<string, readonly Provider[]>> = {
  scmProvider: [
    {
      block: 'github',
      hasApi: true,
      tokens: token('tokenRef', 'scm provider: error fetching Github token: '),
      instead: 'appSecretName',
    },
    { block: 'gitlab', hasApi: true, tokens: token('tokenRef', 'error fetching Gitlab token: ') },
    { block: 'gitea', hasApi: true, tokens: token('tokenRef', 'error fetching Gitea token: ') },
    { block: 'bitbucketServer', hasApi: true, tokens: BASIC_OR_BEARER },
    {
      block: 'azureDevOps',
      hasApi: true,
      tokens: token('accessTokenRef', 'error fetching Azure Devops access token: '),
    },
    {
      block: 'bitbucket',
      hasApi: false,
      tokens: token('appPasswordRef', 'error fetching Bitbucket cloud appPassword: '),
    },
    { block: 'awsCodeCommit', hasApi: false, tokens: [] },
  ],
  pullRequest: [
    { block: 'github', hasApi: true, tokens: PULL_REQUEST_TOKEN, instead: 'appSecretName' },
    { block: 'gitlab', hasApi: true, tokens: PULL_REQUEST_TOKEN },
    { block: 'gitea', hasApi: true, tokens: PULL_REQUEST_TOKEN },
    { block: 'bitbucketServer', hasApi: true, tokens: BASIC_OR_BEARER },
    { block: 'bitbucket', hasApi: true, tokens: BASIC_OR_BEARER },
    { block: 'azuredevops', hasApi: true, tokens: PULL_REQUEST_TOKEN },
  ],
};

/** What the reference puts before every error of a generator's provider. */
const PREFIX: Readonly<Record<string, string>> = {
  pullRequest: 'failed to select pull request service provider: ',
};

const block = (spec: JsonObject, field: string): JsonObject | undefined => {
  const value = Object.hasOwn(spec, field) ? spec[field] : undefined;
  return isJsonObject(value) ? value : undefined;
};

const textOf = (spec: JsonObject, field: string): string => {
  const value = Object.hasOwn(spec, field) ? spec[field] : undefined;
  return typeof value === 'string' ? value : '';
};

/** The provider that counts, with its part of the spec. */
function providerOf(field: string, spec: JsonObject): (Provider & { readonly spec: JsonObject }) | undefined {
  for (const provider of PROVIDERS[field] ?? []) {
    const own = block(spec, provider.block);
    if (own !== undefined) return { ...provider, spec: own };
  }
  return undefined;
}

/**
 * Why the settings do not let a generator ask its provider; undefined when they do, and for generators
 * that ask none.
 *
 * @param field the field of the entry: `scmProvider`, `pullRequest`, …
 */
export function providerRefusal(
  field: string,
  spec: JsonObject,
  { allowed, enabled, listNeeded }: ScmRestrictions,
): AppsetError | undefined {
  if (PROVIDERS[field] === undefined) return undefined;
  const refused = (why: string) => new AppsetError('APPSET_E0206', `${PREFIX[field] ?? ''}${why}`);
  if (!enabled) return refused('scm providers are disabled');
  if (listNeeded) {
    return refused(
      'scm provider not allowed: sets of several namespaces are looked after, and no list says which providers they may ask',
    );
  }
  const provider = providerOf(field, spec);
  const api = provider?.hasApi === true ? textOf(provider.spec, 'api') : '';
  if (allowed.length === 0 || api === '' || allowed.includes(api)) return undefined;
  return refused(
    `scm provider not allowed: scm provider "${api}" not allowed, must use one of the following: ${allowed.join(', ')}`,
  );
}

/** The Secret a generator takes its token from, and the reference's words when it cannot. */
export interface TokenReference {
  /** in the namespace of the set */
  readonly secretName: string;
  readonly words: string;
}

/** Where the token of a generator comes from; undefined when it names no Secret for one. */
export function tokenReference(field: string, spec: JsonObject): TokenReference | undefined {
  const provider = providerOf(field, spec);
  if (provider === undefined) return undefined;
  if (provider.instead !== undefined && textOf(provider.spec, provider.instead) !== '') return undefined;
  for (const [path, words] of provider.tokens) {
    if (path.length > 1 && block(provider.spec, path[0] ?? '') === undefined) continue;
    const reference = path.reduce<JsonObject | undefined>(
      (spec, field) => spec && block(spec, field),
      provider.spec,
    );
    if (reference === undefined) return undefined;
    return { secretName: textOf(reference, 'secretName'), words: `${PREFIX[field] ?? ''}${words}` };
  }
  return undefined;
}

/**
 * Refuses what the settings forbid. A Secret is looked at in strict mode alone, and only its labels.
 *
 * @throws AppsetError APPSET_E0206 for a provider, APPSET_E0207 for a Secret, APPSET_E0601 when its labels cannot be read
 */
export async function checkRestrictions(field: string, spec: JsonObject, run: GenerationRun): Promise<void> {
  const { settings, setNamespace } = run.context;
  const refusal = providerRefusal(field, spec, settings.scm);
  if (refusal !== undefined) throw refusal;
  const reference = settings.scm.strictTokens ? tokenReference(field, spec) : undefined;
  if (reference === undefined) return;
  const { secretName, words } = reference;
  const name = `${setNamespace}/${secretName}`;
  const labels = await run.secretLabels(secretName);
  if (!labels.known) throw labels.error.prefixed(words);
  if (labels.value === null) {
    throw new AppsetError(
      'APPSET_E0207',
      `${words}error fetching secret ${name}: secrets "${secretName}" not found`,
    );
  }
  if (labels.value[SECRET_TYPE_LABEL] !== SCM_CREDENTIALS_TYPE) {
    throw new AppsetError(
      'APPSET_E0207',
      `${words}secret ${name} is not a valid SCM creds secret: secret must have label "${SECRET_TYPE_LABEL}"="${SCM_CREDENTIALS_TYPE}"`,
    );
  }
}
