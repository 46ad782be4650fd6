/**
 * The world of the demo: real git repositories in a temporary folder, clusters as Argo CD keeps them,
 * and the sets of the story. Everything is made by the same calls a person would make.
 */
import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { KubeObject } from '../../api/objects.ts';
import { AppsetError, messageOf } from '../../support/errors.ts';

const execute = promisify(execFile);

/** A repository with a working copy beside it; `url` is what the operator reads. */
export class DemoRepository {
  readonly url: string;
  readonly #bare: string;
  readonly #copy: string;

  constructor(folder: string, name: string) {
    this.#bare = join(folder, `${name}.git`);
    this.#copy = join(folder, name);
    this.url = `file://${this.#bare}`;
  }

  async init(files: Readonly<Record<string, string>>): Promise<void> {
    await mkdir(this.#copy, { recursive: true });
    await git(dirname(this.#bare), ['init', '--quiet', '--bare', '--initial-branch=main', this.#bare]);
    await git(dirname(this.#bare), ['--git-dir', this.#bare, 'config', 'uploadpack.allowFilter', 'true']);
    await git(this.#copy, ['init', '--quiet', '--initial-branch=main']);
    await git(this.#copy, ['remote', 'add', 'origin', this.#bare]);
    await this.push('Begin', files);
  }

  /** Writes files (or removes them: null), commits and pushes. */
  async push(message: string, files: Readonly<Record<string, string | null>>): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      const file = join(this.#copy, path);
      if (text === null) await rm(file, { recursive: true });
      else {
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, text);
      }
    }
    await git(this.#copy, ['add', '--all']);
    await git(this.#copy, ['commit', '--quiet', '--message', message]);
    await git(this.#copy, ['push', '--quiet', 'origin', 'main']);
  }
}

async function git(cwd: string, args: readonly string[]): Promise<void> {
  const identity = [
    '-c',
    'user.name=demo',
    '-c',
    'user.email=demo@example.com',
    '-c',
    'commit.gpgsign=false',
  ];
  try {
    await execute('git', [...identity, ...args], {
      cwd,
      env: { ...process.env, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new AppsetError('APPSET_E0803', 'the demo needs git, which is not on the PATH', { cause: error });
    throw new AppsetError('APPSET_E0803', `git ${args[0]}: ${messageOf(error)}`, { cause: error });
  }
}

const kustomization = 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: []\n';

/** A folder of an application, as files. */
export const application = (path: string): Record<string, string> => ({
  [`${path}/kustomization.yaml`]: kustomization,
});

export const FIRST_COMMIT: Readonly<Record<string, string>> = {
  'README.md': 'What runs where.\n',
  ...application('addons/cert-manager'),
  ...application('addons/ingress-nginx'),
  ...application('addons/legacy-dashboard'),
  ...application('apps/checkout'),
  ...application('apps/web'),
};

export function cluster(name: string, labels: Readonly<Record<string, string>>): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: `cluster-${name}`,
      namespace: 'argocd',
      labels: { ...labels, 'argocd.argoproj.io/secret-type': 'cluster' },
    },
    stringData: { name, server: `https://${name}.k8s.example.com`, config: '{}' },
  };
}

const set = (name: string, spec: object): KubeObject => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'ApplicationSet',
  metadata: { name, namespace: 'argocd' },
  spec: { goTemplate: true, goTemplateOptions: ['missingkey=error'], ...spec },
});

/** Polls often, so that nobody has to wait for a story. */
const POLL_SECONDS = 1;

export function addons(repoURL: string): KubeObject {
  return set('addons', {
    generators: [
      {
        git: {
          repoURL,
          revision: 'main',
          requeueAfterSeconds: POLL_SECONDS,
          directories: [{ path: 'addons/*' }, { path: 'addons/legacy-*', exclude: true }],
        },
      },
    ],
    template: {
      metadata: { name: '{{.path.basename}}' },
      spec: {
        project: 'default',
        source: { repoURL, targetRevision: 'main', path: '{{.path.path}}' },
        destination: { server: 'https://kubernetes.default.svc', namespace: '{{.path.basename}}' },
      },
    },
  });
}

export function apps(repoURL: string): KubeObject {
  return set('apps', {
    generators: [
      {
        matrix: {
          generators: [
            { clusters: { selector: { matchLabels: { env: 'production' } } } },
            {
              git: {
                repoURL,
                revision: 'main',
                requeueAfterSeconds: POLL_SECONDS,
                directories: [{ path: 'apps/*' }],
              },
            },
          ],
        },
      },
    ],
    template: {
      metadata: { name: '{{.path.basename}}-{{.name}}', labels: { region: '{{.metadata.labels.region}}' } },
      spec: {
        project: 'default',
        source: { repoURL, targetRevision: 'main', path: '{{.path.path}}' },
        destination: { name: '{{.name}}', namespace: '{{.path.basename}}' },
      },
    },
  });
}

export function tenants(repoURL: string): KubeObject {
  return set('tenants', {
    generators: [{ list: { elements: [{ tenant: 'north' }, { tenant: 'south' }] } }],
    syncPolicy: { preserveResourcesOnDeletion: true },
    template: {
      metadata: { name: 'tenant-{{.tenant}}' },
      spec: {
        project: 'default',
        source: { repoURL, targetRevision: 'main', path: 'apps/web' },
        destination: { server: 'https://kubernetes.default.svc', namespace: 'tenant-{{.tenant}}' },
      },
    },
  });
}
