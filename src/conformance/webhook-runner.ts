/**
 * Webhook cases: a request and the sets there are give an answer and the names of the sets that are to
 * be refreshed (README of the corpus). Run in compat mode through the same receiver and matching as the
 * endpoint; what the reference's generators read while it matches comes from the case's world.
 */
import { REFRESH_SET_ANNOTATION } from '../api/names.ts';
import { type ApplicationSet, type Json, type JsonObject, keyOf } from '../api/objects.ts';
import { secondChildren } from '../controller/second-children.ts';
import { evaluationSettings } from '../planning/evaluate.ts';
import { worldSources } from '../sources/recorded/index.ts';
import { systemClock } from '../support/clock.ts';
import { AppsetError } from '../support/errors.ts';
import { isJsonObject } from '../support/json.ts';
import { systemRandom } from '../support/random.ts';
import {
  type Fact,
  Inbox,
  matchAsReference,
  Receiver,
  type SecretReader,
  WebhookSecrets,
} from '../webhook/index.ts';
import type { CaseResult, CaseRunner, ConformanceCase } from './cases.ts';
import { differences } from './compare.ts';

const CONTROLLER_NAMESPACE = 'argocd';
const PART_OF = 'app.kubernetes.io/part-of';

const texts = (value: Json | undefined): Readonly<Record<string, string>> =>
  (isJsonObject(value) ? value : {}) as Readonly<Record<string, string>>;

const objects = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter(isJsonObject) : [];

function secretReader(settings: Json | undefined, world: JsonObject): SecretReader {
  return {
    argocd: () => texts(settings),
    partOfArgocd: (name) => {
      const secret = objects(world.secrets).find(({ metadata }) => texts(metadata).name === name);
      const metadata = isJsonObject(secret?.metadata) ? secret.metadata : {};
      return texts(metadata.labels)[PART_OF] === 'argocd' ? texts(secret?.stringData) : undefined;
    },
  };
}

/** The world in the form of recorded sources: a directory is one that holds a file. */
function sourcesOf(world: JsonObject) {
  const repositories = objects(world.git).map(({ repo, directories, files }) => {
    const empty = (Array.isArray(directories) ? directories : []).map((path) => [
      `${String(path)}/.gitkeep`,
      '',
    ]);
    return [
      String(repo),
      { revisions: { main: { files: { ...Object.fromEntries(empty), ...texts(files) } } } },
    ];
  });
  const appProjects = [{ metadata: { name: 'default' } }];
  return worldSources(
    { appProjects, repositories: Object.fromEntries(repositories) as JsonObject },
    { clock: systemClock },
  );
}

/** What ours gives, in the shape of `expect`. */
async function answer({ body, name }: ConformanceCase): Promise<JsonObject> {
  const world = isJsonObject(body.world) ? body.world : {};
  const request = isJsonObject(body.request) ? body.request : {};
  if (typeof request.body !== 'string') throw new AppsetError('APPSET_E0102', `${name}: no request`);
  const told: Fact[] = [];
  const receiver = new Receiver({
    compat: true,
    secrets: new WebhookSecrets(secretReader(body.settings, world)),
    inbox: new Inbox(),
    clock: systemClock,
    onDelivery: ({ facts }) => told.push(...facts),
  });
  const headers = Object.entries(texts(request.headers)).map(([key, value]) => [key.toLowerCase(), value]);
  const given = receiver.receive({
    method: typeof request.method === 'string' ? request.method : 'POST',
    headers: Object.fromEntries(headers),
    body: Buffer.from(request.body),
  });
  const second = secondChildren({
    sources: () => sourcesOf(world),
    controllerNamespace: CONTROLLER_NAMESPACE,
    settings: evaluationSettings({ compat: true }),
    clock: systemClock,
    random: systemRandom,
  });
  const sets = objects(body.sets) as unknown as readonly ApplicationSet[];
  // a set that carries the mark waits for its run already
  const marked = sets.filter(({ metadata }) => metadata.annotations?.[REFRESH_SET_ANNOTATION] !== undefined);
  const refreshed = new Set(marked.map(keyOf));
  for (const fact of told) {
    for (const { set } of (await matchAsReference(sets, fact, second)).reached) refreshed.add(set);
  }
  const prefix = `${CONTROLLER_NAMESPACE}/`;
  const names = sets.map(keyOf).filter((key) => refreshed.has(key));
  return {
    status: given.status,
    body: given.body,
    bodyIncludes: given.body.trimEnd(),
    contentType: given.contentType,
    refreshed: names.map((key) => (key.startsWith(prefix) ? key.slice(prefix.length) : key)).sort(),
  };
}

async function run(conformanceCase: ConformanceCase): Promise<Omit<CaseResult, 'name' | 'kind'>> {
  const { expect } = conformanceCase.body;
  const { requests: _, ...wanted } = isJsonObject(expect) ? expect : {};
  const actual = await answer(conformanceCase);
  const diff = differences(wanted, actual, 'expect');
  return diff.length === 0 ? { status: 'passed', actual } : { status: 'failed', diff, actual };
}

export const webhookRunner: CaseRunner = { kind: 'webhook', run };
