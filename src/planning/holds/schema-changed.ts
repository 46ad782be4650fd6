/** SchemaChanged: the spec is another at the same generation. Nobody edited the set: its CRD was swapped, and prunes. */
import type { Hold } from './contract.ts';

export const schemaChanged: Hold = {
  reason: 'SchemaChanged',
  latched: true,
  setting: ({ set }) => String(set.metadata.generation ?? 0),
  wayOut: () => 'install the CRD that knows all fields of the set, or apply the set again',
  find: ({ specChanged }, rest) =>
    specChanged
      ? { candidates: rest, message: 'the spec of the set changed without an edit: its CRD was replaced' }
      : undefined,
};
