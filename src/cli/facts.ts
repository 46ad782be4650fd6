/**
 * Facts for commands that work offline, from the flags that are the same everywhere: `--clusters`,
 * `--projects`, `--repo`, `--facts`. A fact that was not given is unknown (APPSET_E0404), never empty;
 * what was given wins over what `--facts` records.
 */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { CLUSTER_SECRET_TYPE, SECRET_TYPE_LABEL } from '../api/names.ts';
import type { Json, JsonObject, KubeObject } from '../api/objects.ts';
import { clusterFact } from '../generators/cluster-secret.ts';
import {
  type ClusterFact,
  type GitRequest,
  known,
  type Reading,
  type Sources,
  unknown,
} from '../generators/contract.ts';
import { localRepoSources, parseRepositoryMapping } from '../sources/live/index.ts';
import { worldSources } from '../sources/recorded/index.ts';
import { compareBytes } from '../support/byte-strings.ts';
import { systemClock } from '../support/clock.ts';
import { AppsetError, messageOf } from '../support/errors.ts';
import { fileProblem } from '../support/file-problem.ts';
import { isJsonObject } from '../support/json.ts';
import { LIMITS } from '../support/limits.ts';
import { parseYamlDocuments } from '../support/yaml.ts';
import { collect } from './options.ts';
import { type TemporaryFolder, temporaryFolder } from './temporary-folder.ts';

export interface FactOptions {
  readonly clusters?: string;
  readonly projects?: string;
  readonly repo?: readonly string[];
  readonly facts?: string;
}

/** A fact that was asked for and not given, with the flag that gives it. */
export interface NotGiven {
  readonly what: string;
  readonly flag: string;
}

export interface OfflineFacts {
  readonly sources: Sources;
  /** what was asked for so far and was not given, in order of asking */
  notGiven(): readonly NotGiven[];
  /** removes what was put on disk for the work */
  close(): void;
}

/** Declares the flags on a command. */
export function factOptions(command: Command): Command {
  return command
    .option(
      '--clusters <file>',
      'cluster Secrets as YAML, or a plain list of name, server, labels, annotations',
    )
    .option('--projects <file>', 'AppProjects as YAML')
    .option(
      '--repo <url=dir[@rev]>',
      'answer for a repository from a folder, or from a commit of it (repeatable)',
      collect,
    )
    .option('--facts <file>', 'facts recorded as JSON, in the form of the conformance worlds');
}

/** Sources of what was given. @throws AppsetError when a file cannot be used */
export function offlineFacts(options: FactOptions): OfflineFacts {
  const mappings = (options.repo ?? []).map(parseRepositoryMapping);
  const world = options.facts === undefined ? undefined : readWorld(options.facts);
  const recorded = world === undefined ? undefined : worldSources(world, { clock: systemClock });
  const clusters = options.clusters === undefined ? undefined : readClusters(options.clusters);
  const projects = options.projects === undefined ? undefined : readProjects(options.projects);
  const asked = new Map<string, NotGiven>();
  const notGiven = <T>(what: string, flag: string): Reading<T> => {
    asked.set(what, { what, flag });
    return unknown(new AppsetError('APPSET_E0404', `${what}: not given (${flag})`));
  };
  const repositoryNotGiven = <T>({ repoURL }: GitRequest): Reading<T> =>
    notGiven(`repository ${repoURL}`, `--repo ${repoURL}=DIR`);
  let home: TemporaryFolder | undefined;
  let local: ReturnType<typeof localRepoSources> | undefined;
  if (mappings.length > 0) {
    home = temporaryFolder('git');
    local = localRepoSources({ mappings, home: home.path, clock: systemClock });
  }
  const { repositories } = world ?? {};
  const isRecorded = ({ repoURL }: GitRequest) =>
    isJsonObject(repositories) && Object.hasOwn(repositories, repoURL);
  const isMapped = (reading: Reading<unknown>) => reading.known || reading.error.code !== 'APPSET_E0404';
  return {
    sources: {
      clusters: async () => {
        if (clusters !== undefined)
          return known(clusters, options.clusters ?? '', systemClock.now(), 'given');
        return recorded === undefined || world?.clusterSecrets === undefined
          ? notGiven('the clusters', '--clusters')
          : recorded.clusters();
      },
      project: async (name) => {
        if (projects !== undefined)
          return known(projects.get(name) ?? null, options.projects ?? '', systemClock.now(), 'given');
        return recorded === undefined || world?.appProjects === undefined
          ? notGiven(`AppProject ${name}`, '--projects')
          : recorded.project(name);
      },
      secretLabels: async (space, name) =>
        recorded === undefined || world?.secrets === undefined
          ? notGiven(`Secret ${space}/${name}`, '--facts')
          : recorded.secretLabels(space, name),
      gitTree: async (request) => {
        const reading = await local?.gitTree(request);
        if (reading !== undefined && isMapped(reading)) return reading;
        return recorded === undefined || !isRecorded(request)
          ? repositoryNotGiven(request)
          : recorded.gitTree(request);
      },
      gitFiles: async (request, commit, paths) => {
        const reading = await local?.gitFiles(request, commit, paths);
        if (reading !== undefined && isMapped(reading)) return reading;
        return recorded === undefined || !isRecorded(request)
          ? repositoryNotGiven(request)
          : recorded.gitFiles(request, commit, paths);
      },
    },
    notGiven: () => [...asked.values()],
    close: () => home?.remove(),
  };
}

