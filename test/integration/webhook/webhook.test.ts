/**
 * From a push to an Application: a real commit, a signed call over HTTP, the set reconciled; and what
 * must not happen: an unsigned call, a commit that concerns nobody, a call to a standby that is lost.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RESOURCES } from '../../../src/api/client.ts';
import type { JsonObject } from '../../../src/api/objects.ts';
import { type Running, SECRET, until, World } from './operators.ts';

const REFRESH = 'argocd.argoproj.io/application-set-refresh';

let world: World;
beforeEach(async () => {
  world = new World();
  await world.begin();
  await world.secret('argocd-secret', { 'webhook.github.secret': SECRET, 'server.secretkey': 'unused' });
  world.repository.write({ 'apps/web/values.yaml': 'a: 1\n', 'docs/readme': 'x' }).commit();
});
afterEach(() => world.end());

/** What GitHub would say of the last commit. */
function pushOf(added: readonly string[], modified: readonly string[] = []): JsonObject {
  const { repository } = world;
  const after = repository.git('rev-parse', 'HEAD');
  return {
    ref: 'refs/heads/main',
    before: repository.git('rev-parse', 'HEAD~1'),
    after,
    repository: { name: 'shop', html_url: world.url, default_branch: 'main', owner: { login: 'acme' } },
    commits: [{ id: after, added: [...added], removed: [], modified: [...modified] }],
  };
}

const directories = (): JsonObject => ({
  git: { repoURL: world.url, revision: 'HEAD', directories: [{ path: 'apps/*' }] },
});

async function leading(): Promise<Running> {
  const running = await world.start('first');
  await running.operator.leading;
  await until(async () =>
    expect((await running.get('probes', '/readyz')).text).toContain('readyz check passed'),
  );
  return running;
}

describe('a signed push', () => {
  test('makes the Application of a new directory', async () => {
    await world.set('apps', [directories()]);
    const running = await leading();
    await until(async () => expect(await world.applications()).toEqual(['apps-web']));
    world.repository.write({ 'apps/cart/values.yaml': 'b: 2\n' }).commit();
    const body = pushOf(['apps/cart/values.yaml']);

    const answer = await running.call(body);
    expect([answer.status, await answer.text()]).toEqual([200, '']);

    await until(async () => expect(await world.applications()).toEqual(['apps-cart', 'apps-web']));
    const [delivery] = await running.deliveries();
    expect(delivery).toMatchObject({
      id: 'delivery-1',
      provider: 'github',
      verdict: 'queued',
      reached: [{ set: 'argocd/apps', why: expect.stringContaining('reads apps/cart of ') }],
    });
    await until(async () => {
      const { text } = await running.get('metrics', '/metrics');
      expect(text).toContain('appset_operator_webhook_reached_sets_total{provider="github"} 1');
      expect(text).toContain(
        'appset_operator_set_applications_created_total{namespace="argocd",name="apps"} 2',
      );
      expect(text).toContain('appset_operator_git_operations_total{operation="ls-remote",result="success"}');
    });
  });

  test('that touches nothing a set reads runs nothing, and says why', async () => {
    await world.set('apps', [directories()]);
    const running = await leading();
    await until(async () => expect(await world.applications()).toEqual(['apps-web']));
    await until(() => expect(running.operator.queue.processing + running.operator.queue.depth).toBe(0));
    const { added } = running.operator.queue;
    world.repository.write({ 'docs/readme': 'y' }).commit();

    await running.call(pushOf([], ['docs/readme']));

    await until(async () => {
      const [delivery] = await running.deliveries();
      expect(delivery).toMatchObject({ reached: [], passed: [{ set: 'argocd/apps' }] });
    });
    expect(running.operator.queue.added).toBe(added);
  });

  test('reaches a set whose repository comes out of another generator, by what its last run read', async () => {
    const generators = [
      {
        matrix: {
          generators: [
            { list: { elements: [{ url: world.url }] } },
            { git: { repoURL: '{{ .url }}', revision: 'HEAD', directories: [{ path: 'apps/*' }] } },
          ],
        },
      },
    ];
    await world.set('matrix', generators);
    const running = await leading();
    await until(async () => expect(await world.applications()).toEqual(['matrix-web']));
    world.repository.write({ 'apps/cart/values.yaml': 'b: 2\n' }).commit();
    await running.call(pushOf(['apps/cart/values.yaml']));
    await until(async () => expect(await world.applications()).toEqual(['matrix-cart', 'matrix-web']));
    const [delivery] = await running.deliveries();
    expect(delivery?.reached?.[0]?.why).toContain('0.matrix.1.git reads apps/cart of ');
  });
});

