/**
 * `appset plan [SET…]`: what a run over live sets would do now, and why it would not do the rest, by the
 * code of the controller itself. Nothing is written.
 */
import type { Command } from 'commander';
import { type ObjectClient, RESOURCES } from '../api/client.ts';
import { OWN_PREFIX } from '../api/names.ts';
import type { ApplicationSet } from '../api/objects.ts';
import { asApplicationSet, listAll } from '../controller/live-view.ts';
import { previewSet } from '../controller/reconcile.ts';
import { controllerSettings } from '../controller/settings.ts';
import { asAppsetError } from '../support/errors.ts';
import { EXIT, worst } from './exit.ts';
import { connect, type KubeOptions, kubeOptions } from './kube-options.ts';
import { configMap, dumpClient, liveWorld } from './live-facts.ts';
import { controllerSettingsOf, PARAMS_MAP, resolveSettings } from './operator-settings.ts';
import { collect, oneOf } from './options.ts';
import { packageVersion } from './package-version.ts';
import { asHtml, asJson, asMarkdown, asText } from './plan/formats.ts';
import { failuresOf, heldNames, keyOfSet, type Planned } from './plan/planned.ts';
import { describeError } from './report-error.ts';
import { readSets } from './set-files.ts';
import { stderrStyle, stdoutStyle } from './terminal.ts';

const FORMATS = ['text', 'json', 'markdown', 'html'] as const;

interface Options extends KubeOptions {
  readonly namespace?: string;
  readonly controlPlane: string;
  readonly clusterDump?: string;
  readonly output: (typeof FORMATS)[number];
  readonly detailedExitcode?: boolean;
  readonly allowLocalGit?: boolean;
  readonly compat?: string;
  readonly policy?: string;
  readonly unchanged?: boolean;
  readonly filename?: readonly string[];
}

export function define(command: Command, finish: (code: number) => void): void {
  kubeOptions(command)
    .argument('[sets...]', 'names; without any all sets of the namespace')
    .option('-f, --filename <file>', 'sets as they are in a file, against the cluster (repeatable)', collect)
    .option('-n, --namespace <name>', 'namespace of the sets (default: that of the context, else argocd)')
    .option('--control-plane <name>', 'namespace of Argo CD, where clusters and projects are', 'argocd')
    .option(
      '--cluster-dump <file>',
      'objects of a cluster as YAML instead of a cluster (kubectl get … -o yaml)',
    )
    .option('-o, --output <format>', `one of ${FORMATS.join(', ')}`, oneOf('--output', FORMATS), 'text')
    .option('--detailed-exitcode', 'exit with 3 when something would change')
    .option('--unchanged', 'name also what would stay as it is')
    .option('--policy <name>', "the operator's --policy")
    .option('--allow-local-git', 'read repositories at file: and git: addresses too')
    .option('--compat <argocd>', 'plan as the reference would')
    .addHelpText(
      'after',
      `
Exit codes: 0 planned, 1 an element or set failed, 2 wrong usage, 3 changes (with --detailed-exitcode),
4 something would be held, 5 a source or the API server could not be read.`,
    )
    .action(async (names: string[], options: Options) => finish(await plan(names, options)));
}

async function plan(names: readonly string[], options: Options): Promise<number> {
  const cluster = options.clusterDump === undefined ? await connect(options) : undefined;
  try {
    const client = cluster?.client ?? dumpClient(options.clusterDump ?? '');
    const namespace = options.namespace ?? cluster?.namespace ?? 'argocd';
    const flags = { namespace: options.controlPlane, policy: options.policy, compat: options.compat };
    const values = resolveSettings(
      { flags, env: process.env, params: (await configMap(client, options.controlPlane, PARAMS_MAP)) ?? {} },
      (problem) => process.stderr.write(`Note: ${problem}\n`),
    );
    const world = await liveWorld(
      client,
      controllerSettings(controllerSettingsOf(values, namespace)),
      options.allowLocalGit === true,
    );
    try {
      const { sets, missing } = await read(client, names, namespace, options);
      const planned: Planned[] = [];
      for (const asked of sets) planned.push(await one(asked, world.deps));
      process.stdout.write(await output(planned, options));
      if (options.output === 'text') {
        const failures = planned.flatMap(({ preview }) => (preview === undefined ? [] : failuresOf(preview)));
        for (const failure of failures) process.stderr.write(describeError(failure, stderrStyle()));
      }
      for (const name of missing) process.stderr.write(`There is no ApplicationSet ${namespace}/${name}.\n`);
      if (sets.length + missing.length === 0 && options.filename === undefined)
        process.stderr.write(`No ApplicationSets in namespace ${namespace}.\n`);
      return worst([
        ...planned.flatMap((item) => codes(item, options)),
        ...(missing.length > 0 ? [EXIT.failed] : []),
      ]);
    } finally {
      world.close();
    }
  } finally {
    await cluster?.close();
  }
}

