/** Random ApplicationSets through the reference's own generators and renderer and ours in compat mode. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Application, ApplicationSet, Json } from '../../src/api/objects.ts';
import { sameLeadingPart, sameUpToLibraryWords, withoutEmpty } from '../../src/conformance/compare.ts';
import { evaluateSet, evaluationSettings } from '../../src/planning/evaluate.ts';
import { worldSources } from '../../src/sources/recorded/index.ts';
import { systemClock } from '../../src/support/clock.ts';
import { seededRandom, systemRandom } from '../../src/support/random.ts';
import { ensureTool } from '../tools/tools.ts';
import { plan } from './ask.ts';
import { randomSet } from './random-sets.ts';

interface Outcome {
  readonly applications: readonly Json[];
  readonly reason?: string;
  readonly error?: string;
  readonly panic?: string;
}

async function reference(sets: readonly unknown[]): Promise<Outcome[]> {
  const program = await ensureTool('argocd-oracle', (line) => process.stderr.write(`${line}\n`));
  const child = spawn(program, [], { stdio: ['pipe', 'pipe', 'inherit'] });
  const outcomes: Outcome[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => outcomes.push(JSON.parse(line) as Outcome));
  const ended = new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  for (const set of sets)
    if (!child.stdin.write(`${JSON.stringify(set)}\n`))
      await new Promise((resolve) => child.stdin.once('drain', resolve));
  child.stdin.end();
  await ended;
  if (outcomes.length !== sets.length) throw new Error(`${sets.length} sets, ${outcomes.length} outcomes`);
  return outcomes;
}

const strip = ({ metadata, spec, operation }: Application): Json =>
  ({
    metadata: {
      name: metadata.name,
      namespace: metadata.namespace,
      labels: metadata.labels,
      annotations: metadata.annotations,
      finalizers: metadata.finalizers,
    },
    spec,
    operation,
  }) as unknown as Json;

async function ours(set: ApplicationSet): Promise<Outcome> {
  const evaluation = await evaluateSet(
    set,
    worldSources({}, { clock: systemClock }),
    evaluationSettings({ compat: true }),
    {
      clock: systemClock,
      random: systemRandom,
    },
  );
  const applications = evaluation.rendered.map(({ application }) => strip(application));
  const first = evaluation.firstError;
  return first === undefined
    ? { applications }
    : { applications, reason: first.reason, error: first.error.message };
}

function difference(expected: Outcome, actual: Outcome, go: boolean): string | undefined {
  if (expected.error !== undefined || actual.error !== undefined) {
    if (expected.reason !== actual.reason) return 'reason';
    const same =
      go && expected.reason === 'RenderTemplateParamsError' ? sameUpToLibraryWords : sameLeadingPart;
    return same(expected.error ?? '', actual.error ?? '') ? undefined : 'error';
  }
  const list = (items: readonly Json[]) =>
    items.map((item) => JSON.parse(JSON.stringify(withoutEmpty(item) ?? null)));
  const sorted = (items: readonly unknown[]) =>
    items.map((item) => JSON.stringify(item, Object.keys(flat(item)).sort())).sort();
  const [a, b] = [list(expected.applications), list(actual.applications)];
  return isDeepStrictEqual(a, b) || isDeepStrictEqual(sorted(a), sorted(b)) ? undefined : 'applications';
}

/** All keys of a value at any depth, for a canonical JSON text. */
function flat(value: unknown, into: Record<string, true> = {}): Record<string, true> {
  if (typeof value === 'object' && value !== null)
    for (const [key, item] of Object.entries(value)) {
      into[key] = true;
      flat(item, into);
    }
  return into;
}

describe('whole sets agree with the reference', () => {
  const { cases, seed } = plan(4_000);

  it(`renders ${cases} random sets alike (seed ${seed})`, async () => {
    const random = seededRandom(seed);
    const sets = Array.from({ length: cases }, (_, i) => randomSet(random, i) as unknown as ApplicationSet);
    const expected = await reference(sets);
    expect(
      expected.filter((outcome) => outcome.applications?.length > 0 && outcome.error === undefined).length,
    ).toBeGreaterThan(cases / 8);
    const different: unknown[] = [];
    for (const [i, set] of sets.entries()) {
      const outcome = expected[i] as Outcome;
      // A crash of the reference has no value to agree with (spec generators §11).
      if (outcome.panic !== undefined) continue;
      const actual = await ours(set);
      const what = difference(outcome, actual, set.spec.goTemplate === true);
      if (what !== undefined)
        different.push({
          what,
          size: JSON.stringify(set).length,
          set: JSON.stringify(set),
          expected: JSON.stringify(outcome),
          actual: JSON.stringify(actual),
        });
    }
    (different as { size: number }[]).sort((a, b) => a.size - b.size);
    expect({ different: different.length, smallest: different.slice(0, 4) }).toEqual({
      different: 0,
      smallest: [],
    });
  });
});
