/**
 * The list generator (spec generators §2.1): elements written in the set, then the items of
 * `elementsYaml`. An element is one param set as it is; in legacy mode its values must be strings, and
 * those under `values` become `values.KEY`. An element's identity is a hash of it as the set writes it.
 * In normal mode a list with neither field is refused.
 */
import type { Json, JsonObject } from '../api/objects.ts';
import { AppsetError, asAppsetError } from '../support/errors.ts';
import { isJsonObject } from '../support/json.ts';
import { unmarshalYaml } from '../support/yaml.ts';
import { ANY, fromJson, GoMap, goMap } from '../templating/values.ts';
import type { Generator, GeneratorNode, Outcome, Problem, Row } from './contract.ts';
import { listField, stringField } from './fields.ts';
import { contentHash, part } from './identity.ts';
import { cannotUnmarshal, JSON_MAP, JSON_MAPS } from './json-kinds.ts';
import { failedProblem, unknownProblem } from './outcome.ts';

/** Elements between two looks at the clock. */
const BATCH = 256;

const wrong = (text: string): AppsetError => new AppsetError('APPSET_E0204', text);

/** An element without keys is no map at all, which is told from an empty one where params are shown. */
const NOTHING = new GoMap(new Map(), ANY, 'string', true);

function legacyParams(element: JsonObject): GoMap {
  if (Object.keys(element).length === 0) return NOTHING;
  const params = goMap();
  for (const [key, value] of Object.entries(element)) {
    if (key !== 'values') {
      if (typeof value !== 'string') throw wrong('error parsing value as string %!w(<nil>)');
      params.set(key, value);
      continue;
    }
    if (!isJsonObject(value)) throw wrong('error parsing values map');
    for (const [name, item] of Object.entries(value)) {
      if (typeof item !== 'string') throw wrong('error parsing value as string %!w(<nil>)');
      params.set(`values.${name}`, item);
    }
  }
  return params;
}

function elementParams(element: Json, go: boolean): GoMap {
  if (element === null) throw wrong('error unmarshling list element unexpected end of JSON input');
  if (!isJsonObject(element)) {
    throw wrong(`error unmarshling list element ${cannotUnmarshal(element, JSON_MAP)}`);
  }
  return go ? (fromJson(element) as GoMap) : legacyParams(element);
}

function parseElements(text: string): readonly Json[] {
  let parsed: Json;
  try {
    parsed = unmarshalYaml(text);
  } catch (error) {
    const cause = asAppsetError(error);
    throw new AppsetError('APPSET_E0204', `error unmarshling decoded ElementsYaml ${cause.message}`, {
      place: { ...cause.place, field: 'elementsYaml' },
      cause,
    });
  }
  if (parsed === null) return [];
  if (!Array.isArray(parsed)) throw wrong(notMaps(parsed, JSON_MAPS));
  return parsed;
}

const notMaps = (value: Json, type: string): string =>
  `error unmarshling decoded ElementsYaml error unmarshaling JSON: while decoding JSON: ${cannotUnmarshal(value, type)}`;

/** Elements are counted before any of them is made: each that fails costs more than one that does not. */
function bounded(elements: readonly Json[], field: string, maxRows: number): readonly Json[] {
  if (elements.length <= maxRows) return elements;
  const text = `the list has ${elements.length} ${field}, more than the ${maxRows} allowed`;
  throw new AppsetError('APPSET_E0205', text, { place: { field } });
}

const isAbsent = (value: Json | undefined): boolean => value === undefined || value === null;

/** A list nobody wrote is a misspelt or lost field, not an empty one: what it gave before is not gone. */
const nothingToList = ({ place }: GeneratorNode): AppsetError =>
  new AppsetError('APPSET_E0201', `${place} has neither elements nor elementsYaml`, {
    place: { generator: place },
  });

export const listGenerator: Generator = {
  name: 'list',
  async generate(spec: JsonObject, node: GeneratorNode, run): Promise<Outcome> {
    const rows: Row[] = [];
    const problems: Problem[] = [];
    const { mode, settings } = run.context;
    const go = mode.go;
    if (!settings.compat && isAbsent(spec['elements']) && isAbsent(spec['elementsYaml'])) {
      return { rows: [], problems: [unknownProblem(node, nothingToList(node))] };
    }
    const elements = listField(spec, 'elements');
    const written = Array.isArray(node.original['elements']) ? node.original['elements'] : [];
    for (const [index, element] of bounded(elements, 'elements', settings.maxRows).entries()) {
      if (index % BATCH === 0) await run.breathe();
      const parts = [part(node.leaf, 'listElement', contentHash(written[index]), `elements[${index}]`)];
      try {
        rows.push({ params: elementParams(element, go), parts });
      } catch (error) {
        problems.push(failedProblem(node, parts, asAppsetError(error)));
      }
    }
    const yaml = stringField(spec, 'elementsYaml');
    if (yaml === '') return { rows, problems };
    try {
      for (const [index, item] of bounded(parseElements(yaml), 'elementsYaml', settings.maxRows).entries()) {
        if (index % BATCH === 0) await run.breathe();
        const parts = [part(node.leaf, 'listElement', contentHash(item), `elementsYaml[${index}]`)];
        if (item !== null && !isJsonObject(item)) {
          problems.push(failedProblem(node, parts, wrong(notMaps(item, JSON_MAP))));
        } else {
          rows.push({ params: item === null ? goMap() : (fromJson(item) as GoMap), parts });
        }
      }
    } catch (error) {
      problems.push(unknownProblem(node, asAppsetError(error)));
    }
    return { rows, problems };
  },
};
