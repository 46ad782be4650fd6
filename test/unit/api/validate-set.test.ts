/** An ApplicationSet checked as its author wrote it. */
import { describe, expect, it } from 'vitest';
import { validateSet } from '../../../src/api/validate-set.ts';
import type { JsonObject } from '../../../src/support/json.ts';
import { parseYaml } from '../../../src/support/yaml.ts';

const TEMPLATE = 'template: {metadata: {name: x}, spec: {project: default, destination: {}}}';

const check = (spec: string): string[] =>
  validateSet(parseYaml(`metadata: {name: a}\nspec: ${spec}\n`) as JsonObject).map(
    (error) => `${error.code} ${error.message} @${error.place.field}`,
  );
const generators = (text: string): string[] => check(`{generators: [${text}], ${TEMPLATE}}`);

const ALL = 'list, clusters, git, scmProvider, clusterDecisionResource, pullRequest, matrix, merge, plugin';

describe('validateSet', () => {
  it('has nothing to say about a good set', () => {
    expect(
      generators('{list: {elements: [{a: 1}, null, x]}}, {clusters: {}, selector: {matchLabels: {a: b}}}'),
    ).toEqual([]);
    expect(
      generators(
        '{matrix: {generators: [{list: {elements: []}}, {merge: {mergeKeys: [a], generators: [{clusters: {}}]}}]}}',
      ),
    ).toEqual([]);
    expect(generators('{list: {elements: []}, clusters: {}}')).toEqual([]);
    expect(check(`{generators: [], ${TEMPLATE}}`)).toEqual([]);
  });

  it.each([
    [
      '{list: {elementz: []}}',
      'APPSET_E0103 unknown field "spec.generators[0].list.elementz": did you mean "elements"? @spec.generators[0].list.elementz',
    ],
    [
      '{gitt: {}}',
      'APPSET_E0201 spec.generators[0].gitt: there is no generator "gitt": did you mean "git"? @spec.generators[0].gitt',
    ],
    [
      '{Git: {}}',
      'APPSET_E0201 spec.generators[0].Git: there is no generator "Git": did you mean "git"? @spec.generators[0].Git',
    ],
    [
      '{foo: {}}',
      `APPSET_E0201 spec.generators[0].foo: there is no generator "foo": there are ${ALL} @spec.generators[0].foo`,
    ],
    [
      '{repoURL: x}',
      'APPSET_E0103 unknown field "spec.generators[0].repoURL": it belongs in spec.generators[0].git.repoURL @spec.generators[0].repoURL',
    ],
    ['{}', `APPSET_E0201 spec.generators[0] names no generator: one of ${ALL} is needed @spec.generators[0]`],
    [
      '{selector: {}}',
      `APPSET_E0201 spec.generators[0] names no generator: one of ${ALL} is needed @spec.generators[0]`,
    ],
    [
      '{list: []}',
      'APPSET_E0102 spec.generators[0].list: Invalid value: "array": spec.generators[0].list in body must be of type object: "array" @spec.generators[0].list',
    ],
    [
      '{git: {repoURL: x}}',
      'APPSET_E0102 spec.generators[0].git.revision: Required value @spec.generators[0].git.revision',
    ],
    [
      '{matrix: {generators: [{clusterz: {}}]}}',
      'APPSET_E0201 spec.generators[0].matrix.generators[0].clusterz: there is no generator "clusterz": did you mean "clusters"? @spec.generators[0].matrix.generators[0].clusterz',
    ],
    [
      '{matrix: {generators: [{git: {repoURL: x, revision: r, dirs: []}}]}}',
      'APPSET_E0103 unknown field "spec.generators[0].matrix.generators[0].git.dirs" @spec.generators[0].matrix.generators[0].git.dirs',
    ],
  ])('%s', (entry, message) => expect(generators(entry)).toEqual([message]));

  it('looks into generators below the levels the API server looks into', () => {
    const deep =
      '{matrix: {generators: [{merge: {mergeKeys: [a], generators: [{gitt: {}}, {list: {elemnts: []}}, {list: {elements: 5}}, {matrix: 5}, {matrix: {}}]}}]}}';
    const at = 'spec.generators[0].matrix.generators[0].merge.generators';
    expect(generators(deep)).toEqual([
      `APPSET_E0102 json: cannot unmarshal number into Go struct field ListGenerator.generators.list.elements of type []v1.JSON @${at}[2].list.elements`,
      `APPSET_E0103 unknown field "${at}[1].list.elemnts": did you mean "elements"? @${at}[1].list.elemnts`,
      `APPSET_E0201 ${at}[0].gitt: there is no generator "gitt": did you mean "git"? @${at}[0].gitt`,
      `APPSET_E0102 ${at}[3].matrix: must be an object @${at}[3].matrix`,
      `APPSET_E0102 ${at}[4].matrix.generators: Required value @${at}[4].matrix.generators`,
    ]);
  });

  it('tells unknown fields even where a value has the wrong type', () => {
    const spec =
      '{generators: [{clusters: {}}], goTemplate: "yes", template: {metadata: {lables: {}}, spec: {project: p, destination: {}, syncPolicy: {preserveResourcesOnDeletion: true}}}}';
    expect(check(spec).map((line) => line.split(' @')[1])).toEqual([
      'spec.goTemplate',
      'spec.template.metadata.lables',
      'spec.template.spec.syncPolicy.preserveResourcesOnDeletion',
    ]);
  });

  it('takes anything for a set and says what is missing', () => {
    expect(validateSet({}).map(({ message }) => message)).toEqual([
      'metadata: Required value',
      'spec: Required value',
    ]);
    expect(check('[]')).toEqual([
      'APPSET_E0102 spec: Invalid value: "array": spec in body must be of type object: "array" @spec',
    ]);
    expect(check('{generators: {}}').map((line) => line.split(':')[0])).toEqual([
      'APPSET_E0102 spec.template',
      'APPSET_E0102 spec.generators',
    ]);
  });
});
