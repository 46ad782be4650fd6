/**
 * A repository given as values: revisions with files and symlinks. Revisions named like a version are
 * tags, all others branches; HEAD is `main` where there is one. Revisions are found as git and the
 * reference find them: commit id, semver range over the tags, full or short ref name, prefix of a
 * commit id (spec generators §2.3).
 */
import { hash } from 'node:crypto';
import type { Json, JsonObject } from '../../api/objects.ts';
import type { GitEntry, GitTree } from '../../generators/contract.ts';
import { resolvePath } from '../../generators/git-paths.ts';
import { compareBytes } from '../../support/byte-strings.ts';
import { AppsetError } from '../../support/errors.ts';
import { isJsonObject } from '../../support/json.ts';
import { greatestTag } from '../../support/semver/greatest-tag.ts';

interface Revision {
  readonly name: string;
  readonly tree: GitTree;
  readonly files: ReadonlyMap<string, string>;
  readonly error?: AppsetError;
}

const VERSION = /^v?\d+(?:\.\d+)*(?:[-+].*)?$/;

const blobId = (text: string): string => {
  const bytes = Buffer.from(text, 'utf8');
  return hash('sha1', Buffer.concat([Buffer.from(`blob ${bytes.length}\0`), bytes]), 'hex');
};

const textOf = (content: Json | undefined): string =>
  typeof content === 'string' ? content : JSON.stringify(content ?? null);

function revisionOf(name: string, recorded: JsonObject): Revision {
  const files = new Map<string, string>();
  const entries: GitEntry[] = [];
  for (const [path, content] of Object.entries((recorded['files'] ?? {}) as JsonObject)) {
    const text = textOf(content);
    files.set(path, text);
    entries.push({ path, kind: 'file', oid: blobId(text), size: Buffer.byteLength(text) });
  }
  for (const [path, target] of Object.entries((recorded['symlinks'] ?? {}) as JsonObject)) {
    const text = textOf(target);
    entries.push({ path, kind: 'symlink', oid: blobId(text), size: Buffer.byteLength(text), target: text });
  }
  entries.sort((a, b) => compareBytes(a.path, b.path));
  const commit = hash('sha1', JSON.stringify([name, entries]), 'hex');
  const revision = { name, tree: { commit, entries }, files };
  const { error } = recorded;
  return typeof error === 'string' && error !== ''
    ? { ...revision, error: new AppsetError('APPSET_E0401', error) }
    : revision;
}

export class RecordedRepository {
  readonly #revisions = new Map<string, Revision>();

  /** @param recorded `{revisions: {NAME: {files, symlinks, error}}}`, or the map of revisions itself */
  constructor(recorded: JsonObject) {
    const revisions = isJsonObject(recorded['revisions']) ? recorded['revisions'] : recorded;
    for (const [name, revision] of Object.entries(revisions)) {
      if (isJsonObject(revision)) this.#revisions.set(name, revisionOf(name, revision));
    }
  }

  #head(): Revision | undefined {
    const [first] = this.#revisions.values();
    return this.#revisions.get('HEAD') ?? this.#revisions.get('main') ?? first;
  }

  #find(revision: string): Revision | undefined {
    if (revision === '' || revision === 'HEAD') return this.#head();
    const byCommit = [...this.#revisions.values()].find(({ tree }) => tree.commit === revision);
    if (byCommit !== undefined) return byCommit;
    const tags = [...this.#revisions.keys()].filter((name) => VERSION.test(name));
    const tag = greatestTag(revision, tags);
    if (tag !== undefined) return this.#revisions.get(tag);
    for (const name of this.#revisions.keys()) {
      const kind = VERSION.test(name) ? 'tags' : 'heads';
      if ([name, `${kind}/${name}`, `refs/${kind}/${name}`].includes(revision)) {
        return this.#revisions.get(name);
      }
    }
    if (!/^[0-9a-f]{7,39}$/.test(revision)) return undefined;
    return [...this.#revisions.values()].find(({ tree }) => tree.commit.startsWith(revision));
  }

  /** The tree of a revision, or why there is none. */
  tree(revision: string): GitTree | AppsetError {
    const found = this.#find(revision);
    if (found !== undefined) return found.error ?? found.tree;
    const name = revision === '' ? 'HEAD' : revision;
    return new AppsetError(
      'APPSET_E0403',
      `unable to resolve git revision : unable to resolve '${name}' to a commit SHA: revision not found`,
    );
  }

  /** Contents by path, symlinks followed inside the tree; what is no file is left out. */
  contents(tree: GitTree, paths: readonly string[]): ReadonlyMap<string, string> {
    const revision = [...this.#revisions.values()].find((candidate) => candidate.tree === tree);
    const contents = new Map<string, string>();
    for (const path of paths) {
      const destination = resolvePath(tree, path);
      if (destination.kind !== 'file') continue;
      const text = revision?.files.get(destination.entry.path);
      if (text !== undefined) contents.set(path, text);
    }
    return contents;
  }
}
