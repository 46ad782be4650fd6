/** Which Secret a repository's credentials come from (spec controller §7.2). */
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../../src/api/objects.ts';
import { repositoryCredentials } from '../../../../src/sources/live/index.ts';

let count = 0;
const secret = (type: string, data: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: `s${count++}`, namespace: 'argocd', labels: { 'argocd.argoproj.io/secret-type': type } },
  data: Object.fromEntries(Object.entries(data).map(([k, v]) => [k, Buffer.from(v).toString('base64')])),
});
const repo = (data: Record<string, string>) => secret('repository', data);
const creds = (data: Record<string, string>) => secret('repo-creds', data);
const url = 'https://git.example.com/acme/web.git';

describe('lookup', () => {
  const table: [string, KubeObject[], string, string, object | undefined][] = [
    ['nothing configured', [], url, 'p', undefined],
    [
      'the URL in another spelling',
      [repo({ url: 'https://GIT.example.com/Acme/web', password: '1' })],
      url,
      '',
      { password: '1' },
    ],
    [
      'ssh forms are one',
      [repo({ url: 'ssh://git@h/a/b', sshPrivateKey: 'K' })],
      'git@h:a/b.git',
      '',
      { sshPrivateKey: 'K' },
    ],
    [
      'the one of the project, before one of none',
      [
        repo({ url, password: 'global' }),
        repo({ url, project: 'p', password: 'mine' }),
        repo({ url, password: 'last' }),
      ],
      url,
      'p',
      { password: 'mine' },
    ],
    [
      'else the last of no project',
      [repo({ url, password: '1' }), repo({ url, password: '2' })],
      url,
      'p',
      { password: '2' },
    ],
    ['never that of another project', [repo({ url, project: 'other', password: '1' })], url, 'p', undefined],
    [
      'a templated project sees only global ones',
      [repo({ url, project: 'p', password: '1' })],
      url,
      '',
      undefined,
    ],
    [
      'the longest prefix',
      [
        creds({ url: 'https://git.example.com', password: 'short' }),
        creds({ url: 'https://git.example.com/acme', password: 'long' }),
      ],
      url,
      '',
      { password: 'long' },
    ],
    [
      'a prefix by characters, not by segments',
      [creds({ url: 'https://git.example.com/ac', password: '1' })],
      url,
      '',
      { password: '1' },
    ],
    [
      'the first of equal prefixes',
      [
        creds({ url: 'https://git.example.com', password: '1' }),
        creds({ url: 'https://git.example.com', password: '2' }),
      ],
      url,
      '',
      { password: '1' },
    ],
    [
      'a repository with credentials of its own takes nothing from templates',
      [repo({ url, username: 'u' }), creds({ url: 'https://git.example.com', password: '1' })],
      url,
      '',
      { username: 'u' },
    ],
    [
      'a bare repository is completed, its booleans overwritten',
      [
        repo({ url, insecure: 'true', forceHttpBasicAuth: 'true', proxy: 'http://proxy' }),
        creds({ url: 'https://git.example.com', username: 'u', password: '1' }),
      ],
      url,
      '',
      { insecure: true, proxy: 'http://proxy', username: 'u', password: '1' },
    ],
    [
      'host keys and certificates are one switch for git',
      [repo({ url, insecureIgnoreHostKey: 'T' })],
      url,
      '',
      { insecure: true },
    ],
  ];
  for (const [name, secrets, wanted, project, expected] of table) {
    test(name, () => expect(repositoryCredentials(secrets, wanted, project)).toEqual(expected));
  }
});

test('a boolean that is none fails, naming the Secret', () => {
  expect(() => repositoryCredentials([repo({ url, insecure: 'yes' })], url, '')).toThrow(
    /^Secret argocd\/s\d+: insecure is neither true nor false$/,
  );
});

describe('a kind that is not supported fails by its name instead of reading without credentials', () => {
  const table: [string, Record<string, string>][] = [
    ['gcpServiceAccountKey', { gcpServiceAccountKey: '{}' }],
    ['azureServicePrincipalClientSecret', { azureServicePrincipalClientSecret: 'S' }],
    ['useAzureWorkloadIdentity', { useAzureWorkloadIdentity: 'true' }],
  ];
  for (const [name, data] of table) {
    test(name, () => {
      const message = `${url}: credentials by ${name} are not supported`;
      expect(() => repositoryCredentials([repo({ url, ...data })], url, '')).toThrow(message);
      const template = creds({ url: 'https://git.example.com', ...data });
      expect(() => repositoryCredentials([template], url, '')).toThrow(message);
    });
  }

  test('a socks proxy for ssh', () => {
    const ssh = repo({ url: 'git@h:a/b.git', sshPrivateKey: 'K', proxy: 'socks5://proxy' });
    expect(() => repositoryCredentials([ssh], 'git@h:a/b.git', '')).toThrow(
      'a proxy for ssh is not supported',
    );
  });
});

describe('a GitHub App', () => {
  const app = {
    githubAppID: '12',
    githubAppInstallationID: '34',
    githubAppPrivateKey: 'KEY',
  };

  test('is what its tokens are asked for with', () => {
    const secret = repo({
      url,
      ...app,
      githubAppEnterpriseBaseUrl: 'https://ghe.example.com/api/v3',
      proxy: 'http://proxy',
      insecure: 'true',
    });
    expect(repositoryCredentials([secret], url, '')).toEqual({
      githubApp: {
        appId: '12',
        installationId: '34',
        privateKey: 'KEY',
        baseUrl: 'https://ghe.example.com/api/v3',
        insecure: true,
        proxy: 'http://proxy',
      },
      insecure: true,
      proxy: 'http://proxy',
    });
  });

  test('completes a bare repository from a template', () => {
    const secrets = [repo({ url }), creds({ url: 'https://git.example.com', ...app })];
    expect(repositoryCredentials(secrets, url, '')?.githubApp?.installationId).toBe('34');
  });

  const wrong: [string, Record<string, string>, string][] = [
    ['without its id', { githubAppID: '' }, 'githubAppID is missing'],
    [
      'with an id that is no number',
      { githubAppInstallationID: 'x1' },
      'githubAppInstallationID is no number',
    ],
    ['with another scheme', { githubAppEnterpriseBaseUrl: 'file:///x' }, 'is no https or http URL'],
  ];
  for (const [name, data, message] of wrong) {
    test(`${name} fails`, () => {
      expect(() => repositoryCredentials([repo({ url, ...app, ...data })], url, '')).toThrow(message);
    });
  }
});
