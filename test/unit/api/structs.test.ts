/** Decoding and encoding as Go does, against vectors of the real decoder, and advice on unknown fields. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { structNames } from '../../../src/api/struct-tables.ts';
import {
  adviseField,
  decodeStruct,
  encodeStruct,
  inspectStruct,
  isStruct,
  shapeOf,
  structFields,
} from '../../../src/api/structs.ts';
import type { Json } from '../../../src/support/json.ts';

interface Vector {
  readonly type: string;
  readonly in: Json;
  readonly out?: Json;
  readonly err?: string;
}
const vectors: Vector[] = JSON.parse(
  readFileSync(new URL('../../golden/structs/cases.json', import.meta.url), 'utf8'),
);

describe('decode and encode as encoding/json', () => {
  it.each(vectors.map((vector, index) => [index, vector] as const))('vector %i', (_, vector) => {
    const run = () => encodeStruct(vector.type, decodeStruct(vector.type, vector.in).value);
    if (vector.err === undefined) expect(run()).toEqual(vector.out);
    else expect(run).toThrow(expect.objectContaining({ code: 'APPSET_E0102', message: vector.err }));
  });
});

describe('decodeStruct', () => {
  it('gives known fields in declaration order and tells the others', () => {
    const { value, unknownFields } = decodeStruct('ApplicationSetTemplate', {
      spec: {
        project: 'p',
        'odd key': 1,
        source: { path: 'x', repoURL: 'y', foo: 1 },
        syncPolicy: { preserveResourcesOnDeletion: true },
        sources: [{ helm: { values: 'v', bar: 1 } }],
      },
      metadata: { labels: { b: '1', a: null }, name: 'n' },
      status: {},
    });
    expect(JSON.stringify(value)).toBe(
      '{"metadata":{"name":"n","labels":{"b":"1","a":""}},' +
        '"spec":{"source":{"repoURL":"y","path":"x"},"project":"p","syncPolicy":{},"sources":[{"helm":{"values":"v"}}]}}',
    );
    expect(unknownFields).toEqual([
      'spec["odd key"]',
      'spec.source.foo',
      'spec.syncPolicy.preserveResourcesOnDeletion',
      'spec.sources[0].helm.bar',
      'status',
    ]);
  });

  it('takes names in another case as Go does, unless asked for exact ones', () => {
    const source = { repoUrl: 'x' };
    expect(decodeStruct('ApplicationSource', source)).toEqual({ value: { repoURL: 'x' }, unknownFields: [] });
    expect(decodeStruct('ApplicationSource', source, { exactNames: true })).toEqual({
      value: {},
      unknownFields: ['repoUrl'],
    });
  });

  it.each([
    [
      'Application',
      { spec: { revisionHistoryLimit: 'x' } },
      'spec.revisionHistoryLimit',
      'json: cannot unmarshal string into Go struct field ApplicationSpec.spec.revisionHistoryLimit of type int64',
    ],
    [
      'Application',
      { metadata: { labels: { a: 1 } } },
      'metadata.labels.a',
      'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string',
    ],
    [
      'Application',
      { spec: { syncPolicy: { automated: { prune: 'yes' } } } },
      'spec.syncPolicy.automated.prune',
      'json: cannot unmarshal string into Go struct field SyncPolicyAutomated.spec.syncPolicy.automated.prune of type bool',
    ],
    [
      'Application',
      { spec: { revisionHistoryLimit: 1.5 } },
      'spec.revisionHistoryLimit',
      'json: cannot unmarshal number 1.5 into Go struct field ApplicationSpec.spec.revisionHistoryLimit of type int64',
    ],
    [
      'Application',
      'x',
      undefined,
      'json: cannot unmarshal string into Go value of type v1alpha1.Application',
    ],
    [
      'ApplicationSet',
      { kind: 5 },
      'kind',
      'json: cannot unmarshal number into Go struct field ApplicationSet.TypeMeta.kind of type string',
    ],
  ] as const)('%s %j: %s', (type, json, field, message) => {
    const { problem } = inspectStruct(type, json as Json);
    expect(problem?.message).toBe(message);
    expect(problem?.place.field).toBe(field);
    expect(problem?.code).toBe('APPSET_E0102');
  });

  it('tells the first mistake and what else could be read', () => {
    const json = { spec: { project: 1, info: 'x', foo: 1, source: { repoURL: 'r' } } };
    const { value, unknownFields, problem } = inspectStruct('Application', json);
    expect(value).toEqual({ spec: { source: { repoURL: 'r' } } });
    expect(unknownFields).toEqual(['spec.foo']);
    expect(problem?.message).toContain('ApplicationSpec.spec.project of type string');
  });

  it('keeps a map key named __proto__ as data', () => {
    const { value } = decodeStruct(
      'ApplicationSetTemplateMeta',
      JSON.parse('{"labels": {"__proto__": "x"}}'),
    );
    expect(Object.keys((value as { labels: object }).labels)).toEqual(['__proto__']);
  });
});

describe('the tables', () => {
  it('name only types that are known', () => {
    const unknown = structNames().flatMap((name) =>
      structFields(name)
        .map((field) => field.type.replace(/^(?:\*|\[\]|map\[string\])+/, ''))
        .filter((type) => /^[A-Z]/.test(type) && !isStruct(type) && shapeOf(type).kind === 'string'),
    );
    expect(unknown).toEqual([]);
  });

  it('hold the merge keys of Kubernetes', () => {
    const fields = structFields('ObjectMeta').filter((field) => field.patchStrategy !== undefined);
    expect(
      fields.map(({ json, patchStrategy, patchMergeKey }) => [json, patchStrategy, patchMergeKey]),
    ).toEqual([
      ['ownerReferences', 'merge', 'uid'],
      ['finalizers', 'merge', undefined],
    ]);
  });
});

describe('adviseField', () => {
  it.each([
    [
      'spec.template.spec.syncPolicy.preserveResourcesOnDeletion',
      'it belongs in spec.syncPolicy.preserveResourcesOnDeletion',
    ],
    ['spec.generators[0].list.elementz', 'did you mean "elements"?'],
    ['spec.generators[0].git.repoUrl', 'did you mean "repoURL"?'],
    ['spec.generators[1].matrix.generators[0].git.revison', 'did you mean "revision"?'],
    ['spec.template.labels', 'it belongs in spec.template.metadata.labels'],
    ['spec.template.spec.syncOptions', 'it belongs in spec.template.spec.syncPolicy.syncOptions'],
    ['spec.template.goTemplate', 'it belongs in spec.goTemplate'],
    [
      'spec.template.spec.helm',
      'it belongs in spec.template.spec.source.helm or spec.template.spec.sources[].helm',
    ],
    ['spec.generators[3].repoURL', 'it belongs in spec.generators[3].git.repoURL'],
    ['spec.temlate', 'did you mean "template"?'],
    ['spec.generators[0].gti', ''],
    ['spec.template.spec.foo', ''],
    ['spec.template.spec.value', ''],
    ['nowhere.at.all', ''],
  ])('%s: %s', (path, text) => expect(adviseField('ApplicationSet', path).text).toBe(text));
});
