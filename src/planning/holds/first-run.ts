/**
 * FirstRun: the set owns Applications somebody else made and was never completed by us. What we would
 * delete in our first run waits for a person. An annotation of ours on the candidates shows that we
 * made or wrote them; a state that cannot be read shows nothing.
 */
import { OWN } from '../../api/names.ts';
import type { Hold } from './contract.ts';

export const firstRun: Hold = {
  reason: 'FirstRun',
  latched: true,
  setting: ({ state }) => String(state.completed),
  wayOut: ({ set, state }) =>
    state.corrupt ? '' : `appset migrate accept ${set.metadata.name} -n ${set.metadata.namespace ?? ''}`,
  find: ({ state }, rest) => {
    if (state.corrupt) {
      return { candidates: rest, message: `annotation ${OWN.state} of the set cannot be read` };
    }
    const foreign = rest.some(({ live }) => live.metadata.annotations?.[OWN.origin] === undefined);
    if (state.completed || !foreign) return undefined;
    return {
      candidates: rest,
      message: 'this operator has never completed the set: its first deletions wait for a person',
    };
  },
};
