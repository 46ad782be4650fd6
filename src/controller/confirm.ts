/**
 * Gathers what confirms that parts are gone: live GETs of cluster Secrets, and the ancestry of commits.
 * Each fact is read once a run. What cannot be read now is told as such: it confirms nothing, and its
 * candidates wait.
 */
import { isNotFound, RESOURCES } from '../api/client.ts';
import { compileSelector, LABEL_RULES, labelLookup, matchesSelector } from '../api/label-selector.ts';
import { CLUSTER_SECRET_TYPE, SECRET_TYPE_LABEL } from '../api/names.ts';
import type { ApplicationSet, LabelSelector } from '../api/objects.ts';
import type { GitRequest } from '../generators/contract.ts';
import { setContext } from '../generators/index.ts';
import { type Leaf, leavesOf, type PartFact, type Tip, withoutUser } from '../planning/holds/index.ts';
import { type PartId, partKey } from '../planning/origin.ts';
import { AppsetError, messageOf } from '../support/errors.ts';
import { isJsonObject } from '../support/json.ts';
import type { ReconcileDeps, RunFacts } from './set-run.ts';

export interface ConfirmOptions {
  readonly set: ApplicationSet;
  readonly deps: Pick<ReconcileDeps, 'client' | 'settings' | 'signal'>;
  readonly facts: RunFacts;
  /** the commit of a leaf that was seen before */
  readonly tip: (leaf: string) => Tip | undefined;
}

/** Facts of one run about missing parts. */
export class Confirmation {
  readonly #options: ConfirmOptions;
  readonly #leaves: ReadonlyMap<string, Leaf>;
  readonly #facts = new Map<string, Promise<PartFact | undefined>>();

  constructor(options: ConfirmOptions) {
    this.#options = options;
    this.#leaves = leavesOf(options.set);
  }

  /** Facts by part, for those there is something to ask about. */
  async factsOf(missing: readonly PartId[]): Promise<ReadonlyMap<PartId, PartFact>> {
    const facts = new Map<PartId, PartFact>();
    for (const part of missing) {
      const key = partKey(part);
      let asked = this.#facts.get(key);
      if (asked === undefined) {
        asked = this.#ask(part);
        this.#facts.set(key, asked);
      }
      const fact = await asked;
      if (fact !== undefined) facts.set(part, fact);
    }
    return facts;
  }

  async #ask(part: PartId): Promise<PartFact | undefined> {
    try {
      if (part.kind === 'cluster') return await this.#secret(part);
      if (part.kind === 'directory' || part.kind === 'file') return await this.#path(part);
      return undefined;
    } catch (error) {
      this.#options.deps.signal?.throwIfAborted();
      return { is: 'unread', why: messageOf(error) };
    }
  }

  async #secret({ id, leaf }: PartId): Promise<PartFact> {
    const { client, settings } = this.#options.deps;
    const namespace = settings.controllerNamespace;
    const name = `${namespace}/${id}`;
    try {
      const { metadata } = await client.get(RESOURCES.secrets, namespace, id);
      const labels = metadata.labels ?? {};
      const taken = metadata.deletionTimestamp === undefined && takes(this.#leaves.get(leaf), labels);
      if (taken && !(await this.#isListed(id, leaf))) {
        return { is: 'unread', why: `Secret ${name} is there, though the list of clusters lacks it` };
      }
      return { is: 'secret', answer: taken ? 'taken' : 'otherLabels', name };
    } catch (error) {
      if (isNotFound(error)) return { is: 'secret', answer: 'gone', name };
      throw error;
    }
  }

  /** Whether this run saw the Secret as the live GET does: a cache that lags, or lies, confirms nothing. */
  async #isListed(secret: string, leaf: string): Promise<boolean> {
    const reading = await this.#options.facts.sources.clusters();
    if (!reading.known) return false;
    const found = reading.value.find(({ secretName }) => secretName === secret);
    return found !== undefined && takes(this.#leaves.get(leaf), found.labels);
  }

  async #path(part: PartId): Promise<PartFact | undefined> {
    const leaf = this.#leaves.get(part.leaf);
    const request = leaf && gitRequest(this.#options.set, leaf);
    if (request === undefined) return undefined;
    const { sources, descends } = this.#options.facts;
    const reading = await sources.gitTree(request);
    if (!reading.known) return { is: 'unread', why: reading.error.message };
    const { commit, entries } = reading.value;
    const tip = this.#options.tip(part.leaf);
    const last = tip?.seen;
    const asked =
      last === undefined || last === commit || descends === undefined
        ? undefined
        : await descends(request, last, commit);
    return {
      is: 'git',
      commit,
      last,
      base: tip?.base,
      descends: last === commit ? true : asked?.descends,
      branch: asked?.branch ?? true,
      there: entries.some(({ path }) => path === part.id || path.startsWith(`${part.id}/`)),
      repository: withoutUser(request.repoURL),
    };
  }
}

/** What a git leaf asks for; undefined where it is filled in from data, or is no git leaf. */
export function gitRequest(set: ApplicationSet, { field, spec, interpolated }: Leaf): GitRequest | undefined {
  if (field !== 'git' || interpolated || typeof spec.repoURL !== 'string') return undefined;
  const revision = typeof spec.revision === 'string' ? spec.revision : '';
  return { repoURL: spec.repoURL, revision, project: setContext(set).project };
}

/** Whether the selector of a leaf takes labels; a leaf that is not there, or not readable, tells nothing. */
function takes(leaf: Leaf | undefined, labels: Readonly<Record<string, string>>): boolean {
  if (labels[SECRET_TYPE_LABEL] !== CLUSTER_SECRET_TYPE) return false;
  if (leaf === undefined || leaf.interpolated) return true;
  const selector = isJsonObject(leaf.spec.selector) ? (leaf.spec.selector as LabelSelector) : {};
  try {
    return matchesSelector(compileSelector(selector, LABEL_RULES), labelLookup(labels));
  } catch (error) {
    if (error instanceof AppsetError) return true;
    throw error;
  }
}
