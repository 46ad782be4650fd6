/**
 * Tables, the form in which `kubectl get` asks for objects: the columns a CRD declares, and for the
 * built-in kinds those that kubectl's users know. One row an object, with its metadata beside the cells.
 */
import type { Json, JsonObject, KubeObject } from '../../api/objects.ts';
import { isJsonObject } from '../../support/json.ts';
import type { Kind, PrinterColumn } from '../kinds.ts';
import { partialMetadata } from '../metadata.ts';
import { ageOf } from './ages.ts';
import { jsonPath } from './json-path.ts';

interface Column {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  readonly description: string;
  readonly priority: number;
  readonly cell: (object: KubeObject, now: number) => Json;
}

/** How much of each object a row carries. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

const at = (object: KubeObject, ...path: string[]): unknown =>
  path.reduce<unknown>((value, step) => (isJsonObject(value) ? value[step] : undefined), object);
const text = (value: unknown): string => (value === undefined || value === null ? '' : String(value));

const column = (
  name: string,
  cell: (object: KubeObject, now: number) => Json,
  priority = 0,
  type = 'string',
): Column => ({ name, type, description: '', priority, cell });

const NAME: Column = {
  ...column('Name', ({ metadata }) => metadata.name),
  format: 'name',
  description: 'Name must be unique within a namespace.',
};
const AGE = column('Age', ({ metadata }, now) => ageOf(metadata.creationTimestamp, now));
const size = (field: string) => (object: KubeObject) => Object.keys((object[field] as object) ?? {}).length;

function eventColumns(): Column[] {
  const seen = (object: KubeObject) =>
    object.lastTimestamp ?? object.eventTime ?? object.firstTimestamp ?? object.metadata.creationTimestamp;
  const source = (object: KubeObject) => text(at(object, 'source', 'component') ?? object.reportingComponent);
  const about = (object: KubeObject) =>
    `${text(at(object, 'involvedObject', 'kind')).toLowerCase()}/${text(at(object, 'involvedObject', 'name'))}`;
  return [
    column('Last Seen', (object, now) => ageOf(seen(object), now)),
    column('Type', (object) => text(object.type)),
    column('Reason', (object) => text(object.reason)),
    column('Object', about),
    column('Subobject', (object) => text(at(object, 'involvedObject', 'fieldPath')), 1),
    column('Source', source, 1),
    column('Message', (object) => text(object.message).trim()),
    column('First Seen', (object, now) => ageOf(object.firstTimestamp ?? seen(object), now), 1),
    column('Count', (object) => Number(object.count ?? 1), 1, 'integer'),
    { ...NAME, priority: 1 },
  ];
}

const replicas = (object: KubeObject, field: string): number => Number(at(object, 'status', field) ?? 0);

const BUILT_IN: Readonly<Record<string, readonly Column[]>> = {
  '/namespaces': [NAME, column('Status', (object) => text(object.status?.phase)), AGE],
  '/secrets': [
    NAME,
    column('Type', (object) => text(object.type)),
    column('Data', size('data'), 0, 'integer'),
    AGE,
  ],
  '/configmaps': [NAME, column('Data', size('data'), 0, 'integer'), AGE],
  '/serviceaccounts': [NAME, column('Secrets', size('secrets'), 0, 'integer'), AGE],
  '/events': eventColumns(),
  '/pods': [
    NAME,
    column('Ready', (object) => {
      const states = object.status?.containerStatuses;
      const list = Array.isArray(states) ? states.filter(isJsonObject) : [];
      const containers = object.spec?.containers;
      const ready = list.filter((state) => state.ready === true).length;
      return `${ready}/${Array.isArray(containers) ? containers.length : list.length}`;
    }),
    column('Status', (object) => text(object.status?.phase) || 'Unknown'),
    column('Restarts', () => 0, 0, 'integer'),
    AGE,
    column('IP', (object) => text(object.status?.podIP) || '<none>', 1),
    column('Node', (object) => text(object.spec?.nodeName) || '<none>', 1),
  ],
  'coordination.k8s.io/leases': [NAME, column('Holder', (object) => text(object.spec?.holderIdentity)), AGE],
  'apps/deployments': [
    NAME,
    column('Ready', (object) => `${replicas(object, 'readyReplicas')}/${Number(object.spec?.replicas ?? 1)}`),
    column('Up-to-date', (object) => replicas(object, 'updatedReplicas'), 0, 'integer'),
    column('Available', (object) => replicas(object, 'availableReplicas'), 0, 'integer'),
    AGE,
  ],
  'apiextensions.k8s.io/customresourcedefinitions': [
    NAME,
    column('Created At', ({ metadata }) => metadata.creationTimestamp ?? '', 0, 'date'),
  ],
};

function printerCell(declared: PrinterColumn): Column['cell'] {
  const find = jsonPath(declared.jsonPath);
  return (object, now) => {
    const [value] = find(object);
    if (value === undefined || value === null) return null;
    switch (declared.type) {
      case 'date':
        return ageOf(value, now);
      case 'integer':
      case 'number':
        return typeof value === 'number' ? value : null;
      case 'boolean':
        return typeof value === 'boolean' ? value : null;
      default:
        return typeof value === 'object' ? JSON.stringify(value) : String(value);
    }
  };
}

/** Columns made from a CRD's declarations, kept as long as the kind is. */
const made = new WeakMap<Kind, readonly Column[]>();

function columnsOf(kind: Kind): readonly Column[] {
  const builtIn = BUILT_IN[kind.id];
  if (builtIn !== undefined) return builtIn;
  const known = made.get(kind);
  if (known !== undefined) return known;
  const columns: Column[] = [
    NAME,
    ...(kind.columns.length === 0
      ? [AGE]
      : kind.columns.map((declared) => ({
          name: declared.name,
          type: declared.type,
          description: declared.description ?? '',
          priority: declared.priority ?? 0,
          cell: printerCell(declared),
        }))),
  ];
  made.set(kind, columns);
  return columns;
}

/**
 * A Table of objects.
 * @param now milliseconds since the epoch, for ages
 * @param withColumns false for the later events of a watch, which leave the definitions out
 */
export function tableOf(
  kind: Kind,
  objects: readonly KubeObject[],
  metadata: JsonObject,
  now: number,
  include: IncludeObject = 'Metadata',
  withColumns = true,
): JsonObject {
  const columns = columnsOf(kind);
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: withColumns ? columns.map(({ cell: _, ...rest }) => ({ format: '', ...rest })) : null,
    rows: objects.map((object) => ({
      cells: columns.map(({ cell }) => cell(object, now)),
      ...(include === 'None'
        ? {}
        : { object: include === 'Object' ? (object as unknown as JsonObject) : partialMetadata(object) }),
    })),
  };
}
