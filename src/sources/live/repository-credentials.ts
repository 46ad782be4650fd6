/**
 * Which credentials a repository is read with (spec controller §7.2): the `repository` Secret of its
 * URL and project, completed by the `repo-creds` Secret whose URL is the longest prefix. Values are
 * decoded where they are used and handed to git only.
 */
import { SECRET_TYPE_LABEL } from '../../api/names.ts';
import type { KubeObject } from '../../api/objects.ts';
import { type GitCredentials, normalizeRepositoryUrl, sameRepository } from '../../git/index.ts';
import { apiHost, type GitHubApp } from '../../scm/github-app.ts';
import { AppsetError } from '../../support/errors.ts';
import { secretText } from './objects-view.ts';

/** Fields any of which counts as a credential. */
const CREDENTIAL_FIELDS = [
  'username',
  'password',
  'bearerToken',
  'sshPrivateKey',
  'tlsClientCertData',
  'githubAppPrivateKey',
  'useAzureWorkloadIdentity',
  'azureServicePrincipalClientSecret',
] as const;

/** Fields that are credentials of a kind this program cannot turn into a password. */
const UNSUPPORTED = ['gcpServiceAccountKey', 'azureServicePrincipalClientSecret'] as const;

const STRINGS = [
  'username',
  'password',
  'bearerToken',
  'sshPrivateKey',
  'tlsClientCertData',
  'tlsClientCertKey',
  'githubAppID',
  'githubAppInstallationID',
  'githubAppPrivateKey',
  'githubAppEnterpriseBaseUrl',
  'gcpServiceAccountKey',
  'azureServicePrincipalClientSecret',
  'proxy',
  'noProxy',
] as const;

type Fields = Map<string, string>;

/** What a repository is read with; of an App, what its tokens are asked for with. */
export interface RepositoryAccess extends GitCredentials {
  readonly githubApp?: GitHubApp;
}

/**
 * Credentials for a repository, undefined when none are configured.
 *
 * @param secrets Secrets of the control-plane namespace; others are passed over by their type label
 * @param project '' for credentials that belong to no project only
 * @throws AppsetError APPSET_E0402 when a Secret is malformed or asks for a kind that is not supported
 */
export function repositoryCredentials(
  secrets: readonly KubeObject[],
  url: string,
  project: string,
): RepositoryAccess | undefined {
  const ofType = (type: string) =>
    secrets.filter((secret) => secret.metadata.labels?.[SECRET_TYPE_LABEL] === type);
  const repository = chooseRepository(ofType('repository'), url, project);
  const fields: Fields = new Map();
  if (repository !== undefined) {
    const names = [
      ...STRINGS,
      'insecure',
      'insecureIgnoreHostKey',
      'forceHttpBasicAuth',
      'useAzureWorkloadIdentity',
    ];
    copyFields(repository, names, fields);
  }
  const isTrue = (name: string) => readBoolean(fields.get(name), name, repository ?? undefined);
  const bare = CREDENTIAL_FIELDS.every((name) =>
    name === 'useAzureWorkloadIdentity' ? !isTrue(name) : !fields.get(name),
  );
  if (bare) {
    const template = chooseTemplate(ofType('repo-creds'), url);
    if (template !== undefined) {
      copyFields(
        template,
        STRINGS.filter((name) => !fields.get(name)),
        fields,
      );
      for (const name of ['forceHttpBasicAuth', 'useAzureWorkloadIdentity']) {
        fields.set(name, String(readBoolean(secretText(template, name), name, template)));
      }
    }
  }
  if (fields.size === 0) return undefined;
  for (const name of UNSUPPORTED) {
    if (fields.get(name))
      throw new AppsetError('APPSET_E0402', `${url}: credentials by ${name} are not supported`);
  }
  if (isTrue('useAzureWorkloadIdentity')) {
    throw new AppsetError(
      'APPSET_E0402',
      `${url}: credentials by useAzureWorkloadIdentity are not supported`,
    );
  }
  const text = (field: string, as: keyof GitCredentials) => {
    const value = fields.get(field);
    return value ? { [as]: value } : {};
  };
  const proxy = fields.get('proxy');
  if (proxy !== undefined && /^socks/i.test(proxy) && isSsh(url)) {
    throw new AppsetError('APPSET_E0402', `${url}: a proxy for ssh is not supported`);
  }
  const insecure = isTrue('insecure') || isTrue('insecureIgnoreHostKey');
  const githubApp = githubAppOf(fields, url, insecure);
  return {
    ...(githubApp === undefined ? {} : { githubApp }),
    ...text('username', 'username'),
    ...text('password', 'password'),
    ...text('bearerToken', 'bearerToken'),
    ...text('sshPrivateKey', 'sshPrivateKey'),
    ...text('tlsClientCertData', 'tlsClientCert'),
    ...text('tlsClientCertKey', 'tlsClientKey'),
    ...text('proxy', 'proxy'),
    ...text('noProxy', 'noProxy'),
    ...(insecure ? { insecure: true } : {}),
    ...(isTrue('forceHttpBasicAuth') ? { forceBasicAuth: true } : {}),
  };
}

