/**
 * For any set a second run writes nothing, and says nothing: whatever generators, templates, patches,
 * policies and rules it has, with mistakes in it or without. A failure prints the seed of the set.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../../src/api/objects.ts';
import { seededRandom } from '../../../src/support/random.ts';
import { randomSet } from '../../oracle/random-sets.ts';
import { GIT, Operator } from './operator.ts';

const CLUSTERS = { clusters: { values: { app: 'of-{{.name}}', env: 'live' } } };
const LEGACY_CLUSTERS = { clusters: { values: { app: 'of-{{name}}', env: 'live' } } };
const GO_NAME = 'a-{{ get . "app" | toString | slugify 20 }}-{{ . | toJson | sha256sum | trunc 6 }}';
const GIT_FILES = { git: { repoURL: GIT, revision: 'main', files: [{ path: 'config/*.json' }] } };
const GIT_FOLDERS = { git: { repoURL: GIT, revision: 'main', directories: [{ path: 'apps/*' }] } };

/** What the generators that are drawn are put beside or into. */
const around = fc.constantFrom<(own: JsonObject, go: boolean) => JsonObject[]>(
  (own) => [own],
  (own) => [own, GIT_FILES],
  (own, go) => [go ? CLUSTERS : LEGACY_CLUSTERS, own],
  (own, go) => [{ matrix: { generators: [go ? CLUSTERS : LEGACY_CLUSTERS, own] } }],
  (own) => [{ matrix: { generators: [GIT_FOLDERS, own] } }],
  (own) => [{ merge: { mergeKeys: ['app'], generators: [GIT_FILES, own] } }],
);
const more = fc.record(
  {
    syncPolicy: fc.record(
      {
        preserveResourcesOnDeletion: fc.boolean(),
        applicationsSync: fc.constantFrom('sync', 'create-only', 'create-update', 'create-delete'),
      },
      { requiredKeys: [] },
    ),
    preservedFields: fc.record(
      { annotations: fc.subarray(['a', 'b', 'x']), labels: fc.subarray(['p', 'fixed']) },
      { requiredKeys: [] },
    ),
    ignoreApplicationDifferences: fc.subarray<JsonObject>([
      { jsonPointers: ['/spec/source/path'] },
      { jqPathExpressions: ['.spec.source.helm.parameters[] | select(.name == "web")'] },
      { name: 'web-x', jqPathExpressions: ['.spec.sources[]?.targetRevision'] },
      { jsonPointers: ['/metadata/labels'] },
    ]),
    strategy: fc.constant({ type: 'AllAtOnce' }),
  },
  { requiredKeys: [] },
);

test.each([false, true])(
  'a second run writes nothing (compat: %s)',
  async (compat) => {
    let [made, clean] = [0, 0];
    await fc.assert(
      fc.asyncProperty(fc.nat(), around, more, async (seed, put, rest) => {
        const set = randomSet(seededRandom(seed), 0) as {
          spec: {
            generators: JsonObject[];
            goTemplate?: boolean;
            template: { metadata: JsonObject; spec: JsonObject };
          };
        };
        const { generators, template, ...spec } = set.spec;
        const [first = {}, ...others] = generators;
        const operator = new Operator({ compat });
        operator.clusterSecret('eu', 'https://eu.example.org', { env: 'live' });
        operator.repositories = {
          [GIT]: {
            main: {
              files: {
                'apps/one/app.yaml': '',
                'apps/two/app.yaml': '',
                'config/a.json': '{"app": "web", "env": "test", "n": 1, "region": "r", "team": "t"}',
              },
            },
          },
        };
        // names, projects and destinations that may be, so that most of what is drawn is made
        for (const name of ['own', 'evil']) operator.project(name);
        const destination = { server: 'https://kubernetes.default.svc', namespace: 'shop' };
        operator.apply({
          ...spec,
          template: {
            metadata: { ...template.metadata, ...(spec.goTemplate === true ? { name: GO_NAME } : {}) },
            spec: { ...template.spec, project: 'default', destination },
          },
          ...rest,
          generators: [...put(first, spec.goTemplate === true), ...others],
        } as unknown as JsonObject);
        const { applied } = await operator.run();
        made += operator.names.length;
        if (operator.condition('ErrorOccurred')?.startsWith('False') === true) clean += 1;
        await operator.run();
        // the reference tries again what the server refuses
        const refused = new Set(
          compat ? applied?.failures.map(({ name }) => `create Application/${name}`) : [],
        );
        expect(operator.writes.filter((write) => !refused.has(write))).toEqual([]);
        expect(operator.events).toEqual([]);
      }),
      { numRuns: 300 },
    );
    // most sets make something, and many are without a mistake
    expect(made).toBeGreaterThan(150);
    expect(clean).toBeGreaterThan(30);
  },
  60_000,
);
