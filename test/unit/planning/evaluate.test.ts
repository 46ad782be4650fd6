/**
 * Sets evaluated on recorded facts: what fails in normal mode fails alone and says where; compat mode
 * stops as the reference does (design §5, safety.md part 1).
 */
import { describe, expect, test } from 'vitest';
import type { ApplicationSet, ApplicationSetSpec, JsonObject } from '../../../src/api/objects.ts';
import { known, type Sources, unknown } from '../../../src/generators/contract.ts';
import { type EvaluationSettings, evaluateSet, evaluationSettings } from '../../../src/planning/evaluate.ts';
import { worldSources } from '../../../src/sources/recorded/index.ts';
import { ManualClock, systemClock } from '../../../src/support/clock.ts';
import { AppsetError } from '../../../src/support/errors.ts';
import { LIMITS } from '../../../src/support/limits.ts';
import { seededRandom } from '../../../src/support/random.ts';

const clock = new ManualClock();
const project = (name: string) => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AppProject',
  metadata: { name },
});
const repositories = {
  'https://git.example.com/p.git': {
    revisions: {
      main: {
        files: {
          'apps/checkout/overlays/production/k.yaml': '{}',
          'apps/search/overlays/production/k.yaml': '{}',
          'apps/web/overlays/production/k.yaml': '{}',
        },
      },
    },
  },
};
const sources = worldSources({ appProjects: [project('default')], repositories }, { clock });

function set(elements: readonly JsonObject[], change: Partial<ApplicationSetSpec> = {}): ApplicationSet {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name: 'apps', namespace: 'team' },
    spec: {
      goTemplate: true,
      generators: [{ list: { elements } }],
      template: template('{{.app}}'),
      ...change,
    },
  };
}

const template = (name: string, spec: JsonObject = {}) => ({
  metadata: { name },
  spec: { project: 'default', destination: { name: 'in-cluster' }, ...spec },
});

const evaluate = (
  given: ApplicationSet,
  settings: Partial<EvaluationSettings> = {},
  facts: Sources = sources,
) => evaluateSet(given, facts, evaluationSettings(settings), { clock, random: seededRandom(1) });

const names = (evaluation: Awaited<ReturnType<typeof evaluate>>) =>
  evaluation.rendered.map(({ application }) => application.metadata.name);

describe('an evaluated set', () => {
  test('Applications have the set’s namespace, the default finalizer and their parts', async () => {
    const { rendered, failedRows, invalid, firstError } = await evaluate(set([{ app: 'a' }]));
    expect(rendered.map(({ application }) => application)).toEqual([
      {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Application',
        metadata: {
          name: 'a',
          namespace: 'team',
          finalizers: ['resources-finalizer.argocd.argoproj.io'],
        },
        spec: { project: 'default', destination: { name: 'in-cluster' } },
      },
    ]);
    expect(rendered[0]?.parts).toHaveLength(1);
    expect([failedRows, [...invalid], firstError]).toEqual([[], [], undefined]);
  });

  test('no finalizer is added where resources are to be preserved or the template names one', async () => {
    const finalizers = async (change: Partial<ApplicationSetSpec>) =>
      (await evaluate(set([{ app: 'a' }], change))).rendered[0]?.application.metadata.finalizers;
    expect(await finalizers({ syncPolicy: { preserveResourcesOnDeletion: true } })).toBeUndefined();
    const own = { ...template('{{.app}}'), metadata: { name: '{{.app}}', finalizers: ['own/{{.app}}'] } };
    expect(await finalizers({ template: own })).toEqual(['own/a']);
  });

  test('a change a template makes to its params is seen by later fields of that Application only', async () => {
    const labels = { a: '{{ $_ := set . "app" "changed" }}x' };
    const given = set([{ app: 'a' }, { app: 'b' }], {
      template: {
        metadata: { name: '{{.app}}', labels },
        spec: { project: 'default', destination: { name: '{{.app}}' } },
      },
      templatePatch: 'metadata: {annotations: {seen: "{{.app}}"}}',
    });
    const { rendered } = await evaluate(given);
    expect(
      rendered.map(({ application: { metadata, spec } }) => [
        metadata.name,
        metadata.annotations,
        spec.destination,
      ]),
    ).toEqual([
      ['a', { seen: 'changed' }, { name: 'changed' }],
      ['b', { seen: 'changed' }, { name: 'changed' }],
    ]);
  });
});

