/**
 * What the settings forbid generators that ask providers of source code: at any depth, before anything
 * is asked, and of Secrets no more than their labels in strict mode alone.
 */
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/api/objects.ts';
import { known, type ScmRestrictions } from '../../../src/generators/contract.ts';
import { providerRefusal, tokenReference, UNRESTRICTED } from '../../../src/generators/scm-restrictions.ts';
import { generate } from './fixture.ts';

const github = (more: JsonObject = {}): JsonObject => ({
  scmProvider: { github: { organization: 'acme', api: 'https://ghe.example.com/', ...more } },
});
const only = (...allowed: string[]): ScmRestrictions => ({ ...UNRESTRICTED, allowed });
const strict: ScmRestrictions = { ...UNRESTRICTED, strictTokens: true };

describe('which address is asked', () => {
  test.each<[string, string, JsonObject, string | undefined]>([
    ['the first block counts', 'scmProvider', { gitlab: { api: 'b' }, github: { api: 'a' } }, undefined],
    ['to the letter', 'scmProvider', { github: { api: 'a/' } }, 'a/'],
    ['Gitea', 'scmProvider', { gitea: { api: 'x' } }, 'x'],
    ['Bitbucket Server', 'scmProvider', { bitbucketServer: { api: 'x' } }, 'x'],
    ['Azure DevOps', 'scmProvider', { azureDevOps: { api: 'x' } }, 'x'],
    ['the spelling of the other generator is none', 'scmProvider', { azuredevops: { api: 'x' } }, undefined],
    ['Bitbucket Cloud has no address', 'scmProvider', { bitbucket: { api: 'x' } }, undefined],
    ['nor has CodeCommit', 'scmProvider', { awsCodeCommit: { api: 'x' } }, undefined],
    ['Bitbucket Cloud of pull requests has one', 'pullRequest', { bitbucket: { api: 'x' } }, 'x'],
    ['Azure DevOps of pull requests', 'pullRequest', { azuredevops: { api: 'x' } }, 'x'],
    ['no address, the own one of the provider', 'pullRequest', { github: {} }, undefined],
    ['plugins are others', 'plugin', { github: { api: 'x' } }, undefined],
  ])('%s', (_, field, spec, refused) => {
    const message = providerRefusal(field, spec, only('a', 'c'))?.message;
    if (refused === undefined) expect(message).toBeUndefined();
    else expect(message).toContain(`"${refused}" not allowed, must use one of the following: a, c`);
  });

  test('switched off comes first, and sets of several namespaces need a list', () => {
    const off = { ...only('a'), enabled: false, listNeeded: true };
    expect(providerRefusal('scmProvider', {}, off)?.message).toBe('scm providers are disabled');
    const refusal = providerRefusal('pullRequest', { github: {} }, { ...UNRESTRICTED, listNeeded: true });
    expect(refusal?.code).toBe('APPSET_E0206');
    expect(refusal?.message).toMatch(/^failed to select pull request service provider: .*several namespaces/);
  });
});

describe('which Secret a token comes from', () => {
  const ref = (secretName: string): JsonObject => ({ secretName, key: 'token' });
  test.each<[string, string, JsonObject, string | undefined]>([
    ['GitHub', 'scmProvider', { github: { tokenRef: ref('a') } }, 'a'],
    ['none is no credential', 'scmProvider', { github: {} }, undefined],
    ['an App wins', 'scmProvider', { github: { appSecretName: 'app', tokenRef: ref('a') } }, undefined],
    ['an App of pull requests', 'pullRequest', { github: { appSecretName: 'app' } }, undefined],
    [
      'a bearer token wins',
      'pullRequest',
      {
        bitbucketServer: { basicAuth: { passwordRef: ref('p') }, bearerToken: { tokenRef: ref('b') } },
      },
      'b',
    ],
    ['a password', 'scmProvider', { bitbucketServer: { basicAuth: { passwordRef: ref('p') } } }, 'p'],
    ['Azure DevOps', 'scmProvider', { azureDevOps: { accessTokenRef: ref('z') } }, 'z'],
    ['an app password', 'scmProvider', { bitbucket: { appPasswordRef: ref('q') } }, 'q'],
    ['authorities are no token', 'scmProvider', { gitlab: { caRef: { configMapName: 'ca' } } }, undefined],
    ['plugins are not covered', 'plugin', { configMapRef: { name: 'x' } }, undefined],
  ])('%s', (_, field, spec, secretName) => {
    expect(tokenReference(field, spec)?.secretName).toBe(secretName);
  });
});

