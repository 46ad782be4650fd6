/**
 * Reads the protobuf bodies that kubectl's typed clients send for a few kinds (`kubectl create
 * namespace`, `create secret`, `auth can-i`): the envelope `k8s\0` + runtime.Unknown, and in it one of
 * the messages below, by their published field numbers. Anything else is refused with 415, and answers
 * are JSON always, which those clients accept.
 */
import type { Json, JsonObject } from '../../api/objects.ts';
import { rfc3339 } from '../../support/clock.ts';
import { setKey } from '../../support/json.ts';
import { badRequest } from '../failures.ts';

type Scalar = 'text' | 'number' | 'flag' | 'time';
interface Field {
  readonly name: string;
  readonly type: Scalar | 'map' | 'bytes-map' | Message;
  readonly many?: boolean;
}
type Message = Readonly<Record<number, Field>>;

const text = (name: string): Field => ({ name, type: 'text' });
const texts = (name: string): Field => ({ name, type: 'text', many: true });
const flag = (name: string): Field => ({ name, type: 'flag' });
const map = (name: string): Field => ({ name, type: 'map' });

const OWNER: Message = {
  1: text('kind'),
  3: text('name'),
  4: text('uid'),
  5: text('apiVersion'),
  6: flag('controller'),
  7: flag('blockOwnerDeletion'),
};
const META: Field = {
  name: 'metadata',
  type: {
    1: text('name'),
    2: text('generateName'),
    3: text('namespace'),
    5: text('uid'),
    6: text('resourceVersion'),
    7: { name: 'generation', type: 'number' },
    8: { name: 'creationTimestamp', type: 'time' },
    9: { name: 'deletionTimestamp', type: 'time' },
    11: map('labels'),
    12: map('annotations'),
    13: { name: 'ownerReferences', type: OWNER, many: true },
    14: texts('finalizers'),
  },
};
const ATTRIBUTES: Message = {
  1: text('namespace'),
  2: text('verb'),
  3: text('group'),
  4: text('version'),
  5: text('resource'),
  6: text('subresource'),
  7: text('name'),
};
const NON_RESOURCE: Message = { 1: text('path'), 2: text('verb') };

const MESSAGES: Readonly<Record<string, Message>> = {
  'v1 Namespace': {
    1: META,
    2: { name: 'spec', type: { 1: texts('finalizers') } },
    3: { name: 'status', type: { 1: text('phase') } },
  },
  'v1 ConfigMap': {
    1: META,
    2: map('data'),
    3: { name: 'binaryData', type: 'bytes-map' },
    4: flag('immutable'),
  },
  'v1 Secret': {
    1: META,
    2: { name: 'data', type: 'bytes-map' },
    3: text('type'),
    4: map('stringData'),
    5: flag('immutable'),
  },
  'v1 ServiceAccount': { 1: META, 4: flag('automountServiceAccountToken') },
  'authorization.k8s.io/v1 SelfSubjectAccessReview': {
    1: META,
    2: {
      name: 'spec',
      type: {
        1: { name: 'resourceAttributes', type: ATTRIBUTES },
        2: { name: 'nonResourceAttributes', type: NON_RESOURCE },
      },
    },
  },
  'authentication.k8s.io/v1 SelfSubjectReview': { 1: META },
};

const MAGIC = Buffer.from('k8s\0', 'latin1');

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  varint(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) throw badRequest('the protobuf body breaks off');
      this.#at += 1;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
  }

  chunk(): Buffer {
    const end = this.varint() + this.#at;
    if (end > this.#bytes.length) throw badRequest('the protobuf body breaks off');
    const chunk = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return chunk;
  }

  skip(wire: number): void {
    if (wire === 0) this.varint();
    else if (wire === 2) this.chunk();
    else if (wire === 1 || wire === 5) this.#at += wire === 1 ? 8 : 4;
    else throw badRequest('the protobuf body cannot be read');
  }
}

/** Fields by number, each with its wire values in order. */
function readFields(bytes: Buffer): Map<number, (number | Buffer)[]> {
  const found = new Map<number, (number | Buffer)[]>();
  const reader = new Reader(bytes);
  while (!reader.done) {
    const tag = reader.varint();
    const wire = tag % 8;
    const number = Math.floor(tag / 8);
    if (wire !== 0 && wire !== 2) reader.skip(wire);
    else found.set(number, [...(found.get(number) ?? []), wire === 0 ? reader.varint() : reader.chunk()]);
  }
  return found;
}

const bytesOf = (value: number | Buffer | undefined): Buffer =>
  typeof value === 'object' ? value : Buffer.alloc(0);
const textOf = (value: number | Buffer | undefined): string => bytesOf(value).toString('utf8');

function readMap(entries: readonly (number | Buffer)[], bytes: boolean): JsonObject {
  const result: Record<string, Json | undefined> = {};
  for (const entry of entries) {
    const fields = readFields(bytesOf(entry));
    const value = fields.get(2)?.[0];
    setKey(result, textOf(fields.get(1)?.[0]), bytes ? bytesOf(value).toString('base64') : textOf(value));
  }
  return result;
}

function readValue(value: number | Buffer, type: Scalar | Message): Json | undefined {
  switch (type) {
    case 'text':
      return textOf(value);
    case 'number':
      return Number(value) || undefined;
    case 'flag':
      return value !== 0;
    case 'time': {
      const seconds = readFields(bytesOf(value)).get(1)?.[0];
      return typeof seconds === 'number' && seconds < 2 ** 40 ? rfc3339(seconds * 1_000) : undefined;
    }
    default:
      return readMessage(bytesOf(value), type);
  }
}

function readMessage(bytes: Buffer, message: Message): JsonObject {
  const result: Record<string, Json | undefined> = {};
  for (const [number, values] of readFields(bytes)) {
    const field = message[number];
    if (field === undefined) continue;
    if (field.type === 'map' || field.type === 'bytes-map') {
      result[field.name] = readMap(values, field.type === 'bytes-map');
      continue;
    }
    const { type } = field;
    const read = values.map((value) => readValue(value, type)).filter((value) => value !== undefined);
    const last = read.at(-1);
    // empty texts and flags that are off are how Go writes what was not said
    if (field.many === true) result[field.name] = read;
    else if (last !== undefined && last !== '' && last !== false) result[field.name] = last;
  }
  return result;
}

/** The object in a protobuf body, or undefined when its kind is none of the few that are read. @throws ApiError 400 */
export function parseProtobuf(body: Buffer): JsonObject | undefined {
  if (!body.subarray(0, MAGIC.length).equals(MAGIC))
    throw badRequest('the protobuf body has no k8s envelope');
  const unknown = readFields(body.subarray(MAGIC.length));
  const typeMeta = readFields(bytesOf(unknown.get(1)?.[0]));
  const apiVersion = textOf(typeMeta.get(1)?.[0]);
  const kind = textOf(typeMeta.get(2)?.[0]);
  const message = MESSAGES[`${apiVersion} ${kind}`];
  if (message === undefined) return undefined;
  return { apiVersion, kind, ...readMessage(bytesOf(unknown.get(2)?.[0]), message) };
}
