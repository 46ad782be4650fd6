/**
 * HistoryRewritten: the tip of the branch does not descend from the last one seen, or is an older one (a
 * force push, or a replica that lags). Held when the second reading, a minute later, still says so;
 * until then the candidate waits as any other.
 */
import { LIMITS } from '../../support/limits.ts';
import type { Hold } from './contract.ts';
import { token } from './digest.ts';

export const historyRewritten: Hold = {
  reason: 'HistoryRewritten',
  latched: true,
  setting: ({ set }) => String(set.metadata.generation ?? 0),
  wayOut: () => 'push a history that descends from the last one seen',
  find: ({ state, now }, rest) => {
    const candidates = rest.filter(
      ({ evidence, uid }) =>
        evidence.is === 'rewritten' && now - (state.dwell.get(token(uid)) ?? now) >= LIMITS.secondReadingMs,
    );
    const [first] = candidates;
    return first && { candidates, message: first.evidence.why };
  },
};
