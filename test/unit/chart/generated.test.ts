/** The generated files of the chart are what their sources say now, and the sources say something everywhere. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CHART, chartFiles } from '../../../charts/generate/chart-files.ts';
import { DECIDED_BY_CHART, VALUES } from '../../../charts/generate/values.ts';
import { SETTINGS } from '../../../src/cli/operator-settings.ts';
import { PERMISSIONS } from '../../../src/controller/permissions.ts';
import { parseYaml } from '../../../src/support/yaml.ts';

const files = chartFiles();
const contentOf = (path: string) => files.find((file) => file.path === path)?.content ?? '';

describe('the chart', () => {
  test.each(files.map(({ path, content }) => [path, content]))(
    '%s is what `npm run generate:chart` writes',
    (path, content) => {
      const file = join(CHART, path);
      expect(existsSync(file) ? readFileSync(file, 'utf8') : '').toBe(content);
    },
  );

  test('has every CRD, marked so that Helm leaves it', () => {
    const crds = readdirSync(join(CHART, 'files/crds'));
    expect(crds).toEqual(['application.yaml', 'applicationset.yaml', 'appproject.yaml']);
    for (const crd of crds) {
      const parsed = parseYaml(readFileSync(join(CHART, 'files/crds', crd), 'utf8')) as unknown as {
        metadata: { annotations: Record<string, string> };
      };
      expect(parsed.metadata.annotations).toEqual({ 'helm.sh/resource-policy': 'keep' });
    }
  });

  test('takes every flag of the operator as a setting, but for those other values decide', () => {
    const schema = JSON.parse(contentOf('values.schema.json')) as {
      properties: { settings: { properties: Record<string, { description: string }> } };
    };
    const flags = SETTINGS.map(({ flag }) => flag as string);
    expect(flags).toEqual(expect.arrayContaining([...DECIDED_BY_CHART]));
    expect(Object.keys(schema.properties.settings.properties)).toEqual(
      flags.filter((flag) => !DECIDED_BY_CHART.includes(flag)),
    );
  });

  test('leaves no room for unknown keys in any object of its own', () => {
    const open: string[] = [];
    const look = (schema: unknown, path: string): void => {
      if (typeof schema !== 'object' || schema === null) return;
      const node = schema as Record<string, unknown>;
      if (node['properties'] !== undefined && node['additionalProperties'] !== false) open.push(path);
      for (const [key, child] of Object.entries(node)) look(child, `${path}/${key}`);
    };
    look(JSON.parse(contentOf('values.schema.json')), '');
    expect(open).toEqual([]);
  });

  test('describes every value', () => {
    const missing: string[] = [];
    const look = (fields: typeof VALUES, above: string): void => {
      for (const [name, field] of Object.entries(fields)) {
        if (!/\.$/.test(field.about)) missing.push(`${above}${name}`);
        if ('fields' in field) look(field.fields, `${above}${name}.`);
      }
    };
    look(VALUES, '');
    expect(missing).toEqual([]);
  });

  test('asks for no right twice, and for none without a reason', () => {
    const rights = PERMISSIONS.flatMap(({ group, resource, names = [''], verbs, reach }) =>
      names.flatMap((name) => verbs.map((verb) => `${reach} ${verb} ${resource}.${group} ${name}`)),
    );
    expect(new Set(rights).size).toBe(rights.length);
    expect(PERMISSIONS.filter(({ why }) => why === '')).toEqual([]);
    expect(rights.filter((right) => right.includes('*'))).toEqual([]);
  });
});
