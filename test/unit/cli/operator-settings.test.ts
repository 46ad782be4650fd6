/**
 * Settings out of flags, environment and ConfigMap: those that restrict generators which ask providers of
 * source code are read from where the reference reads them, so that an existing installation keeps them,
 * and a policy that is none is refused.
 */
import { describe, expect, test } from 'vitest';
import {
  controllerSettingsOf,
  namespacesPassedOver,
  resolveSettings,
  scmListProblem,
} from '../../../src/cli/operator-settings.ts';
import { controllerSettings } from '../../../src/controller/settings.ts';

const from = (
  flags: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
  params: Readonly<Record<string, string>> = {},
) =>
  controllerSettings(
    controllerSettingsOf(
      resolveSettings({ flags, env, params }, (problem) => expect(problem).toBe('')),
      'argocd',
    ),
  );
const P = 'ARGOCD_APPLICATIONSET_CONTROLLER_';
const K = 'applicationsetcontroller.';

describe('restrictions on providers', () => {
  test('are none by default', () => {
    expect(from({}).scm).toEqual({ allowed: [], enabled: true, strictTokens: false, listNeeded: false });
  });

  const restricted = { allowed: ['https://a/', 'https://b'], enabled: false, strictTokens: true };
  test.each([
    [
      'flags',
      from({
        'allowed-scm-providers': 'https://a/,https://b',
        'enable-scm-providers': 'false',
        'token-ref-strict-mode': 'true',
      }),
    ],
    [
      'variables',
      from(
        {},
        {
          [`${P}ALLOWED_SCM_PROVIDERS`]: 'https://a/, https://b',
          [`${P}ENABLE_SCM_PROVIDERS`]: 'False',
          [`${P}TOKENREF_STRICT_MODE`]: 'TRUE',
        },
      ),
    ],
    [
      'argocd-cmd-params-cm',
      from(
        {},
        {},
        {
          [`${K}allowed.scm.providers`]: 'https://a/,https://b',
          [`${K}enable.scm.providers`]: 'false',
          [`${K}enable.tokenref.strict.mode`]: 'true',
        },
      ),
    ],
  ])('are read from %s', (_, { scm }) => {
    expect(scm).toEqual({ ...restricted, listNeeded: false });
  });
});

describe('sets in several namespaces', () => {
  const several = { 'applicationset-namespaces': 'team-a' };

  test('need a list of providers, or none of them', () => {
    expect(scmListProblem(from(several))).toContain('--allowed-scm-providers names no provider');
    expect(from(several).scm.listNeeded).toBe(true);
    expect(scmListProblem(from({ ...several, 'allowed-scm-providers': 'https://a' }))).toBeUndefined();
    expect(scmListProblem(from({ ...several, 'enable-scm-providers': 'false' }))).toBeUndefined();
    expect(scmListProblem(from({ 'applicationset-namespaces': 'argocd' }))).toBeUndefined();
  });

  test('do not let compat mode start without, as the reference does not', () => {
    expect(() => scmListProblem(from({ ...several, compat: 'argocd' }))).toThrow(
      expect.objectContaining({ code: 'APPSET_E0801' }),
    );
    expect(
      scmListProblem(from({ ...several, compat: 'argocd', 'enable-scm-providers': 'false' })),
    ).toBeUndefined();
  });
});

describe('a policy that is none', () => {
  const wrong = 'crate-only';
  test.each([
    ['a flag', () => from({ policy: wrong }), '--policy crate-only: use one of sync, create-only'],
    [
      'a variable',
      () => from({}, { [`${P}POLICY`]: wrong }),
      `environment ${P}POLICY=crate-only: use one of`,
    ],
    [
      'the ConfigMap',
      () => from({}, {}, { [`${K}policy`]: wrong }),
      `argocd-cmd-params-cm ${K}policy=crate-only: use one of`,
    ],
  ])('is refused in %s: the default would delete', (_, read, words) => {
    expect(read).toThrow(
      expect.objectContaining({ code: 'APPSET_E0801', message: expect.stringContaining(words) }),
    );
  });

  test('a wrong value of another setting gives way to the default, and is told', () => {
    const told: string[] = [];
    const env = { [`${P}CONCURRENT_RECONCILIATIONS`]: 'many' };
    const values = resolveSettings({ flags: {}, env, params: {} }, (problem) => told.push(problem));
    expect(values['concurrent-reconciliations']).toEqual({ value: '10', from: 'default' });
    expect(told).toEqual([
      `environment ${P}CONCURRENT_RECONCILIATIONS=many is passed over: use a whole number`,
    ]);
  });
});

test('namespaces that the ConfigMap lists and a flag does not are told', () => {
  const params = { [`${K}namespaces`]: 'team-a, team-b,argocd' };
  const passedOver = (flags: Readonly<Record<string, string>>) =>
    namespacesPassedOver(
      resolveSettings({ flags, env: {}, params }, () => {}),
      params,
    );
  expect(passedOver({})).toEqual([]);
  expect(passedOver({ namespace: 'argocd', 'applicationset-namespaces': '' })).toEqual(['team-a', 'team-b']);
  expect(passedOver({ namespace: 'argocd', 'applicationset-namespaces': 'team-b' })).toEqual(['team-a']);
});
