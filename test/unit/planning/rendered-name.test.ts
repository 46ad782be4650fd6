/** Names and destinations that fail their row in normal mode (safety.md, part 1, rule 3). */
import { describe, expect, test } from 'vitest';
import type { Application, JsonObject } from '../../../src/api/objects.ts';
import { renderedNameProblem } from '../../../src/planning/rendered-name.ts';

const application = (name: string, destination: JsonObject = { name: 'in-cluster' }): Application => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name, namespace: 'argocd' },
  spec: { destination },
});

describe('rendered name and destination', () => {
  test.each([
    ['web', {}],
    ['web.eu-1', { server: 'https://x', namespace: 'a' }],
  ])('%j is usable', (name, destination) => {
    expect(renderedNameProblem(application(name, destination))).toBeUndefined();
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
    const problem = renderedNameProblem(application(name, destination));
    expect(problem?.code).toBe('APPSET_E0502');
    expect(problem?.message).toContain(message);
  });
});
