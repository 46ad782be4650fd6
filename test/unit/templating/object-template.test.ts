/** Application templates compiled once and rendered many times (spec generators §4.1, §11, §13 #26). */
import { describe, expect, test } from 'vitest';
import type { ApplicationTemplate, Json, JsonObject } from '../../../src/api/objects.ts';
import { systemClock } from '../../../src/support/clock.ts';
import { LIMITS } from '../../../src/support/limits.ts';
import { seededRandom } from '../../../src/support/random.ts';
import { Compilation } from '../../../src/templating/compiled.ts';
import { compileObjectTemplate } from '../../../src/templating/index.ts';
import { asTemplate, compileJson } from '../../../src/templating/json-template.ts';
import { deepCopyValue, fromJson, type GoMap, goMap } from '../../../src/templating/values.ts';

const context = {
  clock: systemClock,
  random: seededRandom(1),
  maxSteps: LIMITS.templateSteps,
  maxOutputBytes: LIMITS.templateOutputBytes,
  maxRecursion: LIMITS.templateRecursion,
};
const go = { go: true, options: ['missingkey=error'] };
const legacy = { go: false, options: [] };
const params = fromJson({ app: 'web', env: 'eu', n: 5, k: 'v', empty: '' }) as GoMap;
const render = (template: ApplicationTemplate, mode = go) =>
  compileObjectTemplate(template, mode).render(params, context) as JsonObject;
/** Go writes these whatever they hold. */
const whole = (fields: JsonObject) => ({ destination: {}, project: '', ...fields });
const spec = (fields: JsonObject, mode = go) => render({ metadata: {}, spec: fields }, mode).spec;
const helm = (valuesObject: JsonObject) => ({ source: { repoURL: 'r', helm: { valuesObject } } });