async function one(asked: Asked, deps: Parameters<typeof previewSet>[1]): Promise<Planned> {
  try {
    return { ...asked, preview: await previewSet(asked.set, deps) };
  } catch (error) {
    return { ...asked, error: asAppsetError(error, 'APPSET_E0601') };
  }
}

async function output(planned: readonly Planned[], options: Options): Promise<string> {
  switch (options.output) {
    case 'json':
      return `${JSON.stringify(asJson(planned), null, 2)}\n`;
    case 'markdown':
      return asMarkdown(planned);
    case 'html':
      return asHtml(planned, packageVersion());
    case 'text':
      return planned.map((item) => asText(item, options.unchanged === true, stdoutStyle())).join('\n');
  }
}

interface Asked {
  readonly set: ApplicationSet;
  readonly file?: string;
}

async function read(
  client: ObjectClient,
  names: readonly string[],
  namespace: string,
  { filename }: Options,
): Promise<{ readonly sets: readonly Asked[]; readonly missing: readonly string[] }> {
  if (filename !== undefined) {
    const written = readSets(filename).filter(
      ({ set }) => names.length === 0 || names.includes(set.metadata.name),
    );
    const live = new Map(
      (await listAll(client, RESOURCES.applicationSets)).map(
        (object) => [keyOfSet(asApplicationSet(object)), asApplicationSet(object)] as const,
      ),
    );
    return {
      sets: written.map(({ set, file }) => ({ set: asApplied(set, live.get(keyOfSet(set))), file })),
      missing: [],
    };
  }
  const live = await listAll(client, RESOURCES.applicationSets, { namespace });
  const all = new Map(live.map((object) => [object.metadata.name, asApplicationSet(object)] as const));
  if (names.length === 0) return { sets: [...all.values()].map((set) => ({ set })), missing: [] };
  return {
    sets: names.flatMap((name) => {
      const set = all.get(name);
      return set === undefined ? [] : [{ set }];
    }),
    missing: names.filter((name) => !all.has(name)),
  };
}

/** The set of a file as it would be once it is applied over the live one, whose identity and state it keeps. */
function asApplied(written: ApplicationSet, live: ApplicationSet | undefined): ApplicationSet {
  if (live === undefined) return written;
  const { uid, generation, resourceVersion, creationTimestamp, annotations } = live.metadata;
  const own = Object.entries(annotations ?? {}).filter(([key]) => key.startsWith(OWN_PREFIX));
  const changed = JSON.stringify(written.spec) !== JSON.stringify(live.spec);
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

function codes({ preview, error }: Planned, options: Options): number[] {
  if (preview === undefined) return [error?.kind === 'api' ? EXIT.unreadable : EXIT.failed];
  const failures = failuresOf(preview);
  const { plan } = preview;
  const changes = plan.create.length + plan.update.length + plan.delete.length > 0;
  return [
    ...failures.map(({ kind }) => (kind === 'source' || kind === 'api' ? EXIT.unreadable : EXIT.failed)),
    ...plan.blocked.map(({ reason }) => (reason === 'Held' ? EXIT.held : EXIT.failed)),
    ...(heldNames(plan).length > 0 ? [EXIT.held] : []),
    ...(changes && options.detailedExitcode === true ? [EXIT.changes] : []),
  ];
}
