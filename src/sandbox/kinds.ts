/**
 * The kinds a sandbox serves: the built-in ones below, and those that CustomResourceDefinitions add
 * while it runs. A kind says how its objects behave (status subresource, generation, unconditional
 * updates), not what is in them. One version a CRD is served: the one it stores.
 */
import { RESOURCES, type ResourceType } from '../api/client.ts';
import type { JsonObject, KubeObject } from '../api/objects.ts';
import { isJsonObject } from '../support/json.ts';

/** A column of `kubectl get` (additionalPrinterColumns of a CRD). */
export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
  readonly priority?: number;
  readonly format?: string;
  readonly description?: string;
}

export interface Kind {
  /** group and plural: the key of its storage */
  readonly id: string;
  readonly type: ResourceType;
  readonly group: string;
  readonly version: string;
  readonly singular: string;
  readonly listKind: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  /** status is written through /status only, and dropped everywhere else */
  readonly statusSubresource: boolean;
  /** metadata.generation is kept */
  readonly generation: boolean;
  /** a PUT without resourceVersion is taken */
  readonly unconditionalUpdate: boolean;
  /** defined by a CRD (or registered by a test), not built in */
  readonly custom: boolean;
  readonly columns: readonly PrinterColumn[];
  /** openAPIV3Schema of the CRD; absent where objects are stored as they come */
  readonly schema?: JsonObject;
}

const groupOf = (apiVersion: string): [string, string] => {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
};

/** A kind with everything that was not said at its default. */
export function kindOf(type: ResourceType, more: Partial<Omit<Kind, 'id' | 'type'>> = {}): Kind {
  const [group, version] = groupOf(type.apiVersion);
  return {
    id: `${group}/${type.plural}`,
    type,
    group,
    version,
    singular: type.kind.toLowerCase(),
    listKind: `${type.kind}List`,
    shortNames: [],
    categories: [],
    statusSubresource: false,
    generation: false,
    unconditionalUpdate: true,
    custom: false,
    columns: [],
    ...more,
  };
}

/** A custom kind without a schema, as tests and recorded worlds register it. */
export const schemalessKind = (type: ResourceType, statusSubresource = false): Kind =>
  kindOf(type, { custom: true, generation: true, unconditionalUpdate: false, statusSubresource });

const SERVICE_ACCOUNTS: ResourceType = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  namespaced: true,
};
const SERVICES: ResourceType = { apiVersion: 'v1', kind: 'Service', plural: 'services', namespaced: true };

export const NAMESPACE_KIND = kindOf(RESOURCES.namespaces, { shortNames: ['ns'], statusSubresource: true });
export const CRD_KIND = kindOf(RESOURCES.customResourceDefinitions, {
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  statusSubresource: true,
  generation: true,
  unconditionalUpdate: false,
});

const BUILT_IN: readonly Kind[] = [
  NAMESPACE_KIND,
  CRD_KIND,
  kindOf(RESOURCES.secrets),
  kindOf(RESOURCES.configMaps, { shortNames: ['cm'] }),
  kindOf(RESOURCES.events, { shortNames: ['ev'] }),
  kindOf(RESOURCES.pods, { shortNames: ['po'], categories: ['all'], statusSubresource: true }),
  kindOf(SERVICES, { shortNames: ['svc'], categories: ['all'], statusSubresource: true }),
  kindOf(SERVICE_ACCOUNTS, { shortNames: ['sa'] }),
  kindOf(RESOURCES.leases, { unconditionalUpdate: false }),
  kindOf(RESOURCES.deployments, {
    shortNames: ['deploy'],
    categories: ['all'],
    statusSubresource: true,
    generation: true,
  }),
];

/** The three kinds of Argo CD as they behave, for stores that are given no CRD: Application has no status subresource. */
export const ARGO_KINDS: readonly Kind[] = [
  { ...schemalessKind(RESOURCES.applicationSets, true), shortNames: ['appset', 'appsets'] },
  { ...schemalessKind(RESOURCES.applications), shortNames: ['app', 'apps'] },
  { ...schemalessKind(RESOURCES.appProjects), shortNames: ['appproj', 'appprojs'] },
];

const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

/** The kind a CustomResourceDefinition asks for, or undefined when it serves no version it stores. */
export function kindFromCrd(crd: KubeObject): Kind | undefined {
  const spec = crd.spec ?? {};
  const names = isJsonObject(spec.names) ? spec.names : {};
  const versions = Array.isArray(spec.versions) ? spec.versions.filter(isJsonObject) : [];
  const version = versions.find((one) => one.storage === true && one.served !== false);
  if (
    version === undefined ||
    typeof spec.group !== 'string' ||
    typeof version.name !== 'string' ||
    typeof names.kind !== 'string' ||
    typeof names.plural !== 'string'
  ) {
    return undefined;
  }
  const subresources = isJsonObject(version.subresources) ? version.subresources : {};
  const schema = isJsonObject(version.schema) ? version.schema.openAPIV3Schema : undefined;
  const columns = Array.isArray(version.additionalPrinterColumns) ? version.additionalPrinterColumns : [];
  return kindOf(
    {
      apiVersion: `${spec.group}/${version.name}`,
      kind: names.kind,
      plural: names.plural,
      namespaced: spec.scope !== 'Cluster',
    },
    {
      singular: typeof names.singular === 'string' ? names.singular : names.kind.toLowerCase(),
      listKind: typeof names.listKind === 'string' ? names.listKind : `${names.kind}List`,
      shortNames: strings(names.shortNames),
      categories: strings(names.categories),
      statusSubresource: subresources.status !== undefined && subresources.status !== null,
      generation: true,
      unconditionalUpdate: false,
      custom: true,
      columns: columns.filter(isJsonObject) as unknown as PrinterColumn[],
      ...(isJsonObject(schema) ? { schema } : {}),
    },
  );
}

/** All kinds served now. */
export class KindRegistry {
  readonly #byId = new Map<string, Kind>();
  /** counts up on every change, so that documents made from the kinds can be kept */
  #edition = 0;

  constructor() {
    for (const kind of BUILT_IN) this.add(kind);
  }

  get edition(): number {
    return this.#edition;
  }

  add(kind: Kind): void {
    this.#byId.set(kind.id, kind);
    this.#edition += 1;
  }

  remove(id: string): void {
    this.#byId.delete(id);
    this.#edition += 1;
  }

  all(): Kind[] {
    return [...this.#byId.values()];
  }

  /** The kind behind a plural of a group and version, or undefined when none is served. */
  find(apiVersion: string, plural: string): Kind | undefined {
    const kind = this.#byId.get(`${groupOf(apiVersion)[0]}/${plural}`);
    return kind?.type.apiVersion === apiVersion ? kind : undefined;
  }

  /** The kind of an object or an owner reference, or undefined when none is served. */
  ofObject(apiVersion: string, kind: string): Kind | undefined {
    return this.all().find((one) => one.type.apiVersion === apiVersion && one.type.kind === kind);
  }
}
