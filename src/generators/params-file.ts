/**
 * The text of a params file as maps of params (spec generators §2.3.2, Parsing one file): a single map,
 * or a list of maps; nothing at all counts as an empty map. Parsed files are kept by blob id, because
 * between two runs most files do not change. What comes out is shared and must not be changed.
 */
import type { Json } from '../api/objects.ts';
import { BoundedCache } from '../support/bounded-cache.ts';
import type { Clock } from '../support/clock.ts';
import { AppsetError } from '../support/errors.ts';
import { isJsonObject } from '../support/json.ts';
import { LIMITS } from '../support/limits.ts';
import { unmarshalYamlApart } from '../support/yaml.ts';
import { fromJson, type GoMap } from '../templating/values.ts';
import { contentHash } from './identity.ts';
import { cannotUnmarshal, JSON_MAP, JSON_MAPS } from './json-kinds.ts';

export interface FileItem {
  readonly value: GoMap | null;
  /** place in the list; undefined when the file is one map */
  readonly index?: number;
  /** of the item's content, in a list */
  readonly hash?: string;
}

interface Parsed {
  readonly items: readonly FileItem[];
  /** of the text */
  readonly characters: number;
}

/** What bounds the reading of a long text. */
export interface Waiting {
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

const cache = new BoundedCache<string, Parsed>(LIMITS.parsedFiles, {
  most: LIMITS.parsedCharacters,
  of: ({ characters }) => characters,
});

const refuse = (value: Json, type: string): AppsetError =>
  new AppsetError(
    'APPSET_E0204',
    `error unmarshaling JSON: while decoding JSON: ${cannotUnmarshal(value, type)}`,
  );

async function parse(text: string, { clock, signal }: Waiting): Promise<readonly FileItem[]> {
  const value = await unmarshalYamlApart(text, clock, signal);
  if (value === null) return [{ value: null }];
  if (isJsonObject(value)) return [{ value: fromJson(value) as GoMap }];
  if (!Array.isArray(value)) throw refuse(value, JSON_MAPS);
  return value.map((item: Json, index) => {
    if (item !== null && !isJsonObject(item)) throw refuse(item, JSON_MAP);
    return { value: item === null ? null : (fromJson(item) as GoMap), index, hash: contentHash(item) };
  });
}

/**
 * The items of a file.
 *
 * @param oid blob id of exactly this text; '' when it is not known
 * @throws AppsetError with the words of the reference's decoder, APPSET_E0205 where a long one takes too much
 */
export async function parseParams(text: string, oid: string, waiting: Waiting): Promise<readonly FileItem[]> {
  const known = oid === '' ? undefined : cache.get(oid);
  if (known !== undefined) return known.items;
  const items = await parse(text, waiting);
  if (oid !== '') cache.set(oid, { items, characters: text.length });
  return items;
}
