/**
 * A cluster as it would be once files are applied: what is asked of a set that a file has is answered
 * from the file. So sets that agree with each other in the files agree in the plan too. Reads only.
 */
import { type ObjectClient, RESOURCES } from '../../api/client.ts';
import { type ApplicationSet, type KubeObject, keyOf } from '../../api/objects.ts';

export function withSets(client: ObjectClient, sets: readonly ApplicationSet[]): ObjectClient {
  const written = new Map(sets.map((set) => [keyOf(set), set as unknown as KubeObject]));
  return {
    get: async (type, namespace, name, options) => {
      const own =
        type.kind === RESOURCES.applicationSets.kind ? written.get(`${namespace}/${name}`) : undefined;
      return own ?? client.get(type, namespace, name, options);
    },
    list: (type, options) => client.list(type, options),
    watch: (type, options) => client.watch(type, options),
    create: (type, object, options) => client.create(type, object, options),
    update: (type, object, options) => client.update(type, object, options),
    patch: (type, namespace, name, patch, options) => client.patch(type, namespace, name, patch, options),
    delete: (type, namespace, name, options) => client.delete(type, namespace, name, options),
  };
}
