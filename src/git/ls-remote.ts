/**
 * The refs of a repository as the server tells them, and how a revision is found among them: a full
 * commit id as it is, a semver range over the tags, a full or short ref name (branches before tags),
 * HEAD, and 7 or more hex digits as the beginning of a commit id (spec generators §2.3). Annotated
 * tags are peeled. One look serves all revisions of a repository.
 */
import { greatestTag } from '../support/semver/greatest-tag.ts';
import type { GitCommand } from './command.ts';
import type { GitCredentials } from './credentials.ts';
import { cutOff } from './errors.ts';
import type { RepositoryAddress } from './url.ts';

export interface RemoteRefs {
  /** ref name to commit id; annotated tags already peeled */
  readonly refs: ReadonlyMap<string, string>;
  /** tag names without `refs/tags/`, in the server's order */
  readonly tags: readonly string[];
}

export type Resolution =
  | { readonly kind: 'commit'; readonly commit: string }
  /** may be the beginning of a commit id: only the history can tell */
  | { readonly kind: 'prefix'; readonly prefix: string }
  | { readonly kind: 'missing'; readonly why?: string };

/** A complete object id (SHA-1 or SHA-256). */
export const isCommitId = (text: string): boolean => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(text);

/** Asks the server for all its refs. */
export async function listRemote(
  git: GitCommand,
  address: RepositoryAddress,
  credentials: GitCredentials | undefined,
): Promise<RemoteRefs> {
  const remote = credentials === undefined ? { address } : { address, credentials };
  const output = await git.run('ls-remote', ['--quiet', '--end-of-options', address.url], { remote });
  const text = output.toString('utf8');
  if (text !== '' && !text.endsWith('\n')) throw cutOff('the list of refs');
  return parseRefs(text);
}

/** Reads the output of `git ls-remote`. */
export function parseRefs(output: string): RemoteRefs {
  const refs = new Map<string, string>();
  const peeled: [string, string][] = [];
  for (const line of output.split('\n')) {
    const tab = line.indexOf('\t');
    if (tab <= 0) continue;
    const oid = line.slice(0, tab);
    const name = line.slice(tab + 1);
    if (!isCommitId(oid)) continue;
    if (name.endsWith('^{}')) peeled.push([name.slice(0, -3), oid]);
    else refs.set(name, oid);
  }
  for (const [name, oid] of peeled) refs.set(name, oid);
  const prefix = 'refs/tags/';
  const tags = [...refs.keys()].filter((n) => n.startsWith(prefix)).map((n) => n.slice(prefix.length));
  return { refs, tags };
}

/** Finds a revision among the refs; `''` is HEAD. */
export function resolveRevision(remote: RemoteRefs, revision: string): Resolution {
  const name = revision === '' ? 'HEAD' : revision;
  if (isCommitId(name)) return { kind: 'commit', commit: name.toLowerCase() };
  if (remote.refs.size === 0) return { kind: 'missing', why: 'does not exist: the repository is empty' };
  const tag = name === 'HEAD' ? undefined : greatestTag(name, remote.tags);
  const names = [name, `refs/heads/${name}`, `refs/tags/${name}`, `refs/${name}`];
  if (tag !== undefined) names.unshift(`refs/tags/${tag}`);
  for (const candidate of names) {
    const commit = remote.refs.get(candidate);
    if (commit !== undefined) return { kind: 'commit', commit };
  }
  if (!/^[0-9a-f]{7,63}$/i.test(name)) return { kind: 'missing' };
  const prefix = name.toLowerCase();
  const tips = new Set([...remote.refs.values()].filter((oid) => oid.startsWith(prefix)));
  const [only] = tips;
  return tips.size === 1 && only !== undefined
    ? { kind: 'commit', commit: only }
    : { kind: 'prefix', prefix };
}
