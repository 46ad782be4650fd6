/**
 * An operator that runs: a repository it may not read or does not believe becomes one it reads when
 * Secret and ConfigMap are put right, without a restart; until then the set says what is missing.
 */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RESOURCES } from '../../../src/api/client.ts';
import type { Operator } from '../../../src/controller/operator.ts';
import { newAuthority } from '../../harness/certificates.ts';
import { conditionsOf } from '../../harness/sets.ts';
import { until, World } from '../webhook/operators.ts';
import { GitWorld } from './world.ts';

let world: World;
let far: GitWorld;
let operator: Operator;
beforeEach(async () => {
  world = new World();
  far = new GitWorld();
  await world.begin();
});
afterEach(async () => {
  await world.end();
  await far.end();
});

const trouble = async (): Promise<string> => {
  const set = await world.client.get(RESOURCES.applicationSets, 'argocd', 'apps');
  return String(conditionsOf(set).find(({ type }) => type === 'ErrorOccurred')?.['message']);
};
/** Asks for a look, and waits until it was had: a failed one keeps the mark and is taken off here. */
const refresh = async () => {
  const mark = (value: string | null) =>
    world.client.patch(
      RESOURCES.applicationSets,
      'argocd',
      'apps',
      { metadata: { annotations: { 'argocd.argoproj.io/application-set-refresh': value } } },
      { type: 'merge' },
    );
  await mark('true');
  await until(() => expect(operator.queue.processing + operator.queue.depth).toBe(0));
  await mark(null);
  await until(() => expect(operator.queue.processing + operator.queue.depth).toBe(0));
};

test('trust and credentials count from the next look on', async () => {
  const authority = newAuthority();
  const { url } = await far.serve({ tls: authority.issue('server'), basic: 'deploy:right-password' });
  const repoURL = `${url}/shop`;
  far.repository.write({ 'apps/web/x.yaml': 'a: 1\n' }).commit();
  await world.set('apps', [{ git: { repoURL, revision: 'main', directories: [{ path: 'apps/*' }] } }]);
  ({ operator } = await world.start('first'));
  await until(async () => expect(await trouble()).toContain("the server's identity could not be verified"));

  await world.client.create(RESOURCES.configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'argocd-tls-certs-cm', namespace: 'argocd' },
    data: { '127.0.0.1': authority.cert },
  });
  await until(async () => {
    await refresh();
    expect(await trouble()).toContain('credentials are needed and none are configured');
  });

  const data = { url: repoURL, username: 'deploy', password: 'right-password' };
  await world.client.create(RESOURCES.secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: 'repo-shop',
      namespace: 'argocd',
      labels: { 'argocd.argoproj.io/secret-type': 'repository' },
    },
    data: Object.fromEntries(Object.entries(data).map(([k, v]) => [k, Buffer.from(v).toString('base64')])),
  });
  await until(async () => {
    await refresh();
    expect(await world.applications()).toEqual(['apps-web']);
  });
});
