/**
 * The story the demo tells, step by step: each says what it does, does it, and waits until what was
 * said has come true. A step that does not come true ends the story.
 */
import { type ObjectClient, RESOURCES } from '../../api/client.ts';
import { RESOURCES_FINALIZER } from '../../api/names.ts';
import type { Application, Condition, KubeObject } from '../../api/objects.ts';
import { asApplication, asApplicationSet, listAll } from '../../controller/live-view.ts';
import type { Clock } from '../../support/clock.ts';
import { AppsetError } from '../../support/errors.ts';
import { addons, application, apps, cluster, type DemoRepository, FIRST_COMMIT, tenants } from './world.ts';

export interface Stage {
  readonly client: ObjectClient;
  readonly repository: DemoRepository;
  readonly clock: Clock;
  /** ends the story between two looks or steps */
  readonly signal: AbortSignal;
  /** what is done next */
  say(text: string): void;
  /** what came of it */
  tell(text: string): void;
  show(applications: readonly Application[]): void;
}

/** How long one step may take to come true. */
const PATIENCE_MS = 20_000;
const LOOK_EVERY_MS = 50;

const STEPS = [begin, pushDirectory, removeDirectory, relabelCluster, deletePreservingSet, makeMistake];

/** @throws the signal's reason, or AppsetError APPSET_E0803 for a step that did not come true */
export async function tellStory(stage: Stage): Promise<void> {
  for (const step of STEPS) {
    stage.signal.throwIfAborted();
    await step(stage);
  }
}

async function begin(stage: Stage): Promise<void> {
  const { client, repository } = stage;
  stage.say('Make a git repository, register three clusters, apply three ApplicationSets');
  await repository.init(FIRST_COMMIT);
  for (const secret of [
    cluster('eu-west-1', { env: 'production', region: 'eu' }),
    cluster('us-east-1', { env: 'production', region: 'us' }),
    cluster('eu-staging', { env: 'staging', region: 'eu' }),
  ])
    await client.create(RESOURCES.secrets, secret);
  for (const set of [addons(repository.url), apps(repository.url), tenants(repository.url)])
    await client.create(RESOURCES.applicationSets, set);
  const applications = await until(
    stage,
    'eight Applications, Synced and Healthy',
    (all) => all.length === 8 && all.every(isHealthy),
  );
  stage.tell(
    'eight Applications: two addons (legacy-dashboard is excluded), two apps on each of two production clusters, two tenants',
  );
  stage.show(applications);
}

async function pushDirectory(stage: Stage): Promise<void> {
  stage.say('Push a directory to git: addons/external-dns');
  await stage.repository.push('Add external-dns', application('addons/external-dns'));
  await until(stage, 'an Application external-dns', (all) => names(all).includes('external-dns'));
  stage.tell('a new Application: external-dns');
}

async function removeDirectory(stage: Stage): Promise<void> {
  stage.say('Remove it again');
  await stage.repository.push('Remove external-dns', { 'addons/external-dns': null });
  await until(stage, 'no Application external-dns', (all) => !names(all).includes('external-dns'));
  stage.tell('the Application is pruned, and only that one');
}

async function relabelCluster(stage: Stage): Promise<void> {
  const { client } = stage;
  const label = (env: string) =>
    client.patch(
      RESOURCES.secrets,
      'argocd',
      'cluster-eu-staging',
      { metadata: { labels: { env } } },
      { type: 'merge' },
    );
  stage.say('Change the label of cluster eu-staging to env=production');
  await label('production');
  await until(stage, 'two Applications on eu-staging', (all) => on(all, 'eu-staging').length === 2);
  stage.tell('its Applications come: checkout-eu-staging, web-eu-staging');
  stage.say('Change it back to env=staging');
  await label('staging');
  const left = await until(
    stage,
    'no Application on eu-staging',
    (all) => on(all, 'eu-staging').length === 0,
  );
  if (on(left, 'eu-west-1').length !== 2) throw failed('the Applications of eu-west-1 were touched');
  stage.tell('and go; those of the other clusters stay');
}

