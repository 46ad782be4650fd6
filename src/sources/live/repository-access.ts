/**
 * All that git is given to read one repository now: the credentials of its Secrets, a fresh token where
 * they are those of a GitHub App, and whom to believe. Looked up for every question, so that what
 * changes in the cluster counts without a restart.
 */
import type { GitRequest } from '../../generators/contract.ts';
import type { GitCredentials } from '../../git/index.ts';
import { type GitHubApp, type GitHubAppTokens, githubAppIdentity } from '../../scm/github-app.ts';
import { AppsetError } from '../../support/errors.ts';
import { notSynced, type ObjectsView } from './objects-view.ts';
import { repositoryCredentials } from './repository-credentials.ts';
import { hostOf, type RepositoryTrust } from './repository-trust.ts';

export interface RepositoryAccessOptions {
  readonly namespace: string;
  /** Secrets with credentials of repositories; without it repositories are read without any */
  readonly secrets: ObjectsView | undefined;
  readonly trust: RepositoryTrust | undefined;
  readonly apps: GitHubAppTokens;
}

/** What GitHub takes as the user beside a token of an App. */
const TOKEN_USER = 'x-access-token';

/**
 * Credentials and trust for a request; undefined when there is nothing to give.
 *
 * @throws AppsetError APPSET_E0402 when they cannot be read or are malformed, APPSET_E0406 when GitHub gives no token
 */
export async function accessTo(
  options: RepositoryAccessOptions,
  request: GitRequest,
): Promise<GitCredentials | undefined> {
  const { githubApp, ...own } = credentialsOf(options, request) ?? {};
  const trust = trustOf(options, request.repoURL, own.insecure === true);
  const token = githubApp === undefined ? {} : await tokenOf(options, githubApp);
  const access = { ...own, ...token, ...trust };
  return Object.keys(access).length === 0 ? undefined : access;
}

function credentialsOf({ secrets: view, namespace }: RepositoryAccessOptions, request: GitRequest) {
  if (view === undefined) return undefined;
  if (!view.synced) {
    const { message } = notSynced(view, `the repository Secrets of ${namespace}`);
    throw new AppsetError('APPSET_E0402', `${request.repoURL}: ${message}`);
  }
  const own = view.list().filter((secret) => secret.metadata.namespace === namespace);
  return repositoryCredentials(own, request.repoURL, request.project);
}

function trustOf({ trust }: RepositoryAccessOptions, url: string, insecure: boolean): GitCredentials {
  if (trust === undefined || insecure) return {};
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url.trim())?.[1]?.toLowerCase() ?? 'ssh';
  if (scheme === 'https') {
    const authorities = trust.authorities(hostOf(url.trim()));
    return authorities === undefined ? {} : { authorities };
  }
  if (scheme !== 'ssh') return {};
  const knownHosts = trust.knownHosts();
  return knownHosts === undefined ? {} : { knownHosts };
}

async function tokenOf({ trust, apps }: RepositoryAccessOptions, app: GitHubApp): Promise<GitCredentials> {
  const authorities =
    app.baseUrl === undefined || app.insecure === true ? undefined : trust?.authorities(hostOf(app.baseUrl));
  const token = await apps.token(authorities === undefined ? app : { ...app, authorities });
  return { username: TOKEN_USER, password: token, identity: githubAppIdentity(app) };
}
