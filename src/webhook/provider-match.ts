/**
 * Whether a leaf that lists pull requests or repositories at a provider looks where a fact comes from
 * (normal mode). Wider than the reference where it misses what it means: GitHub Enterprise with a path
 * in its API address, GitLab projects by name, Gitea and Bitbucket. A field that holds a template
 * matches anything: its value is not known here.
 */
import type { RepositoryFact } from './contract.ts';
import { isTemplated, type ProviderLeaf, textField } from './leaves.ts';
import { hostOfUrl } from './repository-url.ts';

const PROVIDERS: Readonly<Record<string, RepositoryFact['provider']>> = {
  github: 'github',
  gitlab: 'gitlab',
  gitea: 'gitea',
  azuredevops: 'azuredevops',
  bitbucket: 'bitbucket',
  bitbucketserver: 'bitbucketserver',
};

const DEFAULT_API: Readonly<Record<string, string>> = {
  github: 'https://api.github.com/',
  gitlab: 'https://gitlab.com/',
};

/** Hosts of one forge: its web pages and its API. */
const WEB_OF_API: Readonly<Record<string, string>> = { 'api.github.com': 'github.com' };

const equal = (written: string, told: string): boolean =>
  isTemplated(written) || written.toLowerCase() === told.toLowerCase();

function sameHost(leaf: ProviderLeaf, provider: string, host: string): boolean {
  const api = textField(leaf.block, 'api') || DEFAULT_API[provider] || '';
  if (isTemplated(api) || api === '' || host === '') return true;
  const written = hostOfUrl(/^[a-z]+:\/\//i.test(api) ? api : `https://${api}`).toLowerCase();
  const told = host.toLowerCase();
  return written === told || WEB_OF_API[written] === told;
}

function pullRequestsOf(leaf: ProviderLeaf, { owner, name, id, provider }: RepositoryFact): boolean {
  const field = (key: string) => textField(leaf.block, key);
  switch (provider) {
    case 'github':
    case 'gitea':
    case 'bitbucket':
      return equal(field('owner'), owner) && equal(field('repo'), name);
    case 'gitlab':
      return equal(field('project'), id) || equal(field('project'), `${owner}/${name}`);
    case 'azuredevops':
    case 'bitbucketserver':
      return equal(field('project'), owner) && equal(field('repo'), name);
    default:
      return false;
  }
}

function isInGroup(leaf: ProviderLeaf, group: string, owner: string): boolean {
  if (/^\d+$/.test(group) || equal(group, owner)) return true;
  return (
    leaf.block['includeSubgroups'] !== false && owner.toLowerCase().startsWith(`${group.toLowerCase()}/`)
  );
}

function listingOf(leaf: ProviderLeaf, { owner, provider }: RepositoryFact): boolean {
  const field = (key: string) => textField(leaf.block, key);
  switch (provider) {
    case 'github':
      return equal(field('organization'), owner);
    case 'gitea':
    case 'bitbucket':
      return equal(field('owner'), owner);
    case 'gitlab':
      return isInGroup(leaf, field('group'), owner);
    case 'azuredevops':
      return equal(field('teamProject'), owner);
    case 'bitbucketserver':
      return equal(field('project'), owner);
    default:
      return false;
  }
}

/** Whether the leaf asks the provider about this repository. */
export function looksAt(leaf: ProviderLeaf, repository: RepositoryFact): boolean {
  const provider = PROVIDERS[leaf.provider.toLowerCase()];
  if (provider !== repository.provider || !sameHost(leaf, provider, repository.host)) return false;
  return leaf.kind === 'pullRequest' ? pullRequestsOf(leaf, repository) : listingOf(leaf, repository);
}
