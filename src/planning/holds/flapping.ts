/** Flapping: an Application is there again, or would be made again, within 10 minutes after we deleted it. */
import type { Hold } from './contract.ts';
import { token } from './digest.ts';

export const flapping: Hold = {
  reason: 'Flapping',
  latched: true,
  setting: () => '',
  wayOut: () => '',
  find: ({ state, owned, creates }, rest) => {
    if (state.deletions.length === 0 || rest.length === 0) return undefined;
    const deleted = new Map(state.deletions.map(({ name, uid }) => [name, uid]));
    const again =
      owned.find(({ metadata }) => {
        const before = deleted.get(token(metadata.name));
        return before !== undefined && before !== token(metadata.uid ?? '');
      })?.metadata.name ?? creates.find(({ name }) => deleted.has(token(name)))?.name;
    return again === undefined
      ? undefined
      : { candidates: rest, message: `${again} was deleted less than 10 minutes ago and is generated again` };
  },
};
