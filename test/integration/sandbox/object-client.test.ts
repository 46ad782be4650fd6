/** The sandbox held to the contract of `ObjectClient`: its store directly, and through HTTP with the operator's own client. */
import { HttpObjectClient, plainConnection, Transport } from '../../../src/kube/index.ts';
import { createStore, startSandbox } from '../../../src/sandbox/index.ts';
import { describeObjectClient } from '../../contract/object-client.ts';

describeObjectClient('the store', async () => ({
  client: createStore(),
  stop: async () => undefined,
}));

describeObjectClient('the store over HTTP', async () => {
  const sandbox = await startSandbox();
  const transport = new Transport(plainConnection(sandbox.url));
  return {
    client: new HttpObjectClient(transport),
    stop: async () => {
      await transport.close();
      await sandbox.stop();
    },
  };
});
