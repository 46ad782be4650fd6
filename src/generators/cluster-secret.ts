/**
 * A cluster Secret as a fact (spec controller §7.1): name, server, project, labels and annotations. The
 * credentials in `config` are looked at only to tell whether they are JSON; they never leave this file,
 * not even inside an error.
 */
import type { JsonObject } from '../api/objects.ts';
import { isJsonObject } from '../support/json.ts';
import type { ClusterFact } from './contract.ts';

function textOf({ stringData, data }: JsonObject, key: string): string | undefined {
  if (isJsonObject(stringData) && typeof stringData[key] === 'string') return stringData[key];
  if (isJsonObject(data) && typeof data[key] === 'string') {
    return Buffer.from(data[key], 'base64').toString('utf8');
  }
  return undefined;
}

/** Why `config` cannot be used; the text of a JSON error is not passed on because it quotes its input. */
function malformedConfig(config: string): string | undefined {
  if (config === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(config);
  } catch {
    return 'data.config is not valid JSON';
  }
  return typeof value === 'object' && !Array.isArray(value) ? undefined : 'data.config is not a JSON object';
}

const stringMap = (value: unknown): Readonly<Record<string, string>> =>
  isJsonObject(value) ? (value as Readonly<Record<string, string>>) : {};

/**
 * One cluster Secret without its credentials.
 *
 * @param secret a v1 Secret with `data` (base64) or `stringData`
 */
export function clusterFact(secret: JsonObject): ClusterFact {
  const metadata = isJsonObject(secret['metadata']) ? secret['metadata'] : {};
  const malformed = malformedConfig(textOf(secret, 'config') ?? '');
  return {
    secretName: typeof metadata['name'] === 'string' ? metadata['name'] : '',
    name: textOf(secret, 'name') ?? '',
    server: textOf(secret, 'server') ?? '',
    project: textOf(secret, 'project'),
    labels: stringMap(metadata['labels']),
    annotations: stringMap(metadata['annotations']),
    ...(malformed === undefined ? {} : { malformed }),
  };
}
