/**
 * What a benchmark asks of the API server itself: bare creates and patches over a fixed number of kept
 * connections, bodies made beforehand and answers only drained, so that the server is the limit and not
 * who asks; a count of objects that costs the server nothing (etcd counts keys); and the server's own
 * count of requests.
 */
import { readFileSync } from 'node:fs';
import { Pool } from 'undici';
import type { KubeObject } from '../../src/api/objects.ts';
import { parseYaml } from '../../src/support/yaml.ts';
import type { Cluster } from '../../test/e2e/cluster.ts';

export const GROUP = '/apis/argoproj.io/v1alpha1/namespaces';

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export class ApiLoad {
  readonly #pool: Pool;
  readonly #etcd: Pool;
  readonly #authorization: string;

  constructor(cluster: Cluster, connections = 16) {
    this.#pool = new Pool(cluster.url, { connections, connect: { ca: cluster.ca } });
    this.#etcd = new Pool(cluster.etcdUrl, { connections: 1 });
    this.#authorization = `Bearer ${cluster.token}`;
  }

  /** One call; the answer's text. */
  async call(method: Method, path: string, body?: string, contentType = 'application/json'): Promise<string> {
    const answer = await this.#pool.request({
      method,
      path,
      headers: {
        authorization: this.#authorization,
        ...(body === undefined ? {} : { 'content-type': contentType }),
      },
      body: body ?? null,
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300)
      throw new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 300)}`);
    return text;
  }

  get(path: string): Promise<KubeObject> {
    return this.call('GET', path).then((text) => JSON.parse(text) as KubeObject);
  }

  create(path: string, object: unknown): Promise<string> {
    return this.call('POST', path, JSON.stringify(object));
  }

  patch(path: string, patch: unknown): Promise<string> {
    return this.call('PATCH', path, JSON.stringify(patch), 'application/merge-patch+json');
  }

  /** A patch of which only the bare fact is wanted: the server answers with the object's metadata. */
  async touch(path: string, patch: unknown): Promise<void> {
    const answer = await this.#pool.request({
      method: 'PATCH',
      path,
      headers: {
        authorization: this.#authorization,
        'content-type': 'application/merge-patch+json',
        accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
      },
      body: JSON.stringify(patch),
    });
    await answer.body.dump();
    if (answer.statusCode >= 300) throw new Error(`PATCH ${path}: ${answer.statusCode}`);
  }

  /** Creates objects in one collection, `parallel` at a time. @returns seconds from the first to the last answer */
  async createAll(path: string, objects: readonly unknown[], parallel = 16): Promise<number> {
    const bodies = objects.map((object) => JSON.stringify(object));
    const started = performance.now();
    let next = 0;
    const worker = async () => {
      for (let body = bodies[next++]; body !== undefined; body = bodies[next++])
        await this.call('POST', path, body);
    };
    await Promise.all(Array.from({ length: parallel }, worker));
    return (performance.now() - started) / 1_000;
  }

  /** Installs CRDs and waits until they are served. */
  async install(files: readonly string[]): Promise<void> {
    for (const file of files) {
      const crd = parseYaml(readFileSync(file, 'utf8'));
      await this.create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', crd);
    }
    for (const plural of ['applicationsets', 'applications', 'appprojects']) {
      for (;;) {
        const served = await this.call('GET', `${GROUP}/default/${plural}`).then(
          () => true,
          () => false,
        );
        if (served) break;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  /** Applications of a namespace, as etcd counts them. */
  async count(namespace: string): Promise<number> {
    const key = `/registry/argoproj.io/applications/${namespace}/`;
    const answer = await this.#etcd.request({
      method: 'POST',
      path: '/v3/kv/range',
      body: JSON.stringify({
        key: btoa(key),
        range_end: btoa(`${key.slice(0, -1)}0`),
        count_only: true,
      }),
    });
    return Number(((await answer.body.json()) as { count?: string }).count ?? 0);
  }

  /** Waits until a namespace has `wanted` Applications. @returns the moment, as performance.now() tells it */
  async until(namespace: string, wanted: number, limitSeconds: number): Promise<number> {
    const end = performance.now() + limitSeconds * 1_000;
    for (;;) {
      const count = await this.count(namespace);
      if (count >= wanted) return performance.now();
      if (performance.now() > end)
        throw new Error(`${count} of ${wanted} Applications after ${limitSeconds} s`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Requests answered so far, `VERB resource[/subresource]` to their number. */
  async requests(): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    for (const line of (await this.call('GET', '/metrics')).split('\n')) {
      if (!line.startsWith('apiserver_request_total{')) continue;
      const label = (name: string) => new RegExp(`[{,]${name}="([^"]*)"`).exec(line)?.[1] ?? '';
      const subresource = label('subresource');
      const key = `${label('verb')} ${label('resource')}${subresource === '' ? '' : `/${subresource}`}`;
      counts.set(key, (counts.get(key) ?? 0) + Number(line.slice(line.lastIndexOf(' ') + 1)));
    }
    return counts;
  }

  async close(): Promise<void> {
    await Promise.all([this.#pool.destroy(), this.#etcd.destroy()]);
  }
}

/** What was asked between two counts, watches and the benchmark's own reading of metrics left out. */
export function requestsBetween(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const grown = [...after]
    .map(([key, count]) => [key, count - (before.get(key) ?? 0)] as const)
    .filter(([key, count]) => count > 0 && !key.startsWith('WATCH') && key !== 'GET ');
  return new Map(grown.sort());
}