describe('in normal mode', () => {
  test('a row that fails fails alone and says set, generator, element, field and position', async () => {
    const given = set([{ app: 'a' }, { app: 'b', x: 'y' }], {
      template: template('{{.app}}', { source: { repoURL: 'r', path: 'p/{{.x}}' } }),
      goTemplateOptions: ['missingkey=error'],
    });
    const evaluation = await evaluate(given);
    expect(names(evaluation)).toEqual(['b']);
    const [failed] = evaluation.failedRows;
    expect(failed?.applicationName).toBe('a');
    expect(failed?.error.place).toMatchObject({
      set: 'team/apps',
      generator: 'generators[0].list',
      element: 'elements[0]',
      field: 'spec.template.spec.source.path',
      position: { line: 1, source: 'p/{{.x}}' },
    });
    expect(evaluation.firstError?.reason).toBe('RenderTemplateParamsError');
  });

  test('a template of the wrong shape fails the rows it is for', async () => {
    const evaluation = await evaluate(
      set([{ app: 'a' }], { template: template('{{.app}}', { project: 5 }) }),
    );
    expect(evaluation.rendered).toEqual([]);
    expect(evaluation.failedRows[0]?.error).toMatchObject({
      code: 'APPSET_E0102',
      place: { field: 'spec.template.spec.project', element: 'elements[0]' },
    });
  });

  test.each([
    ['missing parameter', '{{.no}}', '<no value>'],
    ['capital letters', 'Web', 'DNS-1123'],
  ])('an unusable name fails its row: %s', async (_, name, message) => {
    const evaluation = await evaluate(set([{ app: 'a' }], { template: template(name) }));
    expect(evaluation.rendered).toEqual([]);
    expect(evaluation.failedRows[0]?.error).toMatchObject({ code: 'APPSET_E0502' });
    expect(evaluation.failedRows[0]?.error.message).toContain(message);
  });

  test('a param set without entries renders nothing, so its name is unusable', async () => {
    const evaluation = await evaluate(set([{}, { app: 'a' }]));
    expect(names(evaluation)).toEqual(['a']);
    expect(evaluation.failedRows[0]?.error.message).toContain('{{.app}}');
  });

  test('of very many elements with one name the first are named, and the others counted', async () => {
    const elements = Array.from({ length: LIMITS.distinguishedRows + 1 }, (_, i) => ({
      app: 'same',
      n: `n${i}`,
    }));
    const error = (await evaluate(set(elements))).invalid.get('team/same');
    expect(error?.message).toMatch(/^1001 elements generate one Application name, "same"\n/);
    expect(error?.message).toContain('… and 991 more');
    expect(error?.message).not.toContain('They differ in');
    expect(error?.place.element).toMatch(/^elements\[0\]; .*; elements\[9\]; … and 991 more$/);
  });

  test('elements with one name are all refused, each named, with what tells them apart', async () => {
    const git = {
      repoURL: 'https://git.example.com/p.git',
      revision: 'main',
      directories: [{ path: 'apps/*/overlays/*' }],
    };
    const evaluation = await evaluate(
      set([], { generators: [{ git }], template: template('{{.path.basename}}') }),
    );
    const error = evaluation.invalid.get('team/production');
    expect(error?.code).toBe('APPSET_E0312');
    expect(error?.message.split('\n')).toEqual([
      'three elements generate one Application name, "production"',
      'the same for:',
      '  0.git  apps/checkout/overlays/production',
      '  0.git  apps/search/overlays/production',
      '  0.git  apps/web/overlays/production',
      'They differ in: {{index .path.segments 1}}  → checkout, search, web',
    ]);
    expect(error?.place).toMatchObject({ set: 'team/apps', field: 'spec.template.metadata.name' });
  });

  test('unknown fields of the template are left out and told once', async () => {
    const given = set([{ app: 'a' }, { app: 'b' }], {
      template: template('{{.app}}', { syncPolicy: { automated: {}, nope: true } }),
    });
    const evaluation = await evaluate(given);
    expect(evaluation.rendered[0]?.application.spec.syncPolicy).toEqual({ automated: {} });
    expect(evaluation.notices.map(({ code, place }) => [code, place.field])).toEqual([
      ['APPSET_E0103', 'spec.template.spec.syncPolicy.nope'],
    ]);
  });

  test('an unknown field in the template of a generator is told where it is written', async () => {
    const own = template('{{.app}}', { syncPolicy: { preserveResourcesOnDeletion: true } });
    const given = set([{ app: 'a' }], {
      generators: [{ list: { elements: [{ app: 'a' }], template: own } }],
    });
    const [notice] = (await evaluate(given)).notices;
    expect(notice?.place.field).toBe(
      'spec.generators[0].list.template.spec.syncPolicy.preserveResourcesOnDeletion',
    );
    expect(notice?.message).toContain('it belongs in spec.syncPolicy.preserveResourcesOnDeletion');
  });

  test('a project out of data is told, and a list of allowed ones is kept to', async () => {
    const given = set(
      [
        { app: 'a', p: 'default' },
        { app: 'b', p: 'other' },
      ],
      {
        template: template('{{.app}}', { project: '{{.p}}' }),
      },
    );
    const limited = {
      ...given,
      metadata: {
        ...given.metadata,
        annotations: { 'appset-operator.io/allowed-projects': 'default, more' },
      },
    };
    const facts = worldSources({ appProjects: [project('default'), project('other')] }, { clock });
    expect((await evaluate(given, {}, facts)).notices.map(({ code }) => code)).toEqual(['APPSET_E0503']);
    expect((await evaluate(limited, {}, facts)).notices).toEqual([]);
    const { invalid } = await evaluate(limited, {}, facts);
    expect([...invalid].map(([key, { message }]) => [key, message])).toEqual([
      ['team/b', 'project "other" is not allowed here; allowed: default, more'],
    ]);
  });

  test('a fact that cannot be read leaves its check out and is told', async () => {
    const missing = new AppsetError('APPSET_E0404', 'clusters were not given');
    const facts: Sources = { ...sources, clusters: async () => unknown(missing) };
    const given = set([{ app: 'a' }, { app: 'b' }], { template: template('{{.app}}', { project: 'ghost' }) });
    const evaluation = await evaluate(given, {}, facts);
    expect([...evaluation.invalid.keys()]).toEqual(['team/a', 'team/b']);
    const fine = await evaluate(set([{ app: 'a' }]), {}, facts);
    expect([fine.invalid.size, fine.validationUnknown]).toEqual([0, missing]);
  });
});

