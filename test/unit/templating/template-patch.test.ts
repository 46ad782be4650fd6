/** `templatePatch` rendered, read, decoded and merged (spec generators §6 and §9.12, numbers as there). */
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/api/objects.ts';
import { systemClock } from '../../../src/support/clock.ts';
import { LIMITS } from '../../../src/support/limits.ts';
import { seededRandom } from '../../../src/support/random.ts';
import { compileTemplatePatch } from '../../../src/templating/index.ts';
import { fromJson, type GoMap } from '../../../src/templating/values.ts';

const context = {
  clock: systemClock,
  random: seededRandom(1),
  maxSteps: LIMITS.templateSteps,
  maxOutputBytes: LIMITS.templateOutputBytes,
  maxRecursion: LIMITS.templateRecursion,
};
const params = fromJson({ x: 'val', on: true }) as GoMap;
const application = {
  metadata: { name: 'web', labels: { a: '1' }, finalizers: ['f1'] },
  spec: {
    project: 'p',
    source: { repoURL: 'r', helm: { valueFiles: ['a', 'b'] } },
    destination: { name: 'in-cluster' },
  },
};
const apply = (text: string, go = true): JsonObject =>
  compileTemplatePatch(text, { go, options: [] }).apply(application, params, context);

describe('template patch', () => {
  test.each<[string, string, JsonObject]>([
    ['255', '{"metadata": {"annotations": {"e": "{{.x}}"}}}', { annotations: { e: 'val' } }],
    ['256', 'metadata:\n  annotations:\n    e: {{.x}}\n', { annotations: { e: 'val' } }],
    ['262', 'metadata: {finalizers: [f2]}', { finalizers: ['f2', 'f1'] }],
    ['263', 'metadata: {labels: {a: null}}', { labels: {} }],
    ['268', 'metadata: {name: other}', { name: 'other' }],
    [
      'control structures span the text',
      '{{ if .on }}\nmetadata:\n  name: patched\n{{ end }}',
      { name: 'patched' },
    ],
  ])('%s', (_, text, metadata) => {
    expect({ ...(apply(text).metadata as JsonObject) }).toMatchObject(metadata);
  });

  test.each(['', '  \n', '# only a comment', 'null', '{{ if not .on }}x{{ end }}'])(
    '%j changes nothing',
    (text) => {
      expect(apply(text)).toEqual(application);
    },
  );

  test('257, 260: the project cannot be patched', () => {
    expect(apply('spec: {project: evil}').spec).toMatchObject({
      project: 'p',
      destination: { name: 'in-cluster' },
    });
    expect(apply('spec:').spec).toEqual({ project: 'p', destination: {} });
  });

  test('261: finalizers can be taken off', () => {
    expect(apply('metadata: {finalizers: null}').metadata).toEqual({ name: 'web', labels: { a: '1' } });
  });

  test('266: lists are replaced', () => {
    expect(apply('spec: {source: {helm: {valueFiles: [c]}}}').spec).toMatchObject({
      source: { repoURL: 'r', helm: { valueFiles: ['c'] } },
    });
  });

  test('270: an operation is carried along', () => {
    expect(apply('operation: {sync: {}}').operation).toEqual({ sync: {} });
  });

  test('271: legacy tags work', () => {
    expect(apply('metadata: {name: "{{x}}"}', false).metadata).toMatchObject({ name: 'val' });
  });

  test.each([
    [
      '258',
      'hello world',
      'invalid templatePatch "\\"hello world\\"": json: cannot unmarshal string into Go value',
    ],
    ['264', 'metadata: {labels: {x: yes}}', 'json: cannot unmarshal bool into Go struct field'],
    ['265', '{a: b}', 'invalid templatePatch "{a: b}": '],
    ['a list', '[a, b]', 'invalid templatePatch "[\\"a\\",\\"b\\"]": json: cannot unmarshal array'],
    ['broken YAML', 'a: [b', 'error while converting template to json "a: [b": yaml: '],
    [
      'a template that fails',
      '{{ fail "no" }}',
      'error replacing values in templatePatch: failed to execute go template',
    ],
    [
      'a template that cannot be parsed',
      '{{ if }}',
      'error replacing values in templatePatch: failed to parse template',
    ],
  ])('%s is an error', (_, text, message) => {
    expect(() => apply(text)).toThrow(message);
  });

  test('escapes of Go in the quoted patch', () => {
    expect(() => apply('metadata: {labels: {x: 5, z: "<a&b>"}}')).toThrow(
      'invalid templatePatch "{\\"metadata\\":{\\"labels\\":{\\"x\\":5,\\"z\\":\\"\\\\u003ca\\\\u0026b\\\\u003e\\"}}}": json: ',
    );
  });
});
