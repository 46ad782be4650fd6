import { describe, expect, test } from 'vitest';
import { requeueAfterSeconds, UNRESTRICTED } from '../../../src/generators/index.ts';
import { generate, REPO, rowsOf } from './fixture.ts';

const list = (...elements: unknown[]) => ({ list: { elements } });
const git = { git: { repoURL: REPO, revision: 'main', directories: [{ path: 'apps/*' }] } };

describe('entries and their fields', () => {
  test('several generators on one entry run in the fixed order, with one selector', async () => {
    const entry = {
      clusters: {},
      ...list({ name: 'in-cluster' }, { name: 'x' }),
      selector: { matchLabels: { name: 'in-cluster' } },
    };
    const generation = await generate({ generators: [entry] });
    expect(
      generation.entries.map(({ index, generator, generated }) => [index, generator, generated.rows.length]),
    ).toEqual([
      [0, 'list', 1],
      [0, 'clusters', 1],
    ]);
  });

  test('a set without generators is a mistake, unknown and not empty', async () => {
    const generation = await generate({ generators: [] });
    expect(generation.errors).toMatchObject([
      { code: 'APPSET_E0201', message: expect.stringContaining('spec.generators is empty') },
    ]);
    expect(generation.entries.flatMap(({ generated }) => generated.unknown)).toHaveLength(1);
    expect((await generate({ generators: [], settings: { compat: true } })).errors).toEqual([]);
  });

  test.each(['scmProvider', 'pullRequest', 'clusterDecisionResource', 'plugin'])(
    '%s is refused by name, not ignored',
    async (field) => {
      for (const compat of [true, false]) {
        const generation = await generate({
          generators: [{ [field]: {} }, list({ a: '1' })],
          settings: { compat },
        });
        expect(generation.errors[0]).toMatchObject({
          code: 'APPSET_E0202',
          message: `the generator ${field} at generators[0].${field} is not supported yet`,
        });
        expect(generation.entries[0]?.generated.unknown).toHaveLength(1);
        expect(rowsOf(generation)).toHaveLength(1);
      }
    },
  );

  test.each([[{}], [{ selector: {} }], [{ lists: { elements: [] } }]])(
    'an entry without a known generator: %j',
    async (entry) => {
      const compat = await generate({ generators: [entry], settings: { compat: true } });
      expect(compat.errors).toEqual([]);
      const normal = await generate({ generators: [entry] });
      expect(normal.errors[0]?.message).toMatch(/^generators\[0\] has no generator that is known: /);
      expect(normal.entries[0]?.generated.unknown).toHaveLength(1);
    },
  );

  test('the generator’s own template is laid over the set’s', async () => {
    const own = { metadata: { name: 'g' }, spec: {} };
    const generation = await generate({
      template: { metadata: { name: 'n', labels: { a: 'b' } }, spec: { project: 'default' } },
      generators: [{ list: { elements: [], template: own } }, list()],
    });
    expect(generation.entries.map((entry) => entry.template.metadata)).toEqual([
      { name: 'g', labels: { a: 'b' } },
      { name: 'n', labels: { a: 'b' } },
    ]);
  });

  test('the first error is that of the first entry', async () => {
    const generation = await generate({ generators: [list('bad'), git], settings: { compat: true } });
    expect(generation.errors.map((error) => error.place.generator)).toEqual([
      'generators[0].list',
      'generators[1].git',
    ]);
  });

  test('the rows of all entries together are bounded', async () => {
    const three = list({ a: '1' }, { a: '2' }, { a: '3' });
    const generation = await generate({ generators: [three, three], settings: { maxRows: 5 } });
    expect(rowsOf(generation)).toHaveLength(3);
    expect(generation.errors[0]?.message).toBe(
      'the set would have 6 rows with generators[1], more than the 5 allowed',
    );
  });

  test('an aborted run ends with the signal’s reason', async () => {
    const { setContext, generateSet } = await import('../../../src/generators/index.ts');
    const { worldSources } = await import('../../../src/sources/recorded/index.ts');
    const { ManualClock } = await import('../../../src/support/clock.ts');
    const { seededRandom } = await import('../../../src/support/random.ts');
    const clock = new ManualClock();
    const set = { metadata: { name: 'x' }, spec: { generators: [list({ a: '1' })] } } as never;
    const run = generateSet(set, {
      ...setContext(set),
      controllerNamespace: 'argocd',
      render: { clock, random: seededRandom(1), maxSteps: 1, maxOutputBytes: 1, maxRecursion: 1 },
      settings: {
        compat: false,
        newGitFileGlobbing: false,
        requeueAfterSeconds: 1,
        maxRows: 1,
        maxNesting: 1,
        maxFiles: 1,
        scm: UNRESTRICTED,
      },
      sources: worldSources({}, { clock }),
      signal: AbortSignal.abort('stopped'),
    });
    await expect(run).rejects.toBe('stopped');
  });
});

describe('when to look again', () => {
  const settings = {
    compat: true,
    newGitFileGlobbing: false,
    requeueAfterSeconds: 180,
    maxRows: 1,
    maxNesting: 10,
    maxFiles: 1,
    scm: UNRESTRICTED,
  };
  const every = (seconds: number) => ({ git: { ...git.git, requeueAfterSeconds: seconds } });
  const merge = (...generators: object[]) => ({ merge: { mergeKeys: ['a'], generators } });
  test.each([
    ['list and clusters never', [list(), { clusters: {} }], 0],
    ['zero is never', [every(0)], 0],
    ['the smallest', [list(), git, { pullRequest: {} }], 180],
    ['providers ask every half hour', [{ scmProvider: {} }], 1800],
    ['children count', [{ clusters: {} }, merge({ clusters: {} }, git)], 180],
    ['as written', [merge({ clusters: {} }, every(30))], 30],
    ['a negative one wins', [every(90), every(-5)], -5],
    ['several fields of one entry', [{ ...every(60), pullRequest: { requeueAfterSeconds: 40 } }], 40],
    ['what the reference does not read does not count', [merge(merge(merge(git, git)))], 0],
  ])('%s', (_, generators, seconds) => {
    expect(requeueAfterSeconds(generators as never, settings)).toBe(seconds);
  });

  test('normal mode reads deeper', () => {
    const generators = [merge(merge(merge(git, git)))];
    expect(requeueAfterSeconds(generators as never, { ...settings, compat: false })).toBe(180);
  });
});
