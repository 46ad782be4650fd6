/**
 * External cases: generation where generators ask services, with the exchanges recorded. The generators
 * that ask them do not exist yet, and cases that come as far as asking are skipped; what the settings
 * forbid is decided before, and so those cases are run.
 */
import type { ApplicationSet, Json, JsonObject } from '../api/objects.ts';
import type { ScmRestrictions } from '../generators/contract.ts';
import { evaluateSet, evaluationSettings } from '../planning/evaluate.ts';
import { worldSources } from '../sources/recorded/index.ts';
import { systemClock } from '../support/clock.ts';
import { AppsetError } from '../support/errors.ts';
import { isJsonObject } from '../support/json.ts';
import { systemRandom } from '../support/random.ts';
import type { CaseRunner, ConformanceCase } from './cases.ts';
import { compareGeneration, resultOf } from './generation.ts';

/** In place of the server with the recorded exchanges; nothing is sent to it. */
const API = 'http://127.0.0.1:9';

/** A project of this name always exists in these worlds. */
const PROJECT = { metadata: { name: 'default', namespace: 'argocd' } };

function inputs({ name, body }: ConformanceCase): {
  set: ApplicationSet;
  world: JsonObject;
  expect: JsonObject;
} {
  const { applicationSet, world, expect } = JSON.parse(
    JSON.stringify(body).replaceAll('{{API}}', API),
  ) as JsonObject;
  if (!isJsonObject(applicationSet) || !isJsonObject(world) || !isJsonObject(expect)) {
    throw new AppsetError('APPSET_E0102', `${name}: no applicationSet, world or expect`);
  }
  return { set: applicationSet as unknown as ApplicationSet, world, expect };
}

function restrictionsOf(settings: JsonObject): ScmRestrictions {
  const { allowedScmProviders, enableScmProviders, tokenRefStrictMode } = settings;
  return {
    allowed: Array.isArray(allowedScmProviders) ? allowedScmProviders.map(String) : [],
    enabled: enableScmProviders !== false,
    strictTokens: tokenRefStrictMode === true,
    listNeeded: false,
  };
}

export const externalRunner: CaseRunner = {
  kind: 'external',
  async run(conformanceCase) {
    const { set, world, expect } = inputs(conformanceCase);
    const evaluation = await evaluateSet(
      set,
      worldSources({ appProjects: [PROJECT] as unknown as Json, ...world }, { clock: systemClock }),
      evaluationSettings({
        compat: true,
        controllerNamespace: typeof world.namespace === 'string' ? world.namespace : 'argocd',
        scm: restrictionsOf(isJsonObject(world.settings) ? world.settings : {}),
      }),
      { clock: systemClock, random: systemRandom },
    );
    if (evaluation.firstError?.error.code === 'APPSET_E0202') {
      return { status: 'skipped', reason: 'a generator of the case does not exist yet' };
    }
    const { params, ...rest } = resultOf(set, evaluation);
    const flat = (params ?? []).flatMap((sets) => sets ?? []);
    const actual = { ...rest, params: flat as unknown as Json } as unknown as JsonObject;
    const { params: wanted = [], ...other } = expect;
    const diff = compareGeneration(other, rest, set.spec.goTemplate === true);
    if (JSON.stringify(wanted ?? []) !== JSON.stringify(flat)) {
      diff.push(`params: expected ${JSON.stringify(wanted)}, got ${JSON.stringify(flat)}`);
    }
    return diff.length === 0 ? { status: 'passed', actual } : { status: 'failed', diff, actual };
  },
};
