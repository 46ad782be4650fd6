/** Normalisation before writing (spec controller-and-operations §3.1). */
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/api/objects.ts';
import { normalizeSpec } from '../../../src/planning/normalize.ts';

const project = 'p';

describe('normalised spec', () => {
  test.each<[string, JsonObject, JsonObject]>([
    ['an empty project is default', { project: '' }, { project: 'default' }],
    ['a missing project is default', {}, { project: 'default' }],
    ['an empty sync policy goes', { project, syncPolicy: {} }, { project }],
    ['no sync options are none', { project, syncPolicy: { syncOptions: [] } }, { project }],
    [
      'automated without fields stays',
      { project, syncPolicy: { automated: {} } },
      { project, syncPolicy: { automated: {} } },
    ],
    [
      'zero blocks of the source go',
      {
        project,
        source: {
          path: 'x',
          helm: { values: '', parameters: [] },
          kustomize: { commonLabels: {} },
          directory: { jsonnet: {} },
        },
      },
      { project, source: { path: 'x' } },
    ],
    [
      'an empty valuesObject is something',
      { project, source: { helm: { valuesObject: {} } } },
      { project, source: { helm: { valuesObject: {} } } },
    ],
    [
      'directory with exclude stays',
      { project, source: { directory: { exclude: '*' } } },
      { project, source: { directory: { exclude: '*' } } },
    ],
    [
      'sources win over source',
      { project, sources: [{ helm: {} }], source: { helm: {} } },
      { project, sources: [{}], source: { helm: {} } },
    ],
    [
      'empty sources leave source',
      { project, sources: [], source: { helm: {} } },
      { project, sources: [], source: {} },
    ],
  ])('%s', (_, spec, expected) => {
    expect(normalizeSpec(spec)).toEqual(expected);
  });

  test('what is normal is the same object', () => {
    const spec = { project, source: { path: 'x' }, syncPolicy: { syncOptions: ['a'] } };
    expect(normalizeSpec(spec)).toBe(spec);
  });
});
