/** Facts of `--live`: what was given on the command line, and for the rest the current context and the network. */
import { controllerSettings } from '../controller/settings.ts';
import type { Reading, Sources } from '../generators/contract.ts';
import { connect, type KubeOptions } from './kube-options.ts';
import { liveWorld } from './live-facts.ts';

export interface LiveFacts {
  readonly sources: Sources;
  close(): Promise<void>;
}

/**
 * @param given answers first; what it says was not given is asked for live
 * @param namespace of Argo CD
 * @throws AppsetError APPSET_E0601, APPSET_E0802 when the cluster cannot be read
 */
export async function liveFacts(given: Sources, options: KubeOptions, namespace: string): Promise<LiveFacts> {
  const cluster = await connect(options);
  try {
    const world = await liveWorld(
      cluster.client,
      controllerSettings({ controllerNamespace: namespace }),
      false,
    );
    const { sources: live } = await world.deps.facts({
      apiVersion: '',
      kind: '',
      metadata: { name: '' },
      spec: {},
    });
    const first = async <T>(own: Reading<T>, other: () => Promise<Reading<T>>): Promise<Reading<T>> =>
      !own.known && own.error.code === 'APPSET_E0404' ? other() : own;
    return {
      sources: {
        clusters: async () => first(await given.clusters(), () => live.clusters()),
        project: async (name) => first(await given.project(name), () => live.project(name)),
        secretLabels: async (space, name) =>
          first(await given.secretLabels(space, name), () => live.secretLabels(space, name)),
        gitTree: async (request) => first(await given.gitTree(request), () => live.gitTree(request)),
        gitFiles: async (request, commit, paths) =>
          first(await given.gitFiles(request, commit, paths), () => live.gitFiles(request, commit, paths)),
      },
      close: async () => {
        world.close();
        await cluster.close();
      },
    };
  } catch (error) {
    await cluster.close();
    throw error;
  }
}
