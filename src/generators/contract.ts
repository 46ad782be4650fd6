/**
 * Generators turn facts into param sets. They do no I/O of their own and read no clock: facts come
 * from `Sources`, and what a source could not tell is unknown, which is not the same as empty.
 */

import type { ApplicationTemplate, GeneratorEntry, Json, JsonObject, KubeObject } from '../api/objects.ts';
import type { AppsetError } from '../support/errors.ts';
import type { RenderContext, TemplateMode } from '../templating/contract.ts';
import type { GoMap } from '../templating/values.ts';
import type { LeafOutcomes } from './leaf-outcomes.ts';

/** A fact as it was read, or that it could not be read. */
export type Reading<T> = Known<T> | Unknown<T>;

export interface Known<T> {
  readonly known: true;
  readonly value: T;
  /** where it comes from, for people: `Secrets of argocd`, `https://git.example.com/a.git@main` */
  readonly provenance: string;
  /** wall time in ms */
  readonly observedAt: number;
  /** commit, ETag or resourceVersion; equal versions of one fact are equal facts */
  readonly version: string;
}

export interface Unknown<T> {
  readonly known: false;
  readonly error: AppsetError;
  /** feeds creates and updates, never a deletion */
  readonly lastKnownGood?: Known<T>;
}

export const known = <T>(value: T, provenance: string, observedAt: number, version: string): Known<T> => ({
  known: true,
  value,
  provenance,
  observedAt,
  version,
});
export const unknown = <T>(error: AppsetError, lastKnownGood?: Known<T>): Unknown<T> =>
  lastKnownGood === undefined ? { known: false, error } : { known: false, error, lastKnownGood };

/** A cluster Secret (type label `cluster`) of the controller's namespace, without its credentials. */
export interface ClusterFact {
  /** metadata.name of the Secret */
  readonly secretName: string;
  /** data.name, '' when absent */
  readonly name: string;
  /** data.server as written */
  readonly server: string;
  /** data.project, undefined when absent */
  readonly project: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** set when data.config is not valid JSON: the strict readers refuse such a Secret */
  readonly malformed?: string;
}

/** One tracked path of a commit. */
export interface GitEntry {
  /** slash-separated, relative to the root */
  readonly path: string;
  readonly kind: 'file' | 'symlink' | 'submodule';
  readonly oid: string;
  /** bytes of a file or symlink target, where the source knows it */
  readonly size?: number;
  /** what a symlink says, where the source knows it; without it a link is followed by `gitFiles` only */
  readonly target?: string;
}

/** The tree of one commit: every tracked path, in bytewise order of path. */
export interface GitTree {
  readonly commit: string;
  readonly entries: readonly GitEntry[];
}

export interface GitRequest {
  readonly repoURL: string;
  /** '' is HEAD */
  readonly revision: string;
  /** project whose credentials may be used; '' for global ones only */
  readonly project: string;
  /** ids of the keys one of which must have signed the commit; unknown when none has, and where it cannot be told */
  readonly signatureKeys?: readonly string[];
}

/** Facts. One `Sources` is one snapshot: asked twice, it answers the same (safety.md, One snapshot). */
export interface Sources {
  /** cluster Secrets in bytewise order of Secret name */
  clusters(): Promise<Reading<readonly ClusterFact[]>>;
  /** an AppProject of the controller's namespace; null when it does not exist */
  project(name: string): Promise<Reading<KubeObject | null>>;
  /** labels of a Secret, and nothing else of it; null when it does not exist */
  secretLabels(namespace: string, name: string): Promise<Reading<Readonly<Record<string, string>> | null>>;
  gitTree(request: GitRequest): Promise<Reading<GitTree>>;
  /**
   * Contents of files of a commit by path; a symlink answers the content of what it points to inside
   * the tree. A path that cannot be read as a file is missing from the answer.
   */
  gitFiles(
    request: GitRequest,
    commit: string,
    paths: readonly string[],
  ): Promise<Reading<ReadonlyMap<string, string>>>;
}

export type PartKind =
  | 'cluster'
  | 'localCluster'
  | 'clusterList'
  | 'directory'
  | 'file'
  | 'listElement'
  | 'pluginRow'
  | 'repositoryBranch'
  | 'pullRequest'
  | 'decision';

/** What an element is made of (safety.md, Terms). `leaf` + `id` is the identity; the rest is for people. */
export interface Part {
  /** identity of the leaf: hash of what it reads and of the combinators above it, as written (identity.ts) */
  readonly leaf: string;
  readonly kind: PartKind;
  /** Secret name, directory, file (plus hash of the array item), hash of the list element … never a commit, never an index */
  readonly id: string;
  /** for people: `Secret argocd/eu-7`, `apps/web`, `elements[3]` */
  readonly label: string;
}

/** One param set. Params are shared between rows and never changed: templates that mutate get a copy. */
export interface Row {
  readonly params: GoMap;
  readonly parts: readonly Part[];
  /** set when a leaf it depends on was answered from last known good: feeds creates and updates only */
  readonly stale?: true;
}

/** A leaf, or a combinator, whose rows are not known: it could not be read, or is written so that it cannot be. */
export interface UnknownLeaf {
  readonly leaf: string;
  /** display path such as `0.matrix.1.git` */
  readonly path: string;
  readonly error: AppsetError;
  /** its last known good rows stand in for it, all of them marked stale */
  readonly standIn?: true;
}

