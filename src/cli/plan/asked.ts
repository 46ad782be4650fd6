/**
 * Which sets a plan is about: live ones, or sets of files as they would be once applied, and with
 * `--prune` the live ones that no file has any more. Removal is never guessed: without `--prune` a live
 * set that no file has is somebody else's.
 */
import { existsSync } from 'node:fs';
import { ApiError, type ObjectClient, RESOURCES } from '../../api/client.ts';
import { LAST_APPLIED_ANNOTATION, OWN_PREFIX } from '../../api/names.ts';
import { type ApplicationSet, keyOf } from '../../api/objects.ts';
import { asApplicationSet, listAll } from '../../controller/live-view.ts';
import { AppsetError } from '../../support/errors.ts';
import { jsonEqual } from '../../support/json.ts';
import { readSets, type SetFile } from '../set-files.ts';
import { type SetName, setName } from '../set-name.ts';
import { isTrackedBy } from './tracking.ts';

export interface AskOptions {
  readonly filename?: readonly string[];
  readonly namespace?: string;
  readonly prune?: boolean;
  readonly selector?: string;
  readonly trackedBy?: string;
}

export interface AskedSet {
  readonly set: ApplicationSet;
  /** the set as it is in a file, not as it is live */
  readonly file?: string;
}

export interface Asked {
  readonly sets: readonly AskedSet[];
  /** live sets that would be deleted, because no file has them */
  readonly removed: readonly ApplicationSet[];
  /** named, and not there */
  readonly missing: readonly SetName[];
}

/**
 * @param otherwise namespace of the context
 * @throws AppsetError APPSET_E0801 for options that do not go together, and what reading files throws
 */
export async function askedSets(
  client: ObjectClient,
  texts: readonly string[],
  otherwise: string | undefined,
  options: AskOptions,
): Promise<Asked> {
  checkOptions(texts, options);
  const names = texts.map((text) => setName(text, options.namespace, otherwise));
  if (options.filename === undefined) return liveSets(client, names, options.namespace ?? otherwise);
  const files = setsOfFiles(options, otherwise);
  const isAsked = ({ metadata }: ApplicationSet): boolean =>
    names.length === 0 ||
    names.some(({ name, namespace }) => name === metadata.name && namespace === metadata.namespace);
  const removed = options.prune === true ? await removedSets(client, files, otherwise, options) : [];
  const live = files.length === 0 ? new Map() : byKey(await listAll(client, RESOURCES.applicationSets));
  const sets = files.map(({ set, file }) => ({ set: asApplied(set, live.get(keyOf(set))), file }));
  const known = new Set([...sets.map(({ set }) => keyOf(set)), ...removed.map(keyOf)]);
  return {
    sets: sets.filter(({ set }) => isAsked(set)),
    removed: removed.filter(isAsked),
    missing: names.filter(({ name, namespace }) => !known.has(`${namespace}/${name}`)),
  };
}

function checkOptions(texts: readonly string[], { filename, prune, selector, trackedBy }: AskOptions): void {
  const wrong = (message: string) => {
    throw new AppsetError('APPSET_E0801', message);
  };
  const file =
    filename === undefined
      ? undefined
      : texts.find((text) => /\.(?:ya?ml|json)$/.test(text) && existsSync(text));
  if (file !== undefined)
    wrong(`${file} would be the name of a set: each file needs its own -f, or name the folder`);
  if (prune === true && filename === undefined) wrong('--prune needs the files that remain: -f FILE');
  if (prune !== true && selector !== undefined) wrong('--selector says which sets --prune may remove');
  if (prune !== true && trackedBy !== undefined) wrong('--tracked-by says which sets --prune may remove');
}

async function liveSets(
  client: ObjectClient,
  names: readonly SetName[],
  namespace = 'argocd',
): Promise<Asked> {
  if (names.length === 0) {
    const sets = (await listAll(client, RESOURCES.applicationSets, { namespace })).map(asApplicationSet);
    return { sets: sets.map((set) => ({ set })), removed: [], missing: [] };
  }
  const found: AskedSet[] = [];
  const missing: SetName[] = [];
  const all = new Map<string, ApplicationSet>();
  for (const one of new Set(names.map((name) => name.namespace))) {
    const listed = await listAll(client, RESOURCES.applicationSets, { namespace: one });
    for (const [key, set] of byKey(listed)) all.set(key, set);
  }
  for (const name of names) {
    const set = all.get(`${name.namespace}/${name.name}`);
    if (set === undefined) missing.push(name);
    else found.push({ set });
  }
  return { sets: found, removed: [], missing };
}

