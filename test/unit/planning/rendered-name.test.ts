/** Names and destinations that fail their row in normal mode (safety.md, part 1, rule 3). */
import { describe, expect, test } from 'vitest';
import type { Application, JsonObject } from '../../../src/api/objects.ts';
import { renderedNameProblem } from '../../../src/planning/rendered-name.ts';
import { GoMap } from '../../../src/templating/values.ts';

const application = (name: string, destination: JsonObject = { name: 'in-cluster' }): Application => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name, namespace: 'argocd' },
  spec: { destination },
});

const none = new GoMap(new Map());

describe('rendered name and destination', () => {
  test.each([
    ['web', {}],
    ['web.eu-1', { server: 'https://x', namespace: 'a' }],
  ])('%j is usable', (name, destination) => {
    expect(renderedNameProblem(application(name, destination), {}, none)).toBeUndefined();
  });

  test.each([
    ['', {}, 'the name is empty'],
    ['web-<no value>', {}, 'contains <no value>'],
    ['web-{{cluster}}', {}, 'contains {{cluster}}'],
    ['Web', {}, 'no DNS-1123 subdomain'],
    ['web-', {}, 'no DNS-1123 subdomain'],
    ['a..b', {}, 'no DNS-1123 subdomain'],
    ['a'.repeat(254), {}, 'no DNS-1123 subdomain'],
    ['web', { server: '<no value>' }, "the destination's server"],
    ['web', { name: '{{name}}' }, "the destination's name"],
    ['web', { server: 'https://x', namespace: 'a-<no value>' }, "the destination's namespace"],
  ])('%j with %j fails its row', (name, destination, message) => {
    const problem = renderedNameProblem(application(name, destination), {}, none);
    expect(problem?.code).toBe('APPSET_E0502');
    expect(problem?.message).toContain(message);
  });

  test.each([
    ['{{.cluster}}', ['name'], 'no parameter cluster, only name'],
    ['{{ .cluser | lower }}', ['cluster'], 'no parameter cluser; did you mean cluster?'],
    ['{{.app}}-{{.n}}', ['app', 'false'], 'no parameter n, for YAML reads it as false'],
    ['{{.path.basename}}', ['path'], 'no parameter path.basename, only path'],
    ['{{index .a 0}}', ['b'], 'contains <no value>'],
    ['{{.a}}', [], 'the element has no parameters'],
  ])('%j of an element with %j says what is missing', (written, keys, message) => {
    const params = new GoMap(new Map(keys.map((key) => [key, 'x'] as const)));
    const rendered = application('x-<no value>');
    const inName = renderedNameProblem(rendered, { metadata: { name: written } }, params);
    expect(inName?.message).toContain(message);
    const to = application('x', { server: '<no value>' });
    const inServer = renderedNameProblem(to, { spec: { destination: { server: written } } }, params);
    expect(inServer?.message).toContain(message);
  });

  test('parameters below others are found', () => {
    const params = new GoMap(new Map([['path', new GoMap(new Map([['basename', 'x']]))]]));
    const template = { metadata: { name: '{{.path.basename}}-{{.path.nme}}' } };
    expect(renderedNameProblem(application('x-<no value>'), template, params)?.message).toContain(
      'no parameter path.nme',
    );
  });
});
