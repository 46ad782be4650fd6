/**
 * Discovery: which groups, versions and resources there are, in the old form (one document a
 * group-version) and in the aggregated one that kubectl asks for since 1.26. Made from the registry
 * on every call, so that a CRD's kind is there as soon as the CRD is.
 */
import type { Json, JsonObject } from '../../api/objects.ts';
import type { Kind, KindRegistry } from '../kinds.ts';
import { REVIEWS } from './reviews.ts';

const AGGREGATED =
  /application\/json;[^,]*g=apidiscovery\.k8s\.io[^,]*v=(v2beta1|v2)[^,]*as=APIGroupDiscoveryList/;

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const STATUS_VERBS = ['get', 'patch', 'update'];

const groupNames = (registry: KindRegistry): string[] => [
  ...new Set([...registry.all().map((kind) => kind.group), ...REVIEWS.map((review) => review.group)]),
];

const versionsOf = (registry: KindRegistry, group: string): string[] => [
  ...new Set([
    ...registry.all().flatMap((kind) => (kind.group === group ? [kind.version] : [])),
    ...REVIEWS.flatMap((review) => (review.group === group ? [review.version] : [])),
  ]),
];

function groupOf(registry: KindRegistry, group: string): JsonObject {
  const versions = versionsOf(registry, group).map((version) => ({
    groupVersion: `${group}/${version}`,
    version,
  }));
  return { name: group, versions, preferredVersion: versions[0] ?? null };
}

function resourceOf(kind: Kind): JsonObject[] {
  const base: JsonObject = {
    name: kind.type.plural,
    singularName: kind.singular,
    namespaced: kind.type.namespaced,
    kind: kind.type.kind,
    verbs: VERBS,
    ...(kind.shortNames.length > 0 ? { shortNames: kind.shortNames } : {}),
    ...(kind.categories.length > 0 ? { categories: kind.categories } : {}),
  };
  if (!kind.statusSubresource) return [base];
  const status: JsonObject = {
    name: `${kind.type.plural}/status`,
    singularName: '',
    namespaced: kind.type.namespaced,
    kind: kind.type.kind,
    verbs: STATUS_VERBS,
  };
  return [base, status];
}

function aggregatedResource(kind: Kind): JsonObject {
  const responseKind = { group: kind.group, version: kind.version, kind: kind.type.kind };
  return {
    resource: kind.type.plural,
    responseKind,
    scope: kind.type.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: kind.singular,
    verbs: VERBS,
    ...(kind.shortNames.length > 0 ? { shortNames: kind.shortNames } : {}),
    ...(kind.categories.length > 0 ? { categories: kind.categories } : {}),
    ...(kind.statusSubresource
      ? { subresources: [{ subresource: 'status', responseKind, verbs: STATUS_VERBS }] }
      : {}),
  };
}

function aggregated(registry: KindRegistry, groups: readonly string[], version: string): JsonObject {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map((group) => ({
      metadata: { name: group, creationTimestamp: null },
      versions: versionsOf(registry, group).map((of) => ({
        version: of,
        freshness: 'Current',
        resources: [
          ...registry
            .all()
            .filter((kind) => kind.group === group && kind.version === of)
            .map(aggregatedResource),
          ...REVIEWS.filter((review) => review.group === group && review.version === of).map((review) => ({
            resource: review.plural,
            responseKind: { group, version: of, kind: review.kind },
            scope: 'Cluster',
            singularResource: review.kind.toLowerCase(),
            verbs: ['create'],
          })),
        ],
      })),
    })),
  };
}

export interface Document {
  readonly body: Json;
  readonly contentType?: string;
}

/** The discovery document at a path, or undefined when there is none. `accept` is the request's header. */
export function discoveryDocument(
  registry: KindRegistry,
  path: string,
  accept: string,
): Document | undefined {
  const version = AGGREGATED.exec(accept)?.[1];
  if ((path === '/api' || path === '/apis') && version !== undefined) {
    const groups = path === '/api' ? [''] : groupNames(registry).filter((group) => group !== '');
    return {
      body: aggregated(registry, groups, version),
      contentType: `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
    };
  }
  if (path === '/api')
    return { body: { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] } };
  const groups = groupNames(registry).filter((group) => group !== '');
  if (path === '/apis') {
    const list = groups.map((group) => groupOf(registry, group));
    return { body: { kind: 'APIGroupList', apiVersion: 'v1', groups: list } };
  }
  const [, root, ...rest] = path.split('/');
  if (root === 'apis' && rest.length === 1 && groups.includes(rest[0] ?? '')) {
    return { body: { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(registry, rest[0] ?? '') } };
  }
  const [group, of] = root === 'api' ? ['', rest[0]] : [rest[0] ?? '', rest[1]];
  if (rest.length !== (root === 'api' ? 1 : 2) || !versionsOf(registry, group).includes(of ?? ''))
    return undefined;
  const kinds = registry.all().filter((kind) => kind.group === group && kind.version === of);
  const reviews = REVIEWS.filter((review) => review.group === group && review.version === of).map(
    (review) => ({
      name: review.plural,
      singularName: review.kind.toLowerCase(),
      namespaced: false,
      kind: review.kind,
      verbs: ['create'],
    }),
  );
  return {
    body: {
      kind: 'APIResourceList',
      apiVersion: 'v1',
      groupVersion: group === '' ? 'v1' : `${group}/${of}`,
      resources: [...kinds.flatMap(resourceOf), ...reviews],
    },
  };
}