const byKey = (objects: Awaited<ReturnType<typeof listAll>>): ReadonlyMap<string, ApplicationSet> =>
  new Map(objects.map((object) => [keyOf(asApplicationSet(object)), asApplicationSet(object)] as const));

/**
 * The sets of the files, each once. A folder that is empty now is none of sets only where `--prune` knows
 * from `-n` which sets it had.
 */
function setsOfFiles(options: AskOptions, otherwise: string | undefined): readonly SetFile[] {
  let files: readonly SetFile[];
  try {
    files = readSets(options.filename ?? [], options.namespace ?? otherwise);
  } catch (error) {
    const isNone = error instanceof AppsetError && error.code === 'APPSET_E0104';
    if (!isNone || options.prune !== true || options.namespace === undefined) throw error;
    return [];
  }
  const seen = new Map<string, SetFile>();
  for (const one of files) {
    const before = seen.get(keyOf(one.set));
    if (before !== undefined)
      throw new AppsetError(
        'APPSET_E0102',
        `ApplicationSet ${keyOf(one.set)} is written twice: in ${before.file} and in ${one.file}; which of them counts is not known`,
      );
    seen.set(keyOf(one.set), one);
  }
  return files;
}

/** Live sets in scope that no file has. */
async function removedSets(
  client: ObjectClient,
  files: readonly SetFile[],
  otherwise: string | undefined,
  { namespace, selector, trackedBy }: AskOptions,
): Promise<readonly ApplicationSet[]> {
  const written = new Set(files.map(({ set }) => keyOf(set)));
  const named = files.map(({ set }) => set.metadata.namespace ?? otherwise ?? 'argocd');
  const namespaces = new Set(namespace === undefined ? named : [namespace, ...named]);
  const removed: ApplicationSet[] = [];
  for (const one of [...namespaces].sort()) {
    removed.push(...(await selected(client, one, selector)));
  }
  return removed.filter(
    (set) =>
      !written.has(keyOf(set)) &&
      set.metadata.deletionTimestamp === undefined &&
      (trackedBy === undefined || isTrackedBy(set, trackedBy)),
  );
}

/** The live sets of a namespace with these labels. @throws AppsetError APPSET_E0801 for no selector */
async function selected(
  client: ObjectClient,
  namespace: string,
  labelSelector: string | undefined,
): Promise<readonly ApplicationSet[]> {
  if (labelSelector === undefined)
    return (await listAll(client, RESOURCES.applicationSets, { namespace })).map(asApplicationSet);
  try {
    return (await listAll(client, RESOURCES.applicationSets, { namespace, labelSelector })).map(
      asApplicationSet,
    );
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 400) throw error;
    throw new AppsetError('APPSET_E0801', `--selector ${labelSelector}: ${error.message}`, { cause: error });
  }
}

/** Annotations that an earlier apply brought: they go where the file has them no more. */
function appliedAnnotations({ metadata }: ApplicationSet): ReadonlySet<string> {
  const text = metadata.annotations?.[LAST_APPLIED_ANNOTATION];
  if (text === undefined) return new Set();
  try {
    const { metadata: applied } = JSON.parse(text) as { metadata?: { annotations?: object } };
    return new Set(Object.keys(applied?.annotations ?? {}));
  } catch {
    // somebody wrote it who is not kubectl: nothing is known to go
    return new Set();
  }
}

/** The set of a file as it would be once it is applied over the live one, whose identity and state it keeps. */
function asApplied(written: ApplicationSet, live: ApplicationSet | undefined): ApplicationSet {
  if (live === undefined) return written;
  const { uid, generation, resourceVersion, creationTimestamp, annotations } = live.metadata;
  const applied = appliedAnnotations(live);
  const own = Object.entries(annotations ?? {}).filter(
    ([key]) => key.startsWith(OWN_PREFIX) && !applied.has(key),
  );
  const changed = !jsonEqual(written.spec, live.spec);
  return {
    ...written,
    metadata: {
      ...written.metadata,
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
      generation: (generation ?? 0) + (changed ? 1 : 0),
      annotations: { ...Object.fromEntries(own), ...written.metadata.annotations },
    },
    ...(live.status === undefined ? {} : { status: live.status }),
  };
}
