/** CustomResourceDefinitions cut down to what these tests look at. */
import type { JsonObject, KubeObject } from '../../../src/api/objects.ts';

const open: JsonObject = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

function crd(kind: string, shortName: string, version: JsonObject, spec: JsonObject): KubeObject {
  const plural = `${kind.toLowerCase()}s`;
  const schema: JsonObject = {
    type: 'object',
    required: ['metadata', 'spec'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      spec,
      status: open,
    },
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.argoproj.io` },
    spec: {
      group: 'argoproj.io',
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase(), shortNames: [shortName] },
      versions: [
        { name: 'v1alpha1', served: true, storage: true, schema: { openAPIV3Schema: schema }, ...version },
      ],
    },
  };
}

export const SMALL_CRDS: readonly KubeObject[] = [
  crd(
    'ApplicationSet',
    'appset',
    { subresources: { status: {} } },
    {
      type: 'object',
      required: ['generators', 'template'],
      properties: {
        goTemplate: { type: 'boolean' },
        generators: {
          type: 'array',
          description: 'Where the parameters come from.',
          items: { type: 'object', properties: { list: { ...open, description: 'Literal elements.' } } },
        },
        template: open,
      },
    },
  ),
  crd(
    'Application',
    'app',
    {
      additionalPrinterColumns: [
        { name: 'Sync Status', type: 'string', jsonPath: '.status.sync.status' },
        { name: 'Health Status', type: 'string', jsonPath: '.status.health.status' },
        { name: 'Project', type: 'string', jsonPath: '.spec.project', priority: 10 },
      ],
    },
    open,
  ),
];