async function deletePreservingSet(stage: Stage): Promise<void> {
  const { client } = stage;
  stage.say('Delete the set tenants, which has preserveResourcesOnDeletion: true');
  const before = (await read(stage)).filter(({ metadata }) => metadata.name.startsWith('tenant-'));
  if (before.length !== 2 || before.some(hasResourcesFinalizer))
    throw failed('the Applications of tenants carry the finalizer that would remove their workloads');
  await client.delete(RESOURCES.applicationSets, 'argocd', 'tenants');
  await until(
    stage,
    'no Application of tenants',
    (all) => !names(all).some((name) => name.startsWith('tenant-')),
  );
  stage.tell('its Applications go, without the finalizer that would have removed their workloads');
}

async function makeMistake(stage: Stage): Promise<void> {
  const { client, repository } = stage;
  const before = names(await read(stage));
  stage.say('Make a mistake: the template of apps asks for {{.path.basname}}');
  const set = asApplicationSet(await client.get(RESOURCES.applicationSets, 'argocd', 'apps'));
  const wrong = apps(repository.url).spec?.template as KubeObject;
  const template = { ...wrong, metadata: { ...wrong.metadata, name: '{{.path.basname}}-{{.name}}' } };
  await client.patch(
    RESOURCES.applicationSets,
    'argocd',
    set.metadata.name,
    { spec: { template } } as never,
    { type: 'merge' },
  );
  const condition = await errorCondition(stage);
  const after = names(await read(stage));
  if (JSON.stringify(before) !== JSON.stringify(after))
    throw failed(`Applications changed: ${before.join(', ')} → ${after.join(', ')}`);
  stage.tell(`the set says what is wrong, and nothing is deleted:`);
  stage.tell(`  ${condition.reason}: ${firstLine(condition.message)}`);
}

async function errorCondition(stage: Stage): Promise<Condition> {
  const { client, clock } = stage;
  const deadline = clock.monotonic() + PATIENCE_MS;
  for (;;) {
    const set = asApplicationSet(await client.get(RESOURCES.applicationSets, 'argocd', 'apps'));
    const condition = set.status?.conditions?.find(
      ({ type, status }) => type === 'ErrorOccurred' && status === 'True',
    );
    if (condition !== undefined) return condition;
    if (clock.monotonic() > deadline) throw failed('the set does not say what is wrong');
    await clock.sleep(LOOK_EVERY_MS);
  }
}

const firstLine = (text: string) => text.split('\n')[0] ?? '';
const names = (applications: readonly Application[]) => applications.map(({ metadata }) => metadata.name);
const on = (applications: readonly Application[], clusterName: string) =>
  applications.filter(
    ({ spec }) => (spec.destination as { name?: string } | undefined)?.name === clusterName,
  );
const hasResourcesFinalizer = ({ metadata }: Application) =>
  metadata.finalizers?.includes(RESOURCES_FINALIZER) === true;
const isHealthy = ({ status }: Application) =>
  (status?.health as { status?: string } | undefined)?.status === 'Healthy';
const failed = (what: string) => new AppsetError('APPSET_E0803', `the demo did not do what it said: ${what}`);

async function read({ client }: Stage): Promise<readonly Application[]> {
  const all = await listAll(client, RESOURCES.applications, { namespace: 'argocd' });
  return all.map(asApplication).sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

async function until(
  stage: Stage,
  what: string,
  holds: (applications: readonly Application[]) => boolean,
): Promise<readonly Application[]> {
  const deadline = stage.clock.monotonic() + PATIENCE_MS;
  for (;;) {
    stage.signal.throwIfAborted();
    const applications = await read(stage);
    if (holds(applications)) return applications;
    if (stage.clock.monotonic() > deadline)
      throw failed(
        `waited ${PATIENCE_MS / 1_000} s for ${what}; there are ${names(applications).join(', ')}`,
      );
    await stage.clock.sleep(LOOK_EVERY_MS);
  }
}