/** Hosts of APIs that GitHub Apps in these Secrets are of. */
export function appHosts(secrets: readonly KubeObject[]): ReadonlySet<string> {
  const hosts = new Set<string>();
  for (const secret of secrets) {
    const baseUrl = secretText(secret, 'githubAppEnterpriseBaseUrl');
    if (baseUrl) hosts.add(apiHost(baseUrl));
    else if (secretText(secret, 'githubAppPrivateKey')) hosts.add(apiHost(undefined));
  }
  return hosts;
}

const isSsh = (url: string): boolean => /^ssh:\/\//i.test(url) || !url.includes('://');

function githubAppOf(fields: Fields, url: string, insecure: boolean): GitHubApp | undefined {
  const privateKey = fields.get('githubAppPrivateKey');
  if (privateKey === undefined) return undefined;
  const need = (field: string): string => {
    const value = fields.get(field)?.trim() ?? '';
    if (/^[1-9]\d*$/.test(value)) return value;
    const problem = value === '' ? 'is missing' : 'is no number';
    throw new AppsetError('APPSET_E0402', `${url}: ${field} ${problem} beside githubAppPrivateKey`);
  };
  const baseUrl = fields.get('githubAppEnterpriseBaseUrl');
  if (baseUrl !== undefined && !/^https?:\/\/[^/?#@]+/i.test(baseUrl)) {
    throw new AppsetError('APPSET_E0402', `${url}: githubAppEnterpriseBaseUrl is no https or http URL`);
  }
  const proxy = fields.get('proxy');
  return {
    appId: need('githubAppID'),
    installationId: need('githubAppInstallationID'),
    privateKey,
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(insecure ? { insecure } : {}),
    ...(proxy === undefined ? {} : { proxy }),
  };
}

/** Of the Secrets of this URL: the one of the project, else the last one of no project. */
function chooseRepository(
  secrets: readonly KubeObject[],
  url: string,
  project: string,
): KubeObject | undefined {
  const same = secrets.filter((secret) => sameRepository(secretText(secret, 'url') ?? '', url));
  const projectOf = (secret: KubeObject) => secretText(secret, 'project') ?? '';
  return (
    same.find((secret) => projectOf(secret) === project) ??
    same.findLast((secret) => projectOf(secret) === '')
  );
}

/** The Secret whose URL is the longest beginning of this one, by characters; the first of equals. */
function chooseTemplate(secrets: readonly KubeObject[], url: string): KubeObject | undefined {
  const wanted = normalizeRepositoryUrl(url);
  let best: KubeObject | undefined;
  let length = 0;
  for (const secret of secrets) {
    const prefix = normalizeRepositoryUrl(secretText(secret, 'url') ?? '');
    if (prefix.length > length && wanted.startsWith(prefix)) {
      best = secret;
      length = prefix.length;
    }
  }
  return best;
}

function copyFields(secret: KubeObject, names: readonly string[], into: Fields): void {
  for (const name of names) {
    const value = secretText(secret, name);
    if (value !== undefined && value !== '') into.set(name, value);
  }
}

/** Booleans as strconv.ParseBool reads them; '' is false. */
function readBoolean(text: string | undefined, name: string, secret: KubeObject | undefined): boolean {
  if (text === undefined || text === '') return false;
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text)) return false;
  const where = secret === undefined ? '' : `Secret ${secret.metadata.namespace}/${secret.metadata.name}: `;
  throw new AppsetError('APPSET_E0402', `${where}${name} is neither true nor false`);
}
