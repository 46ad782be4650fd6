/** A real API server held to the contract of `ObjectClient`: what the sandbox imitates is measured here. */

import { RESOURCES } from '../../src/api/client.ts';
import { ARGO_CRD_KINDS, customResourceDefinition } from '../../src/api/crds.ts';
import type { KubeObject } from '../../src/api/objects.ts';
import { HttpObjectClient, loadConnection, Transport } from '../../src/kube/index.ts';
import { systemClock } from '../../src/support/clock.ts';
import { describeObjectClient } from '../contract/object-client.ts';
import { startCluster } from './cluster.ts';

const ESTABLISH_MS = 200;

describeObjectClient('a real API server', async () => {
  const cluster = await startCluster();
  const transport = new Transport(await loadConnection({ kubeconfig: cluster.kubeconfig }));
  const client = new HttpObjectClient(transport);
  for (const kind of ARGO_CRD_KINDS) {
    const crd = customResourceDefinition(kind) as unknown as KubeObject;
    await client.create(RESOURCES.customResourceDefinitions, crd);
  }
  for (const type of [RESOURCES.applications, RESOURCES.applicationSets]) {
    for (;;) {
      const served = await client.list(type).then(
        () => true,
        () => false,
      );
      if (served) break;
      await systemClock.sleep(ESTABLISH_MS);
    }
  }
  return {
    client,
    stop: async () => {
      await transport.close();
      await cluster.stop();
    },
  };
});
