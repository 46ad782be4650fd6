/** A set evaluated on a recorded world, as short as a test wants to say it. */
import type { ApplicationSet, JsonObject } from '../../../src/api/objects.ts';
import { paramsAsJson } from '../../../src/conformance/params.ts';
import {
  type GenerationSettings,
  generateSet,
  type LeafOutcomes,
  type Row,
  type SetGeneration,
  type Sources,
  setContext,
} from '../../../src/generators/index.ts';
import { UNRESTRICTED } from '../../../src/generators/scm-restrictions.ts';
import { worldSources } from '../../../src/sources/recorded/index.ts';
import { type Clock, ManualClock } from '../../../src/support/clock.ts';
import { LIMITS } from '../../../src/support/limits.ts';
import { seededRandom } from '../../../src/support/random.ts';

export const REPO = 'https://git.example.com/acme/platform.git';

export interface Scene {
  readonly generators: readonly unknown[];
  /** legacy mode */
  readonly legacy?: boolean;
  readonly options?: readonly string[];
  readonly template?: JsonObject;
  /** path → text of the one repository at `main` */
  readonly files?: Readonly<Record<string, string>>;
  readonly symlinks?: Readonly<Record<string, string>>;
  /** cluster name → labels */
  readonly clusters?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly world?: JsonObject;
  readonly settings?: Partial<GenerationSettings>;
  readonly sources?: Partial<Sources>;
  /** what earlier evaluations gave */
  readonly leaves?: LeafOutcomes;
  /** one that stands still when left out */
  readonly clock?: Clock;
}

export const secret = (
  name: string,
  labels: Readonly<Record<string, string>> = {},
  more: JsonObject = {},
): JsonObject => ({
  metadata: {
    name: `cluster-${name}`,
    labels: { 'argocd.argoproj.io/secret-type': 'cluster', ...labels },
  },
  stringData: { name, server: `https://${name}.k8s.example.com`, config: '{}', ...more },
});

export function worldOf(scene: Scene): JsonObject {
  return {
    namespace: 'argocd',
    appProjects: [{ metadata: { name: 'default' }, spec: {} }],
    clusterSecrets: Object.entries(scene.clusters ?? {}).map(([name, labels]) => secret(name, labels)),
    repositories:
      scene.files === undefined
        ? {}
        : {
            [REPO]: { revisions: { main: { files: scene.files, symlinks: scene.symlinks ?? {} } } },
          },
    ...scene.world,
  };
}

export async function generate(scene: Scene): Promise<SetGeneration> {
  const set = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name: 'fleet', namespace: 'argocd' },
    spec: {
      goTemplate: scene.legacy !== true,
      goTemplateOptions: scene.options ?? [],
      generators: scene.generators,
      template: scene.template ?? { metadata: { name: 'x' }, spec: { project: 'default' } },
    },
  } as unknown as ApplicationSet;
  const clock = scene.clock ?? new ManualClock();
  return generateSet(set, {
    ...setContext(set),
    controllerNamespace: 'argocd',
    render: {
      clock,
      random: seededRandom(1),
      maxSteps: LIMITS.templateSteps,
      maxOutputBytes: LIMITS.templateOutputBytes,
      maxRecursion: LIMITS.templateRecursion,
    },
    settings: {
      compat: false,
      newGitFileGlobbing: false,
      requeueAfterSeconds: 180,
      maxRows: LIMITS.rowsPerSet,
      maxNesting: LIMITS.nesting,
      maxFiles: LIMITS.filesPerSet,
      scm: UNRESTRICTED,
      ...scene.settings,
    },
    sources: { ...worldSources(worldOf(scene), { clock }), ...scene.sources },
    ...(scene.leaves === undefined ? {} : { leaves: scene.leaves }),
  });
}

export const rowsOf = (generation: SetGeneration): readonly Row[] =>
  generation.entries.flatMap((entry) => entry.generated.rows);

/** Params of all rows as JSON. */
export async function params(scene: Scene): Promise<unknown[]> {
  const generation = await generate(scene);
  if (generation.errors.length > 0) throw generation.errors[0];
  return rowsOf(generation).map((row) => paramsAsJson(row.params));
}

/** The value of one param of each row. */
export async function column(scene: Scene, name: string): Promise<unknown[]> {
  return (await params(scene)).map((row) => (row as Record<string, unknown>)[name]);
}

/** Directories that rows come from. */
export async function directories(scene: Scene): Promise<unknown[]> {
  return (await column(scene, 'path')).map((path) =>
    typeof path === 'string' ? path : (path as { path: string }).path,
  );
}

/** The message that the set would report in compat mode. */
export async function compatError(scene: Scene): Promise<string | undefined> {
  const generation = await generate({ ...scene, settings: { ...scene.settings, compat: true } });
  return generation.errors[0]?.message;
}
