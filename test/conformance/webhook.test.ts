/**
 * Every webhook case of the compatibility corpus in compat mode: the answer word for word, and which
 * sets are refreshed. In normal mode the same calls reach the same sets, unless a reason is named.
 */
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { ApplicationSet } from '../../src/api/objects.ts';
import { type ConformanceCase, loadCases, runCase, SKIPS } from '../../src/conformance/index.ts';
import { systemClock } from '../../src/support/clock.ts';
import { type Fact, Inbox, matchSets, Receiver, SetIndex, WebhookSecrets } from '../../src/webhook/index.ts';

const cases = await loadCases([fileURLToPath(new URL('./cases/webhook/webhook.json', import.meta.url))]);
const skipped = cases.filter(({ name }) => SKIPS[name] !== undefined);
const run = cases.filter((item) => !skipped.includes(item));

describe('webhook corpus', () => {
  test('is complete, and says what is skipped', () => {
    expect(cases).toHaveLength(101);
    expect(skipped.map(({ name }) => name)).toEqual([
      'webhook/matrix-scm-then-git',
      'webhook/matrix-plugin-then-git',
    ]);
  });

  test.each(run.map((item) => [item.name, item] as const))('%s', async (_name, item) => {
    const result = await runCase(item);
    expect(result.diff ?? [], item.about).toEqual([]);
    expect(result.status).toBe('passed');
  });
});

interface WebhookCase {
  readonly settings: Record<string, string>;
  readonly sets: readonly ApplicationSet[];
  readonly request: { method?: string; headers: Record<string, string>; body: string };
  readonly expect: { readonly status: number; readonly refreshed: readonly string[] };
}

/** Sets normal mode leaves alone although the reference refreshes them, and no reason is named. */
function unexplained(item: ConformanceCase): string[] {
  const { settings, sets, request, expect: wanted } = item.body as unknown as WebhookCase;
  const index = new SetIndex();
  for (const set of sets) index.put(set);
  const facts: Fact[] = [];
  const receiver = new Receiver({
    compat: false,
    secrets: new WebhookSecrets({ argocd: () => settings, partOfArgocd: () => undefined }),
    inbox: new Inbox(),
    clock: systemClock,
    onDelivery: (report) => facts.push(...report.facts),
  });
  receiver.receive({
    method: request.method ?? 'POST',
    headers: Object.fromEntries(Object.entries(request.headers).map(([k, v]) => [k.toLowerCase(), v])),
    body: Buffer.from(request.body),
  });
  const matches = facts.map((fact) => matchSets(index, fact));
  const told = new Set(
    matches.flatMap(({ reached, passed }) => [...reached, ...passed].map(({ set }) => set)),
  );
  const marked = (name: string) =>
    sets.some(({ metadata }) => metadata.name === name && metadata.annotations !== undefined);
  return wanted.refreshed.filter(
    (name) => !told.has(name.includes('/') ? name : `argocd/${name}`) && !marked(name),
  );
}

describe('normal mode', () => {
  test.each(run.map((item) => [item.name, item] as const))(
    '%s leaves no set out without a reason',
    (_name, item) => {
      expect(unexplained(item)).toEqual([]);
    },
  );
});
