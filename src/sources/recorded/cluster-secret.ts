/**
 * A cluster Secret read as a fact. Only name, server, project and the labels and annotations are taken
 * over; of the credentials nothing is, but whether they are JSON at all.
 */
import type { JsonObject } from '../../api/objects.ts';
import type { ClusterFact } from '../../generators/contract.ts';
import { isJsonObject } from '../../support/json.ts';

function textOf(secret: JsonObject, key: string): string | undefined {
  const { stringData, data } = secret;
  if (isJsonObject(stringData) && typeof stringData[key] === 'string') return stringData[key];
  if (isJsonObject(data) && typeof data[key] === 'string') {
    return Buffer.from(data[key], 'base64').toString('utf8');
  }
  return undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const stringMap = (value: unknown): Readonly<Record<string, string>> =>
  isJsonObject(value) ? (value as Readonly<Record<string, string>>) : {};

/** @param secret a v1 Secret with `data` (base64) or `stringData` */
export function clusterFact(secret: JsonObject): ClusterFact {
  const metadata = isJsonObject(secret['metadata']) ? secret['metadata'] : {};
  const config = textOf(secret, 'config');
  const fact: ClusterFact = {
    secretName: typeof metadata['name'] === 'string' ? metadata['name'] : '',
    name: textOf(secret, 'name') ?? '',
    server: textOf(secret, 'server') ?? '',
    project: textOf(secret, 'project'),
    labels: stringMap(metadata['labels']),
    annotations: stringMap(metadata['annotations']),
  };
  return config === undefined || config === '' || isJson(config)
    ? fact
    : { ...fact, malformed: 'config is not JSON' };
}
