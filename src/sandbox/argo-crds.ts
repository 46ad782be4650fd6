/** Argo CD's CustomResourceDefinitions, as this product ships them, for sandboxes that are to check and prune. */
import { ARGO_CRD_KINDS, customResourceDefinition } from '../api/crds.ts';
import type { KubeObject } from '../api/objects.ts';

/** ApplicationSet, Application and AppProject. */
export const argoCrds = (): readonly KubeObject[] =>
  ARGO_CRD_KINDS.map((kind) => customResourceDefinition(kind) as unknown as KubeObject);