describe('a set under restrictions', () => {
  const asked: string[] = [];
  const run = async (generators: readonly JsonObject[], scm: ScmRestrictions, labels: JsonObject | null) => {
    asked.length = 0;
    const generation = await generate({
      generators,
      settings: { scm },
      sources: {
        secretLabels: async (namespace, name) => {
          asked.push(`${namespace}/${name}`);
          return known(labels as Record<string, string> | null, 'Secret', 0, '1');
        },
      },
    });
    return generation.errors.map(({ code, message }) => `${code} ${message}`);
  };
  const cities = { list: { elements: [{ city: 'lyon' }, { city: 'oslo' }] } };
  const token = github({ tokenRef: { secretName: '{{.city}}', key: 'token' } });

  test('what is allowed is told to be missing, and no Secret is looked at', async () => {
    expect(await run([github({ tokenRef: { secretName: 'tok', key: 'k' } })], UNRESTRICTED, null)).toEqual([
      'APPSET_E0202 the generator scmProvider at generators[0].scmProvider is not supported yet',
    ]);
    expect(asked).toEqual([]);
  });

  test('children of a matrix are looked at with the params of the first', async () => {
    const address = github({ api: 'https://{{.city}}.example.com' });
    const errors = await run(
      [{ matrix: { generators: [cities, address] } }],
      only('https://oslo.example.com'),
      null,
    );
    expect(errors).toEqual([
      expect.stringMatching(/^APPSET_E0206 .*scm provider "https:\/\/lyon.example.com" not allowed/),
      expect.stringMatching(/^APPSET_E0202 /),
    ]);
  });

  test('children of a merge too', async () => {
    const merge = { merge: { mergeKeys: ['city'], generators: [cities, github()] } };
    expect(await run([merge], { ...UNRESTRICTED, enabled: false }, null)).toEqual([
      expect.stringMatching(/^APPSET_E0206 .*scm providers are disabled$/),
    ]);
  });

  test('strict mode asks for each Secret once, in the namespace of the set', async () => {
    const matrix = { matrix: { generators: [cities, token] } };
    const errors = await run([matrix, github({ tokenRef: { secretName: 'lyon', key: 'k' } })], strict, {});
    expect(asked.sort()).toEqual(['argocd/lyon', 'argocd/oslo']);
    expect(errors).toEqual(
      ['lyon', 'oslo', 'lyon'].map((name) =>
        expect.stringMatching(
          new RegExp(
            `^APPSET_E0207 .*secret argocd/${name} is not a valid SCM creds secret: secret must have label "argocd.argoproj.io/secret-type"="scm-creds"$`,
          ),
        ),
      ),
    );
  });

  test('a labelled Secret will do, a missing one is told as missing', async () => {
    const one = [github({ tokenRef: { secretName: 'tok', key: 'k' } })];
    const labelled = { 'argocd.argoproj.io/secret-type': 'scm-creds' };
    expect(await run(one, strict, labelled)).toEqual([expect.stringMatching(/^APPSET_E0202 /)]);
    expect(await run(one, strict, null)).toEqual([
      'APPSET_E0207 scm provider: error fetching Github token: error fetching secret argocd/tok: secrets "tok" not found',
    ]);
  });
});