/** A file's text, `-` for standard input. @throws AppsetError APPSET_E0804 when it cannot be read */
export function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new AppsetError('APPSET_E0804', `${shownName(file)} cannot be read: ${fileProblem(error)}`, {
      cause: error,
    });
  }
}

/** How a file is called in messages. */
export const shownName = (file: string): string => (file === '-' ? 'standard input' : file);

/** An object of a file, and where it stands: `dump.yaml, document 2, items[3]`. */
export interface PlacedObject {
  readonly object: JsonObject;
  readonly where: string;
}

/**
 * Objects of a YAML file: every document, with the items of a List or of a plain sequence.
 *
 * @throws AppsetError APPSET_E0102 for a file without any document: a command that failed may have left it
 */
export function readPlacedObjects(file: string): PlacedObject[] {
  const name = shownName(file);
  const documents = parseYamlDocuments(readText(file), file);
  if (documents.length === 0)
    throw new AppsetError('APPSET_E0102', `${name} is empty: write [] where there are none`);
  const values = documents.flatMap(({ value }, index): readonly (readonly [string, Json])[] => {
    const document = documents.length === 1 ? name : `${name}, document ${index + 1}`;
    if (Array.isArray(value)) return value.map((item, at) => [`${document}, [${at}]`, item as Json] as const);
    if (isJsonObject(value) && Array.isArray(value.items) && String(value.kind).endsWith('List'))
      return value.items.map((item, at) => [`${document}, items[${at}]`, item] as const);
    return [[document, value]];
  });
  return values.map(([where, object]) => {
    if (isJsonObject(object)) return { object, where };
    throw new AppsetError('APPSET_E0102', `${where}: ${shownValue(object)} is no object`);
  });
}

const shownValue = (value: Json): string => JSON.stringify(value).slice(0, 80);

/** The same without their places. */
export const readObjects = (file: string): JsonObject[] =>
  readPlacedObjects(file).map(({ object }) => object);

/** An unknown fact is not an empty one: objects of other kinds alone are another file. */
function checkKind(file: string, objects: readonly JsonObject[], found: number, wanted: string): void {
  if (found > 0 || objects.length === 0) return;
  const kinds = [...new Set(objects.map(({ kind }) => String(kind ?? 'an object without kind')))];
  const shown = kinds.slice(0, LIMITS.namesShown).join(', ');
  throw new AppsetError('APPSET_E0102', `${shownName(file)}: no ${wanted}, only ${shown}`);
}

