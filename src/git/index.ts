/**
 * Front door of `git/`: remote repositories read through the native git. Knows nothing of generators
 * and nothing of Kubernetes.
 */

export { checkBlobs, readBlobs } from './blobs.ts';
export { type CacheFolder, claimCacheFolder } from './cache-folder.ts';
export { GitCommand, type GitSettings } from './command.ts';
export type { GitCredentials } from './credentials.ts';
export { GitFailure, type GitFailureKind } from './errors.ts';
export { filesOfTree, Git, type GitRepository } from './git.ts';
export { isCommitId, type RemoteRefs } from './ls-remote.ts';
export type { DatedRefs } from './refs-reader.ts';
export type { SignatureRules } from './signatures.ts';
export { type CommitTree, readTree, type TreeEntry, withTargets } from './tree.ts';
export { normalizeRepositoryUrl, sameRepository, withoutPassword } from './url.ts';
