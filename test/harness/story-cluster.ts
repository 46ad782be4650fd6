/** One real cluster for all stories of a run (vitest globalSetup); each story has a namespace of its own. */
import type { TestProject } from 'vitest/node';
import { type RealBackend, startRealBackend } from './backend.ts';

let backend: RealBackend | undefined;

declare module 'vitest' {
  interface ProvidedContext {
    /** path of a kubeconfig with every right */
    readonly storyKubeconfig: string;
  }
}

export async function setup(project: TestProject): Promise<void> {
  backend = await startRealBackend({ controllerManager: true });
  project.provide('storyKubeconfig', backend.kubeconfig);
}

export async function teardown(): Promise<void> {
  await backend?.stop();
}