/** An element that could not become a row, while its leaf is known. */
export interface FailedElement {
  readonly path: string;
  /** what is known of its parts */
  readonly parts: readonly Part[];
  readonly error: AppsetError;
}

export type Problem =
  | (UnknownLeaf & { readonly kind: 'unknown' })
  | (FailedElement & { readonly kind: 'failed' });

/**
 * What a generator answers: rows, and what went wrong in order of processing. It reports all it can;
 * the evaluation of a set decides what a problem does (compat: the first one fails the entry).
 */
export interface Outcome {
  readonly rows: readonly Row[];
  readonly problems: readonly Problem[];
}

/** What one entry and generator field of a set gives. */
export interface Generated {
  readonly rows: readonly Row[];
  readonly unknown: readonly UnknownLeaf[];
  readonly failed: readonly FailedElement[];
}

/** What generators that ask providers of source code may do (spec controller §9). */
export interface ScmRestrictions {
  /** addresses they may ask, to the letter; empty: all */
  readonly allowed: readonly string[];
  readonly enabled: boolean;
  /** their tokens may only come from Secrets labelled `scm-creds` */
  readonly strictTokens: boolean;
  /** sets of several namespaces are looked after and `allowed` is empty: they may ask nobody */
  readonly listNeeded: boolean;
}

export interface GenerationSettings {
  /** the reference's behaviour, failures included (design §5) */
  readonly compat: boolean;
  readonly newGitFileGlobbing: boolean;
  /** default polling of git and clusterDecisionResource, seconds */
  readonly requeueAfterSeconds: number;
  readonly maxRows: number;
  readonly maxNesting: number;
  readonly maxFiles: number;
  readonly scm: ScmRestrictions;
}

/** What a generator knows of the set it works for. */
export interface GenerationContext {
  readonly setName: string;
  readonly setNamespace: string;
  readonly controllerNamespace: string;
  /** literal `spec.template.spec.project`, '' when templated (spec generators §2.3, Project lookup) */
  readonly project: string;
  readonly projectIsTemplated: boolean;
  readonly mode: TemplateMode;
  readonly render: RenderContext;
  readonly settings: GenerationSettings;
  readonly sources: Sources;
  /** what leaves gave in earlier evaluations; without it every leaf is asked */
  readonly leaves?: LeafOutcomes;
  readonly signal?: AbortSignal;
}

/** Where a generator stands in its set. */
export interface GeneratorNode {
  /** display path such as `0.matrix.1.git` */
  readonly path: string;
  /** path in the words of the object: `generators[0].matrix.generators[1].git` */
  readonly place: string;
  /** identity (safety.md, Terms) */
  readonly leaf: string;
  /** 1 for the entries of the set */
  readonly depth: number;
  /** the generator as the set has it, before any interpolation: what identities are made of */
  readonly original: JsonObject;
}

/** One child of a matrix or merge. */
export interface Child {
  readonly outcome: Outcome;
  /** the params it was interpolated with; a copy where a template has changed them */
  readonly params: GoMap | undefined;
  /** whether another param set could have given another outcome */
  readonly dependsOnParams: boolean;
}

/** One evaluation of one set: facts and leaf results are asked for and made once. */
export interface GenerationRun {
  readonly context: GenerationContext;
  clusters(): Promise<Reading<readonly ClusterFact[]>>;
  project(name: string): Promise<Reading<KubeObject | null>>;
  gitTree(request: GitRequest): Promise<Reading<GitTree>>;
  /** labels of a Secret of the set's namespace; null when it does not exist */
  secretLabels(name: string): Promise<Reading<Readonly<Record<string, string>> | null>>;
  /**
   * Evaluates child `index` of the combinator at `node`, its selector included; `params`, when not
   * empty, are rendered into it first (spec generators §2.4.3).
   */
  child(node: GeneratorNode, index: number, entry: JsonObject, params?: GoMap): Promise<Child>;
  /** Gives the event loop a turn when the run has held it for long. */
  breathe(): Promise<void>;
}

export interface Generator {
  /** the field of a generator entry: `list`, `clusters`, `git`, … */
  readonly name: string;
  /**
   * The facts an outcome rests on as one object, never changed and another one when a fact is another;
   * undefined when it has to be made anew. What it gives for a spec depends on these facts, the spec, the
   * node, the mode and the settings only.
   */
  facts?(spec: JsonObject, run: GenerationRun): Promise<object | undefined>;
  /** What it throws becomes an unknown leaf. */
  generate(spec: JsonObject, node: GeneratorNode, run: GenerationRun): Promise<Outcome>;
}

/** The result for one top-level entry and generator field. */
export interface EntryResult {
  /** index into spec.generators */
  readonly index: number;
  /** field of the entry */
  readonly generator: string;
  /** the generator's own template merged over spec.template */
  readonly template: ApplicationTemplate;
  readonly generated: Generated;
}

export interface SetGeneration {
  readonly entries: readonly EntryResult[];
  /** in order of processing; the first is what the reference reports */
  readonly errors: readonly AppsetError[];
  /** smallest non-zero interval over all entries; 0: none */
  readonly requeueAfterSeconds: number;
}

export type { GeneratorEntry, Json };
