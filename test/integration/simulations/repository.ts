/**
 * A repository with a history, in memory, behind the interface the live sources read git through; refs
 * are shared between sets as native git's are. It can be down, and its branch can be rewritten.
 */
import { hash } from 'node:crypto';
import type { CommitTree, RemoteRefs } from '../../../src/git/index.ts';
import { RefsReader } from '../../../src/git/refs-reader.ts';
import type { GitReader } from '../../../src/sources/live/index.ts';
import type { Clock } from '../../../src/support/clock.ts';
import { AppsetError } from '../../../src/support/errors.ts';

type Files = ReadonlyMap<string, string>;

interface Commit {
  readonly id: string;
  readonly parent: string | undefined;
  readonly files: Files;
}

export class SimulatedRepository {
  readonly #commits = new Map<string, Commit>();
  #tip: Commit;
  isDown = false;

  constructor(files: Readonly<Record<string, string>>) {
    this.#tip = this.#add(undefined, new Map(Object.entries(files)));
  }

  #add(parent: string | undefined, files: Files): Commit {
    const id = hash('sha1', JSON.stringify([parent, this.#commits.size, [...files]]), 'hex');
    const commit = { id, parent, files };
    this.#commits.set(id, commit);
    return commit;
  }

  /** Commits a change; null takes a file away. */
  commit(change: Readonly<Record<string, string | null>>): void {
    const files = new Map(this.#tip.files);
    for (const [path, text] of Object.entries(change)) {
      if (text === null) files.delete(path);
      else files.set(path, text);
    }
    this.#tip = this.#add(this.#tip.id, files);
  }

  /** The same files in a commit that descends from none of those before. */
  rewrite(): void {
    this.#tip = this.#add(undefined, this.#tip.files);
  }

  /** How one process reads it. */
  reader(clock: Clock): GitReader {
    const shared = new RefsReader(clock);
    const look = async (): Promise<RemoteRefs> => {
      this.#mustBeUp();
      const { id } = this.#tip;
      return {
        refs: new Map([
          ['HEAD', id],
          ['refs/heads/main', id],
        ]),
        tags: [],
      };
    };
    return {
      refs: ({ url }, since) => shared.read(url, since, look),
      resolve: async (_repository, revision, refs) => {
        const { refs: all } = refs ?? (await look());
        const id = all.get(revision) ?? all.get(`refs/heads/${revision}`);
        if (id === undefined) throw new AppsetError('APPSET_E0403', `there is no ${revision}`);
        return id;
      },
      prefetch: async () => {},
      tree: async (_repository, commit) => this.#tree(commit),
      files: async (_repository, commit, paths) => {
        const { files } = this.#commit(commit);
        return new Map(
          paths.flatMap((path) => {
            const text = files.get(path);
            return text === undefined ? [] : [[path, Buffer.from(text)] as const];
          }),
        );
      },
      verify: async () => {},
      isAncestor: async (_repository, older, newer) => {
        this.#mustBeUp();
        for (let at: string | undefined = newer; at !== undefined; at = this.#commits.get(at)?.parent) {
          if (at === older) return true;
        }
        return false;
      },
    };
  }

  #mustBeUp(): void {
    if (this.isDown) throw new AppsetError('APPSET_E0402', 'no route to host');
  }

  #commit(id: string): Commit {
    this.#mustBeUp();
    const commit = this.#commits.get(id);
    if (commit === undefined) throw new AppsetError('APPSET_E0403', `there is no commit ${id}`);
    return commit;
  }

  #tree(id: string): CommitTree {
    const entries = [...this.#commit(id).files]
      .map(([path, text]) => ({ path, kind: 'file' as const, oid: hash('sha1', text, 'hex') }))
      .sort((a, b) => (a.path < b.path ? -1 : 1));
    return { commit: id, entries };
  }
}
