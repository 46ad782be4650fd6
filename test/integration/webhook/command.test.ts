/** `appset webhooks` on an operator that was called: as a table, in full, as JSON; and what keeps it from answering. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { appset } from '../../harness/cli.ts';
import { SECRET, until, World } from './operators.ts';

let world: World;
beforeEach(async () => {
  world = new World();
  await world.begin();
  await world.secret('argocd-secret', { 'webhook.github.secret': SECRET, 'server.secretkey': 'unused' });
  world.repository.write({ 'apps/web/values.yaml': 'a: 1\n' }).commit();
});
afterEach(() => world.end());

test('tells the last calls, newest first, and which sets they reached', async () => {
  const read = (pattern: string) => [
    { git: { repoURL: world.url, revision: 'main', directories: [{ path: pattern }] } },
  ];
  await world.set('apps', read('apps/*'));
  await world.set('others', read('others/*'));
  const running = await world.start('first');
  const operator = String(running.listeners.metrics?.url);
  await until(async () => expect(await world.applications()).toEqual(['apps-web']));
  const none = await appset(['webhooks', '--operator', operator]);
  expect(none).toEqual({ code: 0, stdout: '', stderr: 'no webhook calls since the operator was started\n' });

  const head = world.repository.write({ 'apps/cart/x': '' }).commit();
  const body = {
    ref: 'refs/heads/main',
    before: world.repository.git('rev-parse', 'HEAD~1'),
    after: head,
    repository: { name: 'shop', html_url: world.url, default_branch: 'main', owner: { login: 'acme' } },
    commits: [{ id: head, added: ['apps/cart/x'], removed: [], modified: [] }],
  };
  await running.call(body);
  await running.call({ ...body, ref: 'refs/heads/evil\u001b[31m' });
  await running.call(body, 'guess');
  await until(async () => expect((await running.deliveries())[2]?.reached).toHaveLength(1));

  const shown = await appset(['webhooks', '--operator', `${operator}/`]);
  expect([shown.code, shown.stderr]).toEqual([0, '']);
  const [header = '', refused = '', evil = '', queued = ''] = shown.stdout.split('\n');
  expect(header).toMatch(/^RECEIVED +DELIVERY +PROVIDER +EVENT +VERDICT +REACHED +PASSED +ABOUT/);
  expect(refused).toMatch(/^\d{4}-.*Z +delivery-1 +github +- +unauthentic +- +- +HMAC verification failed/);
  expect(evil).toMatch(/ +queued +0 +\d +http:\S+\/shop evil[^\u001b]*$/);
  expect(queued).toMatch(/ +delivery-1 +github +push +queued +1 +1 +http:\S+\/shop main/);

  const wide = await appset(['webhooks', '--operator', operator, '-o', 'wide', '--limit', '3']);
  expect(wide.stdout).toMatch(/reached +argocd\/apps: 0\.git reads apps\/cart of /);
  expect(wide.stdout).toMatch(/passed +argocd\/others: /);

  const json = await appset(['webhooks', '--operator', operator, '-o', 'json', '--limit', '1']);
  expect(JSON.parse(json.stdout).deliveries).toHaveLength(1);
});

test('an operator that does not answer, or is none, is an unreadable source', async () => {
  const stranger = createServer((_, response) => void response.end('{"hello": 1}'));
  await new Promise<void>((done) => stranger.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
  const wrong = await appset(['webhooks', '--operator', url]);
  stranger.closeAllConnections();
  await new Promise((done) => stranger.close(done));
  expect([wrong.code, wrong.stderr.split('\n')[0]]).toEqual([
    5,
    `Error APPSET_E0806: the operator at ${url} could not be asked: its answer holds no deliveries`,
  ]);
  const gone = await appset(['webhooks', '--operator', url]);
  expect([gone.code, gone.stdout]).toEqual([5, '']);
  expect(gone.stderr).toContain('could not be asked: connect ECONNREFUSED');
  expect((await appset(['webhooks', '--operator', 'nonsense'])).code).toBe(2);
});