function readClusters(file: string): ClusterFact[] {
  const objects = readObjects(file);
  const facts = objects.flatMap((object) => {
    if (object.kind !== undefined) {
      const metadata = isJsonObject(object.metadata) ? object.metadata : {};
      const labels = isJsonObject(metadata.labels) ? metadata.labels : {};
      const isCluster = object.kind === 'Secret' && labels[SECRET_TYPE_LABEL] === CLUSTER_SECRET_TYPE;
      return isCluster ? [clusterFact(object)] : [];
    }
    return [shortCluster(object, file)];
  });
  checkKind(file, objects, facts.length, 'cluster Secret');
  return facts.sort((a, b) => compareBytes(a.secretName, b.secretName));
}

/** `{name, server, project?, labels?, annotations?}`: the type label is added, as the Secret would carry it. */
function shortCluster(object: JsonObject, file: string): ClusterFact {
  const { name, server, project } = object;
  if (typeof name !== 'string' || typeof server !== 'string')
    throw new AppsetError(
      'APPSET_E0102',
      `${file}: a cluster needs name and server: ${JSON.stringify(object)}`,
    );
  const texts = (value: Json | undefined) =>
    Object.fromEntries(
      Object.entries(isJsonObject(value) ? value : {}).map(([key, item]) => [key, String(item)]),
    );
  return {
    secretName: `cluster-${name}`,
    name,
    server,
    project: typeof project === 'string' ? project : undefined,
    labels: { ...texts(object.labels), [SECRET_TYPE_LABEL]: CLUSTER_SECRET_TYPE },
    annotations: texts(object.annotations),
  };
}

function readProjects(file: string): Map<string, KubeObject> {
  const objects = readObjects(file);
  const projects = objects.filter((object) => object.kind === 'AppProject');
  checkKind(file, objects, projects.length, 'AppProject');
  return new Map(projects.map((project) => [nameOf(project, file), project as unknown as KubeObject]));
}

function nameOf(object: JsonObject, file: string): string {
  const name = isJsonObject(object.metadata) ? object.metadata.name : undefined;
  if (typeof name === 'string' && name !== '') return name;
  throw new AppsetError('APPSET_E0102', `${shownName(file)}: an AppProject without metadata.name`);
}

function readWorld(file: string): JsonObject {
  const text = readText(file);
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    throw new AppsetError('APPSET_E0102', `${file} is not valid JSON: ${messageOf(error)}`, { cause: error });
  }
  const world = isJsonObject(value) && isJsonObject(value.world) ? value.world : value;
  if (!isJsonObject(world)) throw new AppsetError('APPSET_E0102', `${file}: facts are one JSON object`);
  for (const [key, isRight, kind] of WORLD) {
    if (world[key] !== undefined && !isRight(world[key]))
      throw new AppsetError('APPSET_E0102', `${file}: ${key} must be ${kind}`);
  }
  if (WORLD.every(([key]) => world[key] === undefined))
    throw new AppsetError(
      'APPSET_E0102',
      `${file} holds no facts: give ${WORLD.map(([key]) => key).join(', ')}`,
    );
  for (const project of Array.isArray(world.appProjects) ? world.appProjects : []) {
    nameOf(isJsonObject(project) ? project : {}, file);
  }
  for (const [url, repository] of Object.entries((world.repositories ?? {}) as JsonObject)) {
    const revisions = isJsonObject(repository) ? (repository.revisions ?? repository) : undefined;
    if (!isJsonObject(revisions) || !Object.values(revisions).every((revision) => isJsonObject(revision)))
      throw new AppsetError('APPSET_E0102', `${file}: repositories[${url}] must be an object of revisions`);
  }
  return world;
}

/** What a file of facts may hold; a key that is left out is unknown. */
const WORLD: readonly (readonly [string, (value: Json | undefined) => boolean, string])[] = [
  ['clusterSecrets', Array.isArray, 'a list of Secrets'],
  ['appProjects', Array.isArray, 'a list of AppProjects'],
  ['repositories', isJsonObject, 'an object of repositories by URL'],
];
