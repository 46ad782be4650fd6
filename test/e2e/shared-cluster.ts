/**
 * One real cluster for the integration tests of a run: started before the first, stopped after the last
 * (vitest globalSetup). Tests find it by APPSET_TEST_KUBECONFIG.
 */
import { type RealBackend, startRealBackend } from '../harness/backend.ts';

let backend: RealBackend | undefined;

export async function setup(): Promise<void> {
  backend = await startRealBackend({ controllerManager: true });
  process.env['APPSET_TEST_BACKEND'] = 'real';
  process.env['APPSET_TEST_KUBECONFIG'] = backend.kubeconfig;
  process.env['APPSET_TEST_COLLECTOR_PID'] = String(backend.cluster.controllerManagerPid);
}

export async function teardown(): Promise<void> {
  await backend?.stop();
}
