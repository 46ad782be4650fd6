/**
 * Renamed: the candidate is generated under another name (all its parts, or its destination and source,
 * are those of another Application). One change, not a deletion and a creation: both are held together
 * until the set says `on-rename: release` (workloads stay) or `replace` (as the reference), or a person
 * approves. Previews of pull requests are replaced.
 */
import { OWN } from '../../api/names.ts';
import type { Json, JsonObject } from '../../api/objects.ts';
import { canonicalJson } from '../../generators/identity.ts';
import { isJsonObject } from '../../support/json.ts';
import { partsKeyOf } from '../origin.ts';
import type { Hold, HoldCandidate, HoldRun } from './contract.ts';

const place = (spec: JsonObject): string => {
  const pick = (source: Json | undefined): Json =>
    isJsonObject(source) ? [source.repoURL ?? null, source.path ?? null, source.chart ?? null] : null;
  const sources = Array.isArray(spec.sources) ? spec.sources.map((source: Json) => pick(source)) : [];
  return canonicalJson([spec.destination ?? null, pick(spec.source), sources]);
};

/** Name of a candidate → name it is generated under now. */
export function renames(
  run: Pick<HoldRun, 'generated' | 'creates'>,
  candidates: readonly HoldCandidate[],
): ReadonlyMap<string, string> {
  if (candidates.length === 0) return new Map();
  const byParts = new Map(
    run.generated.filter(({ parts }) => parts.length > 0).map(({ name, parts }) => [partsKeyOf(parts), name]),
  );
  const byPlace = new Map(run.creates.map(({ name, application }) => [place(application.spec), name]));
  const pairs = new Map<string, string>();
  for (const { name, origin, live } of candidates) {
    const parts = origin?.parts ?? [];
    const found =
      (parts.length > 0 ? byParts.get(partsKeyOf(parts)) : undefined) ?? byPlace.get(place(live.spec));
    if (found !== undefined && found !== name) pairs.set(name, found);
  }
  return pairs;
}

/**
 * Candidates that the set's `on-rename` decides: each is one Application under one other name. Where many
 * would become one, some of them are lost, which is no change of a name.
 */
export function decidedRenames(
  run: Pick<HoldRun, 'annotations' | 'generated' | 'creates'>,
  candidates: readonly HoldCandidate[],
): ReadonlySet<string> {
  if (run.annotations.onRename === undefined) return new Set();
  const pairs = [...renames(run, candidates)];
  const claims = Map.groupBy(pairs, ([, to]) => to);
  return new Set(pairs.flatMap(([name, to]) => (claims.get(to)?.length === 1 ? [name] : [])));
}

const isPreview = ({ origin }: HoldCandidate): boolean =>
  origin?.parts.some(({ kind }) => kind === 'pullRequest') === true;

export const renamed: Hold = {
  reason: 'Renamed',
  latched: true,
  setting: ({ annotations }) => annotations.onRename ?? '',
  wayOut: () =>
    `annotation ${OWN.onRename}: release (workloads stay) or replace (they are removed and made again)`,
  find: (run, rest) => {
    if (run.annotations.onRename !== undefined) return undefined;
    const pairs = renames(run, rest);
    const candidates = rest.filter((candidate) => pairs.has(candidate.name) && !isPreview(candidate));
    const [first] = candidates;
    if (first === undefined) return undefined;
    const text = `${first.name} is generated as ${pairs.get(first.name)}`;
    return {
      candidates,
      message: candidates.length === 1 ? text : `${candidates.length} change their names: ${text}, …`,
    };
  },
};
