/**
 * Deletions while a part of the set is unknown (safety.md, part 1, rule 2): a set may ask for them, and
 * even then nothing goes whose rows are hidden by what is unknown. Real generators, recorded facts.
 */
import { describe, expect, test } from 'vitest';
import type { Application, ApplicationSet } from '../../../src/api/objects.ts';
import { type Sources, unknown } from '../../../src/generators/contract.ts';
import { evaluateSet, evaluationSettings } from '../../../src/planning/evaluate.ts';
import { encodeOrigin, partIds } from '../../../src/planning/origin.ts';
import { planSet } from '../../../src/planning/plan.ts';
import { worldSources } from '../../../src/sources/recorded/index.ts';
import { ManualClock } from '../../../src/support/clock.ts';
import { AppsetError } from '../../../src/support/errors.ts';
import { seededRandom } from '../../../src/support/random.ts';
import { inputOf, owner, setOf } from './plan-fixtures.ts';

const clock = new ManualClock();
const REPO = 'https://git.example.com/p.git';
const sources = worldSources(
  {
    appProjects: [{ metadata: { name: 'default' } }],
    repositories: {
      [REPO]: { revisions: { main: { files: { 'sizes/a.yaml': 'app: a', 'sizes/b.yaml': 'app: b' } } } },
    },
  },
  { clock },
);
const silent: Sources = {
  ...sources,
  gitTree: async () => unknown(new AppsetError('APPSET_E0402', 'the server hangs')),
};

const list = (...apps: string[]) => ({ list: { elements: apps.map((app) => ({ app })) } });
const git = { git: { repoURL: REPO, revision: 'main', files: [{ path: 'sizes/*.yaml' }] } };

const setWith = (generators: readonly unknown[]): ApplicationSet =>
  setOf({ annotations: { 'appset-operator.io/partial-deletions': 'true' } }, {
    goTemplate: true,
    generators,
    template: {
      metadata: { name: 'x-{{.app}}' },
      spec: { project: 'default', destination: { name: 'in-cluster' } },
    },
  } as unknown as ApplicationSet['spec']);

const evaluate = (set: ApplicationSet, facts: Sources, maxRows?: number) =>
  evaluateSet(set, facts, evaluationSettings(maxRows === undefined ? {} : { maxRows }), {
    clock,
    random: seededRandom(1),
  });

/** What a set made when all was well, as it is in the cluster. */
async function made(set: ApplicationSet): Promise<readonly Application[]> {
  const { rendered } = await evaluate(set, sources);
  return rendered.map(({ application, parts }) => ({
    ...application,
    metadata: {
      ...application.metadata,
      uid: `uid-${application.metadata.name}`,
      ownerReferences: [owner()],
      annotations: { 'appset-operator.io/origin': encodeOrigin({ generation: 3, parts: partIds(parts) }) },
    },
  }));
}

async function deletions(before: ApplicationSet, now: ApplicationSet, facts: Sources, maxRows?: number) {
  const live = await made(before);
  const { plan } = planSet(inputOf(now, await evaluate(now, facts, maxRows), live));
  return { of: live.length, deleted: plan.delete.map(({ name }) => name) };
}

describe('with partial deletions asked for', () => {
  test('an element that left a known entry goes, though another entry is unknown', async () => {
    const { deleted } = await deletions(setWith([list('c', 'd')]), setWith([list('c'), git]), silent);
    expect(deleted).toEqual(['x-d']);
  });

  test.each<[string, ApplicationSet, Sources, number | undefined, number]>([
    [
      'the rows of a merge of which a child is unknown',
      setWith([{ merge: { mergeKeys: ['app'], generators: [list('a', 'c'), git] } }]),
      silent,
      undefined,
      2,
    ],
    [
      'a merge inside a matrix',
      setWith([
        {
          matrix: {
            generators: [
              { list: { elements: [{ stage: 'dev' }] } },
              { merge: { mergeKeys: ['app'], generators: [list('a', 'c'), git] } },
            ],
          },
        },
      ]),
      silent,
      undefined,
      2,
    ],
    [
      'a product that became too large',
      setWith([
        { matrix: { generators: [{ list: { elements: [{ stage: 'dev' }] } }, list('a', 'c', 'd')] } },
      ]),
      sources,
      2,
      3,
    ],
    ['a set that became too large', setWith([list('a', 'c', 'd')]), sources, 2, 3],
  ])('%s are kept', async (_name, set, facts, maxRows, count) => {
    expect(await deletions(set, set, facts, maxRows)).toEqual({ of: count, deleted: [] });
  });

  test('rows whose child cannot be interpolated any more are kept', async () => {
    const child = (app: string) => ({
      matrix: { generators: [{ list: { elements: [{ stage: 'dev' }] } }, { list: { elements: [{ app }] } }] },
    });
    const { deleted } = await deletions(
      setWith([child('{{.stage}}')]),
      setWith([child('{{.stage')]),
      sources,
    );
    expect(deleted).toEqual([]);
  });
});
