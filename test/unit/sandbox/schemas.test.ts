/** Custom objects under a schema: pruned, filled in, validated, and what an unchanged fault may do. */
import { beforeEach, describe, expect, it } from 'vitest';
import { RESOURCES } from '../../../src/api/client.ts';
import type { Json, JsonObject, KubeObject } from '../../../src/api/objects.ts';
import { argoCrds, createStore, type StoreClient } from '../../../src/sandbox/index.ts';
import { ManualClock } from '../../../src/support/clock.ts';

const WIDGETS = { apiVersion: 'acme.io/v1', kind: 'Widget', plural: 'widgets', namespaced: true };

const crd = (spec: JsonObject): KubeObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.acme.io' },
  spec: {
    group: 'acme.io',
    scope: 'Namespaced',
    names: { kind: 'Widget', plural: 'widgets' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', properties: { spec } } },
      },
    ],
  },
});
const SPEC: JsonObject = {
  type: 'object',
  required: ['size'],
  properties: {
    size: { type: 'integer' },
    colour: { type: 'string', default: 'red', enum: ['red', 'blue'] },
    note: { type: 'string' },
  },
};

let client: StoreClient;
beforeEach(() => {
  client = createStore({ clock: new ManualClock(), gc: 'off', crds: [crd(SPEC)] });
});

const widget = (spec: Json): KubeObject =>
  ({
    apiVersion: 'acme.io/v1',
    kind: 'Widget',
    metadata: { name: 'w', namespace: 'default' },
    spec,
  }) as KubeObject;
const patch = (change: Json) => client.patch(WIDGETS, 'default', 'w', change, { type: 'merge' });

describe('a schema', () => {
  it('prunes, drops nulls and fills in', async () => {
    const made = await client.create(
      WIDGETS,
      widget({ size: 1, unknown: { a: 1 }, note: null, colour: null }),
    );
    expect(made.spec).toEqual({ size: 1, colour: 'red' });
  });

  it('refuses what does not fit, with a cause a field', async () => {
    await expect(client.create(WIDGETS, widget({ colour: 'green' }))).rejects.toMatchObject({
      code: 422,
      reason: 'Invalid',
      message:
        'Widget.acme.io "w" is invalid: [spec.size: Required value, spec.colour: Unsupported value: "green": supported values: "red", "blue"]',
      causes: [
        { field: 'spec.size', reason: 'FieldValueRequired' },
        { field: 'spec.colour', reason: 'FieldValueNotSupported' },
      ],
    });
  });

  it('does not hold an old fault against a change beside it, but does against a new one', async () => {
    client.store.seed(widget({ colour: 'green' }));
    expect((await patch({ metadata: { labels: { a: 'b' } } })).metadata.labels).toEqual({ a: 'b' });
    await expect(patch({ spec: { size: 'x' } })).rejects.toMatchObject({ code: 422 });
    expect((await patch({ spec: { size: 1 } })).spec).toEqual({ colour: 'green', size: 1 });
  });

  it('leaves parts that did not change shared with the version before', async () => {
    const made = await client.create(WIDGETS, widget({ size: 1 }));
    const next = await client.update(WIDGETS, {
      ...made,
      spec: { colour: 'red', size: 1 },
      metadata: { ...made.metadata, labels: { a: 'b' } },
    });
    expect(next.spec).toBe(made.spec);
    expect(next.metadata.generation).toBe(1);
  });

  it('changes with its CRD', async () => {
    await client.patch(
      RESOURCES.customResourceDefinitions,
      undefined,
      'widgets.acme.io',
      crd({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true }) as unknown as Json,
      { type: 'merge' },
    );
    expect((await client.create(WIDGETS, widget({ anything: 1 }))).spec).toEqual({ anything: 1 });
  });
});

describe('Argo CD’s CRDs', () => {
  it('are served as they ship: status beside the spec for sets, none for Applications', () => {
    const { registry } = createStore({ gc: 'off', crds: argoCrds() }).store;
    const facts = [RESOURCES.applicationSets, RESOURCES.applications, RESOURCES.appProjects].map((type) => {
      const kind = registry.find(type.apiVersion, type.plural);
      return [kind?.type, kind?.statusSubresource, kind?.schema !== undefined];
    });
    expect(facts).toEqual([
      [RESOURCES.applicationSets, true, true],
      [RESOURCES.applications, false, true],
      [RESOURCES.appProjects, false, true],
    ]);
  });
});
