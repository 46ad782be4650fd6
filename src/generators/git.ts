/**
 * The git generator (spec generators §2.3): looks up the project, then lists directories or reads
 * files of one commit. A repository that cannot be read is unknown; a path of it that cannot be used
 * is a failed element.
 */
import type { JsonObject, KubeObject } from '../api/objects.ts';
import { AppsetError } from '../support/errors.ts';
import { isJsonObject } from '../support/json.ts';
import type { GenerationRun, Generator, GeneratorNode, GitRequest, Outcome, Problem } from './contract.ts';
import { stringField, stringMapField } from './fields.ts';
import { directoryRows } from './git-directories.ts';
import { fileRows } from './git-files.ts';
import { type GitLeaf, serviceError } from './git-leaf.ts';
import { itemsOf, selectedFacts, selectionOf, submodulesReached } from './git-selection.ts';
import { unknownOutcome, unknownProblem, usable } from './outcome.ts';

/** Ids of the keys that may sign for a project; undefined when it asks for none. */
function signatureKeysOf(project: KubeObject): readonly string[] | undefined {
  const keys: unknown = project.spec?.['signatureKeys'];
  if (!Array.isArray(keys) || keys.length === 0) return undefined;
  return keys.map((key: unknown) =>
    isJsonObject(key) && typeof key['keyID'] === 'string' ? key['keyID'] : '',
  );
}

type Rules = Pick<GitRequest, 'project' | 'signatureKeys'>;

/** The project whose credentials count, and who may sign for it; throws what keeps the repository from being read at all. */
async function rulesOf(run: GenerationRun): Promise<Rules> {
  const { project, projectIsTemplated } = run.context;
  if (projectIsTemplated) return { project: '' };
  const prefix = `error getting project ${project}: `;
  const reading = await run.project(project);
  if (!reading.known) {
    // offline, what was not given is not checked; the command line says so
    if (reading.error.code === 'APPSET_E0404' && !run.context.settings.compat) return { project };
    throw reading.error.prefixed(prefix);
  }
  if (reading.value === null) {
    throw new AppsetError(
      'APPSET_E0405',
      `${prefix}appprojects.argoproj.io ${JSON.stringify(project)} not found`,
    );
  }
  if (reading.value.spec?.['sourceIntegrity']) {
    throw new AppsetError(
      'APPSET_E0202',
      `${prefix}sourceIntegrity of a project is not supported, use signatureKeys; the repository is not read`,
    );
  }
  const signatureKeys = signatureKeysOf(reading.value);
  return signatureKeys === undefined ? { project } : { project, signatureKeys };
}

async function requestOf(spec: JsonObject, run: GenerationRun): Promise<GitRequest> {
  const rules = await rulesOf(run);
  return { repoURL: stringField(spec, 'repoURL'), revision: stringField(spec, 'revision'), ...rules };
}

export const gitGenerator: Generator = {
  name: 'git',
  async facts(spec, run) {
    const request = await requestOf(spec, run);
    const items = itemsOf(spec);
    const reading = await run.gitTree(request);
    return reading.known ? selectedFacts(spec, reading.value, items, request.repoURL, run) : undefined;
  },
  async generate(spec: JsonObject, node: GeneratorNode, run): Promise<Outcome> {
    const request = await requestOf(spec, run);
    const items = itemsOf(spec);
    const reading = usable(await run.gitTree(request), run.context.settings);
    const problems: Problem[] = [];
    if (reading.error !== undefined) {
      const error = serviceError(reading.error, items.mode);
      if (reading.value === undefined) return unknownOutcome(node, error);
      problems.push(unknownProblem(node, error, true));
    }
    const tree = reading.value;
    if (tree === undefined) return { rows: [], problems };
    const submodules = submodulesReached(tree, items, run);
    if (submodules !== undefined) problems.push(unknownProblem(node, submodules));
    const leaf: GitLeaf = {
      node,
      request,
      tree,
      prefix: stringField(spec, 'pathParamPrefix'),
      values: stringMapField(spec, 'values'),
      stale: reading.stale,
    };
    const selection = await selectionOf(spec, tree, items, request.repoURL, run);
    const { rows, problems: more } =
      selection.mode === 'directories'
        ? await directoryRows(leaf, selection.paths, run)
        : await fileRows(leaf, selection.files, run);
    return { rows, problems: problems.length === 0 ? more : [...problems, ...more] };
  },
};