describe('in compat mode', () => {
  const broken = { list: { elements: [5] } };
  const good = (app: string) => ({ list: { elements: [{ app }] } });

  test('the earliest entry’s error is reported, rendering of an entry before generation of the next', async () => {
    const first = async (generators: NonNullable<ApplicationSetSpec['generators']>) => {
      const given = set([], {
        generators,
        goTemplateOptions: ['missingkey=error'],
        template: template('{{.no}}'),
      });
      return (await evaluate(given, { compat: true })).firstError?.reason;
    };
    expect(await first([good('a'), broken])).toBe('RenderTemplateParamsError');
    expect(await first([broken, good('a')])).toBe('ApplicationGenerationFromParamsError');
  });

  test('nothing is validated after an error, and nothing is noticed', async () => {
    const given = set([], {
      generators: [good('a'), good('a'), broken],
      template: template('{{.app}}', { nope: 1 }),
    });
    const evaluation = await evaluate(given, { compat: true });
    expect([evaluation.invalid.size, evaluation.notices.length]).toEqual([0, 0]);
  });

  test('odd names go through, and duplicates have the reference’s words', async () => {
    const evaluation = await evaluate(set([{ app: 'Web' }, { app: 'Web' }]), { compat: true });
    expect(names(evaluation)).toEqual(['Web', 'Web']);
    expect(evaluation.invalid.get('team/Web')?.message).toBe(
      'ApplicationSet apps contains applications with duplicate name: Web',
    );
  });

  test('a project that cannot be read ends validation', async () => {
    const error = new AppsetError('APPSET_E0401', 'no answer');
    const facts: Sources = {
      ...sources,
      project: async (name) => (name === 'default' ? known(null, 'x', 0, '1') : unknown(error)),
    };
    const given = set(
      [
        { app: 'a', p: 'default' },
        { app: 'b', p: 'x' },
      ],
      {
        template: template('{{.app}}', { project: '{{.p}}' }),
      },
    );
    const evaluation = await evaluate(given, { compat: true }, facts);
    expect([evaluation.invalid.size, evaluation.validationUnknown]).toEqual([0, error]);
  });
});

