/** Front door of `sources/live/`: facts from watch caches, the network and local folders. */
export type { Descent, GitReader } from './git-facts.ts';
export { createLiveSources, type LiveSources, type LiveSourcesOptions } from './live-sources.ts';
export {
  type LocalRepositoryOptions,
  localRepoSources,
  parseRepositoryMapping,
  type RepositoryMapping,
} from './local-repositories.ts';
export type { ObjectsView } from './objects-view.ts';
export { repositoryCredentials } from './repository-credentials.ts';
export {
  KNOWN_HOSTS_MAP,
  SIGNING_KEYS_MAP,
  TLS_CERTIFICATES_MAP,
  type TrustViews,
} from './repository-trust.ts';
