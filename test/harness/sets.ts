/** Sets and Applications as tests write and read them, whatever the backend. */
import { isNotFound, type ObjectClient, RESOURCES } from '../../src/api/client.ts';
import type { JsonObject, KubeObject } from '../../src/api/objects.ts';
import { until } from './until.ts';

export const APPS = RESOURCES.applications;
export const SETS = RESOURCES.applicationSets;

/** A list generator with one element a city. */
export const list = (...cities: readonly string[]): JsonObject => ({
  list: { elements: cities.map((city) => ({ city })) },
});

/** `c0000`, `c0001`, …: names that sort as they count. */
export const cities = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `c${String(index).padStart(4, '0')}`);

/** A set that makes Application `NAME-CITY` for each row. */
export const setOf = (
  name: string,
  generators: readonly JsonObject[],
  change: { readonly spec?: JsonObject; readonly metadata?: JsonObject; readonly template?: JsonObject } = {},
): KubeObject =>
  ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name, namespace: 'argocd', ...change.metadata },
    spec: {
      goTemplate: true,
      goTemplateOptions: ['missingkey=error'],
      generators,
      template: {
        metadata: { name: `${name}-{{.city}}`, ...change.template },
        spec: {
          project: 'default',
          source: { repoURL: 'https://git.example.org/fleet.git', path: '{{.city}}', targetRevision: 'main' },
          destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' },
        },
      },
      ...change.spec,
    },
  }) as unknown as KubeObject;

/** Creates the set, or replaces its spec. */
export async function apply(client: ObjectClient, set: KubeObject): Promise<KubeObject> {
  const { namespace, name } = set.metadata;
  const live = await client.get(SETS, namespace, name).catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
  if (live === undefined) return client.create(SETS, set);
  const patch = [{ op: 'replace', path: '/spec', value: set.spec ?? {} }];
  return client.patch(SETS, namespace, name, patch, { type: 'json' });
}

/** All Applications of namespace argocd, all pages. */
export async function applications(client: ObjectClient): Promise<KubeObject[]> {
  return (await client.list(APPS, { namespace: 'argocd' })).items.slice();
}

/** Lets the Lease of an operator go that is known to be dead. */
export const freeLease = (client: ObjectClient): Promise<KubeObject> =>
  client.patch(
    RESOURCES.leases,
    'argocd',
    'appset-operator',
    { spec: { holderIdentity: '' } },
    { type: 'merge' },
  );

export const namesOf = (objects: readonly KubeObject[]): string[] =>
  objects.map(({ metadata }) => metadata.name).sort();

/** Waits until exactly these Applications are there, terminating ones included. */
export async function untilNames(
  client: ObjectClient,
  names: readonly string[],
  timeoutMs = 30_000,
): Promise<KubeObject[]> {
  const wanted = JSON.stringify([...names].sort());
  let last = '';
  return until(
    `${names.length} Applications (${names.slice(0, 5).join(', ')} …)`,
    async () => {
      const all = await applications(client);
      last = `have ${all.length}: ${namesOf(all).slice(0, 20).join(', ')}; ${await conditionsIn(client)}`;
      return JSON.stringify(namesOf(all)) === wanted ? all : undefined;
    },
    { timeoutMs, last: () => last },
  );
}

/** What the sets say of themselves, for messages. */
export async function conditionsIn(client: ObjectClient): Promise<string> {
  const { items } = await client.list(SETS, { namespace: 'argocd' });
  return items
    .flatMap((set) => conditionsOf(set).map(({ type, status, message }) => `${type}=${status} ${message}`))
    .join('; ');
}

/** Waits until a condition of a set has this status. */
export function untilCondition(
  client: ObjectClient,
  name: string,
  type: string,
  status: 'True' | 'False',
  timeoutMs = 30_000,
): Promise<JsonObject> {
  return until(
    `condition ${type}=${status} of ${name}`,
    async () => {
      const set = await client.get(SETS, 'argocd', name);
      return conditionsOf(set).find((one) => one.type === type && one.status === status);
    },
    { timeoutMs },
  );
}

export const conditionsOf = (set: KubeObject): JsonObject[] =>
  ((set.status as JsonObject | undefined)?.conditions as JsonObject[] | undefined) ?? [];