test('a long set lets others run while it renders', async () => {
  let elapsed = 0;
  const slow = { ...systemClock, monotonic: () => (elapsed += 15) };
  const elements = Array.from({ length: 300 }, (_, i) => ({ app: `a${i}` }));
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  await evaluateSet(set(elements), sources, evaluationSettings(), { clock: slow, random: seededRandom(1) });
  clearInterval(timer);
  expect(turns).toBeGreaterThan(0);
});

describe('the bounds that all templates of a set share', () => {
  const annotated = (text: string, more: JsonObject = {}) => ({
    ...template('{{.app}}', more),
    metadata: { name: '{{.app}}', annotations: { a: text, b: text } },
  });
  const elements = ['a', 'b', 'c'].map((app) => ({ app }));
  const failures = ({ failedRows }: Awaited<ReturnType<typeof evaluate>>) =>
    failedRows.map(({ applicationName, error }) => [applicationName, error.code]);

  test.each([
    ['goTemplate', { template: annotated('{{.app}}{{repeat 50 "x"}}') }],
    ['templatePatch', { templatePatch: 'spec: {info: [{name: {{.app}}, value: {{repeat 100 "x"}}}]}' }],
    [
      'legacy tags',
      {
        goTemplate: false,
        template: {
          ...template(''),
          metadata: { name: '{{app}}', annotations: { a: '{{app}}'.repeat(100) } },
        },
      },
    ],
  ])('%s: elements over the bound of characters fail, those before stay', async (_, change) => {
    const given = set(elements, change);
    const bounded = await evaluate(given, { renderBudget: { characters: 300 } });
    expect(names(bounded)).toEqual(['a', 'b']);
    expect(failures(bounded)).toEqual([[undefined, 'APPSET_E0303']]);
    expect(names(await evaluate(given))).toEqual(['a', 'b', 'c']);
  });

  test('values of generators and interpolated children count too', async () => {
    const generators = [
      {
        matrix: {
          generators: [{ list: { elements } }, { list: { elements: [{ x: '{{.app}}{{repeat 100 "x"}}' }] } }],
        },
      },
    ];
    const { failedRows, generation, rendered } = await evaluate(set([], { generators }), {
      renderBudget: { characters: 250 },
    });
    const errors = [...generation.errors, ...failedRows.map(({ error }) => error)];
    expect(errors.map(({ code }) => code)).toContain('APPSET_E0303');
    expect(rendered.length).toBeLessThan(3);
  });

  test('steps count for all strings of one element, and the next has its own; its name is still told', async () => {
    const busy = '{{if eq .app "b"}}{{range until 90}}{{end}}{{end}}';
    const evaluation = await evaluate(set(elements, { template: annotated(busy) }), {
      renderBudget: { elementSteps: 150 },
    });
    expect(names(evaluation)).toEqual(['a', 'c']);
    expect(failures(evaluation)).toEqual([['b', 'APPSET_E0303']]);
    expect(evaluation.failedRows[0]?.error.message).toContain(
      'templates of one element take more steps together than they may',
    );
  });
});