describe('object template', () => {
  test('every string and every key of a map is rendered; other things are copied', () => {
    expect(
      render({
        metadata: { name: '{{.app}}-{{.env}}', labels: { 'l-{{.k}}': '{{.env}}', plain: 'x' } },
        spec: {
          project: '{{.k}}',
          revisionHistoryLimit: 3,
          syncPolicy: { automated: { prune: true }, syncOptions: ['A={{.env}}'] },
          source: {
            repoURL: 'r',
            helm: { parameters: [{ name: '{{.app}}', value: 'x', forceString: true }] },
          },
        },
      }),
    ).toEqual({
      metadata: { name: 'web-eu', labels: { 'l-v': 'eu', plain: 'x' } },
      spec: whole({
        project: 'v',
        revisionHistoryLimit: 3,
        syncPolicy: { automated: { prune: true }, syncOptions: ['A=eu'] },
        source: { repoURL: 'r', helm: { parameters: [{ name: 'web', value: 'x', forceString: true }] } },
      }),
    });
  });

  test('fields the structs do not know never come out', () => {
    expect(spec({ project: 'p', nope: '{{.app}}' })).toEqual(whole({ project: 'p' }));
  });

  test('literal parts are shared between results', () => {
    const template = compileObjectTemplate(
      { metadata: { name: '{{.app}}' }, spec: { syncPolicy: { automated: {} } } },
      go,
    );
    const [a, b] = [template.render(params, context), template.render(params, context)] as [
      JsonObject,
      JsonObject,
    ];
    expect(a).not.toBe(b);
    expect(a.spec).toBe(b.spec);
  });

  test.each<[string, JsonObject, JsonObject]>([
    ['235', { a: '{{.n}}', b: null, c: [null] }, { a: '5', c: [null] }],
    [
      'keys at any depth',
      { 'x-{{.k}}': { 'y-{{.k}}': [{ z: '{{.app}}' }] } },
      { 'x-v': { 'y-v': [{ z: 'web' }] } },
    ],
    ['numbers stay', { a: 1.5, b: true }, { a: 1.5, b: true }],
  ])('valuesObject, %s', (_, given, expected) => {
    expect(spec(helm(given))).toEqual(whole(helm(expected)));
  });

  test('of keys that become one, the last in the order of writing by bytes survives', () => {
    const labels = (given: JsonObject) =>
      (render({ metadata: { labels: given } }).metadata as JsonObject).labels;
    expect(labels({ v: 'plain', '{{.k}}': 'rendered' })).toEqual({ v: 'rendered' });
    expect(labels({ '{{.k}}': 'rendered', v: 'plain' })).toEqual({ v: 'rendered' });
  });

  test('a string that renders to nothing is left out where Go leaves it out', () => {
    expect(spec({ project: '{{.empty}}', destination: { server: 's', name: '{{.empty}}' } })).toEqual({
      project: '',
      destination: { server: 's' },
    });
  });

  test('what is empty stands or vanishes as Go writes it', () => {
    expect(
      spec({ source: { chart: 'c', path: '', helm: { valueFiles: [], passCredentials: false } } }),
    ).toEqual(whole({ source: { repoURL: '', chart: 'c', helm: {} } }));
  });

  test('a key called __proto__ is a key', () => {
    const given = JSON.parse('{"__proto__": "{{.app}}", "{{.k}}": "x"}') as JsonObject;
    const out = (spec(helm(given)) as ReturnType<typeof helm>).source.helm.valuesObject;
    expect(Object.entries(out)).toEqual([
      ['__proto__', 'web'],
      ['v', 'x'],
    ]);
  });

  test('strings are rendered in the order in which the structs are declared', () => {
    const template: ApplicationTemplate = {
      spec: {
        destination: { server: '{{.seen}}' },
        source: { repoURL: '{{.seen}}', path: '{{ $_ := set . "seen" "source" }}' },
      },
      metadata: { labels: { a: '{{.seen}}' }, name: '{{ $_ := set . "seen" "name" }}n' },
    };
    const compiled = compileObjectTemplate(template, go);
    expect(compiled.mutates).toBe(true);
    expect(compiled.render(deepCopyValue(params), context)).toEqual({
      metadata: { name: 'n', labels: { a: 'name' } },
      spec: whole({ source: { repoURL: 'name' }, destination: { server: 'source' } }),
    });
  });

  test('a value is rendered before its key', () => {
    expect(() => render({ metadata: { labels: { '{{.nope}}': '{{' } }, spec: {} })).toThrow(
      'unclosed action',
    );
  });

  test('what fails inside a field of any JSON says so', () => {
    expect(() => spec(helm({ deep: ['{{.nope}}'] }))).toThrow(
      /^failed to deeply replace JSON field contents: failed to execute go template {{.nope}}: /,
    );
  });

  test('a text that cannot be parsed fails when its turn comes, and the field is named', () => {
    const broken = { metadata: { name: '{{.missing}}', labels: { a: '{{ if }}' } } };
    const error = (template: ApplicationTemplate) => {
      try {
        render(template);
      } catch (thrown) {
        return thrown as { message: string; place: { field?: string } };
      }
      return undefined;
    };
    expect(error(broken)?.message).toContain('map has no entry for key "missing"');
    expect(error(broken)?.place.field).toBe('spec.template.metadata.name');
    expect(error({ metadata: { name: 'n', labels: { a: '{{ if }}' } } })?.place.field).toBe(
      'spec.template.metadata.labels.a',
    );
  });

  test('legacy mode renders the same places', () => {
    const tags = goMap([['app', 'web']]);
    const template = {
      metadata: { name: '{{app}}', labels: { '{{app}}': '{{no}}' } },
      spec: helm({ a: ['{{app}}'], b: null }),
    };
    expect(compileObjectTemplate(template, legacy).render(tags, context)).toEqual({
      metadata: { name: 'web', labels: { web: '{{no}}' } },
      spec: whole(helm({ a: ['web'] })),
    });
  });
});

describe('template of any JSON', () => {
  const templateOf = (value: Json, dropNulls?: boolean) => {
    const compilation = new Compilation(go);
    return asTemplate(compileJson(value, compilation, '', dropNulls), compilation);
  };

  test('nulls of maps vanish or stay as asked', () => {
    const value = { a: null, b: [null, '{{.app}}'] };
    const out = (dropNulls: boolean) => templateOf(value, dropNulls).render(params, context);
    expect(out(true)).toEqual({ b: [null, 'web'] });
    expect(out(false)).toEqual({ a: null, b: [null, 'web'] });
  });

  test('a value without actions is answered as it is', () => {
    const template = templateOf({ a: [1, { b: 'x' }] });
    expect(template.render(params, context)).toBe(template.render(goMap(), context));
  });
});