describe('what is refused', () => {
  test('an unsigned call, and one signed with the secret of before', async () => {
    const running = await leading();
    await world.set('apps', [directories()]);
    world.repository.write({ 'apps/cart/x': '' }).commit();
    const body = pushOf(['apps/cart/x']);
    expect((await running.call(body, null)).status).toBe(400);
    expect(await (await running.call(body, 'guess')).text()).toBe(
      'Webhook processing failed: HMAC verification failed\n',
    );
    expect(await running.deliveries()).toMatchObject([
      { event: '-', verdict: 'unauthentic' },
      { event: '-', verdict: 'unauthentic' },
    ]);
    await world.secret('argocd-secret', { 'webhook.github.secret': 'rotated' });
    await until(async () => expect((await running.call(body)).status).toBe(400));
    expect((await running.call(body, 'rotated')).status).toBe(200);
    const { text } = await running.get('metrics', '/metrics');
    expect(text).toContain(
      'appset_operator_webhook_deliveries_total{provider="github",verdict="unauthentic"}',
    );
  });

  test('a secret may be a reference to another Secret of Argo CD', async () => {
    await world.secret('hooks', { gh: ' far-secret\n' });
    await world.secret('argocd-secret', { 'webhook.github.secret': '$hooks:gh' });
    const running = await leading();
    world.repository.write({ 'apps/cart/x': '' }).commit();
    const body = pushOf(['apps/cart/x']);
    expect((await running.call(body, 'far-secret')).status).toBe(200);
    expect((await running.call(body, SECRET)).status).toBe(400);
  });
});

describe('two operators', () => {
  test('a call that goes to the standby reaches the set through the leader', async () => {
    await world.set('apps', [directories()]);
    const first = await leading();
    const second = await world.start('second');
    await until(async () => {
      const { status, text } = await second.get('probes', '/readyz');
      expect([status, text]).toEqual([200, expect.stringContaining('lease ok: standby for first')]);
    });
    await until(async () => expect(await world.applications()).toEqual(['apps-web']));
    world.repository.write({ 'apps/cart/values.yaml': 'b: 2\n' }).commit();

    expect((await second.call(pushOf(['apps/cart/values.yaml']))).status).toBe(200);

    await until(async () => expect(await world.applications()).toEqual(['apps-cart', 'apps-web']));
    await until(async () => expect(await world.annotations('apps')).not.toHaveProperty([REFRESH]));
    expect(await first.deliveries()).toEqual([]);
    expect((await second.deliveries())[0]?.reached).toMatchObject([{ set: 'argocd/apps' }]);
  });
});

describe('a set that goes', () => {
  test('takes its series along', async () => {
    await world.set('apps', [directories()]);
    const running = await leading();
    const named = async () => (await running.get('metrics', '/metrics')).text.includes('name="apps"');
    await until(async () => expect(await named()).toBe(true));
    await world.client.delete(RESOURCES.applicationSets, 'argocd', 'apps');
    await until(async () => expect(await named()).toBe(false));
    expect(running.serving.index.size).toBe(0);
  });
});

describe('compat mode', () => {
  test('matches by running the first child of a matrix', async () => {
    const generators = [
      {
        matrix: {
          generators: [
            { list: { elements: [{ url: 'https://git.example.org/acme/shop' }] } },
            { git: { repoURL: '{{ .url }}', revision: 'HEAD', directories: [{ path: '*' }] } },
          ],
        },
      },
    ];
    await world.set('matrix', generators);
    const running = await world.start('first', { compat: true });
    await running.operator.leading;
    await until(async () => expect((await running.get('probes', '/readyz')).status).toBe(200));
    world.repository.write({ x: '' }).commit();
    const push = pushOf(['x']);
    const repository = { html_url: 'https://git.example.org/acme/shop', default_branch: 'main' };
    await running.call({ ...push, repository });
    await until(async () => {
      expect((await running.deliveries())[0]?.reached).toEqual([
        { set: 'argocd/matrix', why: 'as the reference matches' },
      ]);
    });
  });
});
