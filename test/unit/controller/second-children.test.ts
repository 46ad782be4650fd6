/** Second children of a matrix as compat mode renders them for webhooks: one a row, and others run meanwhile. */
import { expect, test } from 'vitest';
import type { ApplicationSet, JsonObject } from '../../../src/api/objects.ts';
import { secondChildren } from '../../../src/controller/second-children.ts';
import { evaluationSettings } from '../../../src/planning/evaluate.ts';
import { worldSources } from '../../../src/sources/recorded/index.ts';
import { ManualClock } from '../../../src/support/clock.ts';
import { LIMITS } from '../../../src/support/limits.ts';
import { seededRandom } from '../../../src/support/random.ts';

test('many rows give the event loop its turns', async () => {
  // each look at the time is as long after the one before as may pass without a turn
  const clock = Object.assign(new ManualClock(), { monotonic: () => (now += LIMITS.yieldAfterMs) });
  let now = 0;
  const children = secondChildren({
    sources: () => worldSources({}, { clock }),
    controllerNamespace: 'argocd',
    settings: evaluationSettings({ compat: true }),
    clock,
    random: seededRandom(1),
  });
  const set = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name: 'shops', namespace: 'argocd' },
    spec: { goTemplate: true },
  } as unknown as ApplicationSet;
  const first: JsonObject = {
    list: { elements: Array.from({ length: 50 }, (_, index) => ({ n: String(index) })) },
  };
  const second: JsonObject = { git: { repoURL: 'https://git.example.com/{{.n}}' } };
  let turns = 0;
  const count = () => {
    turns += 1;
    immediate = setImmediate(count);
  };
  let immediate = setImmediate(count);
  const rendered = await children(set, first, second);
  clearImmediate(immediate);
  expect(rendered).toHaveLength(50);
  expect(rendered?.[49]).toEqual({ git: { repoURL: 'https://git.example.com/49' } });
  expect(turns).toBeGreaterThan(40);
});
