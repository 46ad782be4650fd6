/**
 * How soon a set should be looked at again without any event (spec generators §2.0): the smallest
 * interval of its generators that is not zero. A negative one, wherever it stands, wins: so it does in
 * the reference (spec controller §15 #1).
 */
import type { JsonObject } from '../api/objects.ts';
import { isJsonObject } from '../support/json.ts';
import { LIMITS } from '../support/limits.ts';
import type { GenerationSettings } from './contract.ts';
import { generatorFields, isCombinator } from './fields.ts';
import { childEntries } from './identity.ts';

function defaultOf(field: string, settings: GenerationSettings): number {
  switch (field) {
    case 'git':
    case 'clusterDecisionResource':
      return settings.requeueAfterSeconds;
    case 'scmProvider':
    case 'pullRequest':
    case 'plugin':
      return LIMITS.listingRequeueSeconds;
    default:
      return 0;
  }
}

const smallest = (intervals: readonly number[]): number => {
  const set = intervals.filter((interval) => interval !== 0);
  return set.length === 0 ? 0 : Math.min(...set);
};

function intervalOf(entry: JsonObject, depth: number, settings: GenerationSettings): number {
  const deepest = settings.compat ? 2 : settings.maxNesting;
  return smallest(
    generatorFields(entry).map((field) => {
      const spec = entry[field];
      if (!isJsonObject(spec)) return 0;
      if (isCombinator(field)) {
        if (depth > deepest) return 0;
        return smallest(childEntries(spec).map((child) => intervalOf(child, depth + 1, settings)));
      }
      const own = defaultOf(field, settings);
      const written = spec['requeueAfterSeconds'];
      return own !== 0 && typeof written === 'number' ? written : own;
    }),
  );
}

/** Seconds until the next look; 0: never. The fields of children count as written, not interpolated. */
export function requeueAfterSeconds(generators: readonly JsonObject[], settings: GenerationSettings): number {
  return smallest(generators.map((entry) => intervalOf(entry, 1, settings)));
}
