/**
 * Controller cases: scenarios of steps, and the state after each reconcile (README of the corpus). Run
 * in compat mode on the in-memory store through the reconcile of one key. Objects are compared modulo
 * empty; `writes` is information, `error` is null or not.
 */
import { type ApplicationSet, type Json, type JsonObject, type KubeObject, keyOf } from '../api/objects.ts';
import { DirectLiveView } from '../controller/live-view.ts';
import { silentLog } from '../controller/log.ts';
import { ControllerMemory } from '../controller/memory.ts';
import { allowedNamespaces } from '../controller/namespaces.ts';
import { type ReconcileResult, reconcileSet } from '../controller/reconcile.ts';
import { type ControllerSettings, controllerSettings } from '../controller/settings.ts';
import { APPLICATION_SHAPE } from '../planning/application-shape.ts';
import { canonical } from '../planning/compare.ts';
import type { PolicyName } from '../planning/policy.ts';
import { rfc3339 } from '../support/clock.ts';
import { AppsetError, messageOf } from '../support/errors.ts';
import { isJsonObject } from '../support/json.ts';
import { seededRandom } from '../support/random.ts';
import type { CaseResult, CaseRunner, ConformanceCase } from './cases.ts';
import { asMultiset, differences, withoutEmpty } from './compare.ts';
import { ControllerWorld } from './controller-world.ts';

const strings = (value: Json | undefined): readonly string[] =>
  Array.isArray(value) ? value.filter((item: Json): item is string => typeof item === 'string') : [];

/** The flags of a case; what it does not say is the reference's default. */
function settingsOf(flags: JsonObject): ControllerSettings {
  return controllerSettings({
    compat: true,
    controllerNamespace: typeof flags.namespace === 'string' ? flags.namespace : 'argocd',
    namespaces: strings(flags.namespaces),
    policy: (typeof flags.policy === 'string' ? flags.policy : '') as PolicyName | '',
    policyOverride: flags.policyOverride !== false,
    preservedAnnotations: strings(flags.preservedAnnotations),
    preservedLabels: strings(flags.preservedLabels),
    dryRun: flags.dryRun === true,
    progressiveSyncs: flags.enableProgressiveSyncs === true,
    ...(typeof flags.maxResourcesStatusCount === 'number'
      ? { maxResourcesStatusCount: flags.maxResourcesStatusCount }
      : {}),
  });
}

/** An Application as `expect` shows it: no status, no uid, no times. */
function shown(application: KubeObject): JsonObject {
  const { name, namespace, labels, annotations, finalizers, ownerReferences, deletionTimestamp } =
    application.metadata;
  const references = ownerReferences?.map((reference) => {
    const { uid: _, ...rest } = reference;
    return rest as unknown as JsonObject;
  });
  // the reference's store keeps typed objects: zero values that equal absence are not in them
  const { spec, operation } = canonical(
    application as unknown as JsonObject,
    APPLICATION_SHAPE,
  ) as JsonObject;
  return {
    apiVersion: application.apiVersion,
    kind: application.kind,
    metadata: {
      name,
      namespace,
      labels: labels as JsonObject | undefined,
      annotations: annotations as JsonObject | undefined,
      finalizers,
      ownerReferences: references,
    } as JsonObject,
    spec,
    operation,
    ...(deletionTimestamp === undefined ? {} : { terminating: true }),
  };
}

/** A set as `expect` shows it; null when it is gone. */
function shownSet(set: ApplicationSet | undefined): Json {
  if (set === undefined) return null;
  const { conditions = [], applicationStatus = [], resources, resourcesCount, health } = set.status ?? {};
  const times = (list: readonly JsonObject[], key: string) =>
    Object.fromEntries(
      list
        .filter((item) => typeof item.lastTransitionTime === 'string')
        .map((item) => [String(item[key]), item.lastTransitionTime]),
    );
  const untimed = (list: readonly JsonObject[]) =>
    list.map(({ lastTransitionTime: _, ...rest }): JsonObject => rest);
  const listed = conditions as unknown as readonly JsonObject[];
  return {
    annotations: (set.metadata.annotations ?? {}) as JsonObject,
    finalizers: set.metadata.finalizers ?? [],
    conditions: untimed(listed),
    applicationStatus: untimed(applicationStatus),
    resources: resources ?? [],
    resourcesCount: resourcesCount ?? 0,
    health: (health ?? {}) as JsonObject,
    ...(set.metadata.deletionTimestamp === undefined ? {} : { terminating: true }),
    times: { conditions: times(listed, 'type'), applicationStatus: times(applicationStatus, 'application') },
  } as JsonObject;
}

const identity = ({ metadata }: KubeObject): string => `${keyOf({ metadata })} ${metadata.uid ?? ''}`;

/** What counts as a change of an Application: metadata, spec and operation, to the letter. */
const contentOf = ({ metadata, spec, operation }: KubeObject): string => {
  const { labels, annotations, finalizers, ownerReferences } = metadata;
  return JSON.stringify([labels, annotations, finalizers, ownerReferences, spec, operation]);
};

/** A controller of a case: restarted when its flags change. */
class Scenario {
  readonly #world: ControllerWorld;
  #flags: JsonObject;
  #settings: ControllerSettings;
  #memory = new ControllerMemory();
  #events: string[] = [];
  /** what a reconcile said is not supported yet */
  unsupported: string | undefined;

  constructor(body: JsonObject) {
    this.#flags = isJsonObject(body.controller) ? body.controller : {};
    this.#settings = settingsOf(this.#flags);
    this.#world = new ControllerWorld(body, this.#settings.controllerNamespace);
  }

  async step(step: JsonObject): Promise<Json | undefined> {
    if (typeof step.reconcile === 'string') return this.#reconcile(step.reconcile);
    if (isJsonObject(step.controller)) {
      this.#flags = { ...this.#flags, ...step.controller };
      this.#settings = settingsOf(this.#flags);
      this.#memory = new ControllerMemory();
      return undefined;
    }
    await this.#world.step(step);
    return undefined;
  }

  async #reconcile(key: string): Promise<JsonObject> {
    const [namespace = '', name = ''] = key.split('/');
    const before = this.#world.applications();
    this.#events = [];
    const result = await this.#run(namespace, name);
    if (result.unsupported !== undefined) this.unsupported ??= result.unsupported.message;
    const after = this.#world.applications();
    const was = new Map(before.map((application) => [identity(application), application] as const));
    const is = new Set(after.map(identity));
    const keys = (list: readonly KubeObject[]) => list.map(keyOf).sort();
    return {
      applicationSet: shownSet(this.#world.set(namespace, name)),
      applications: [...after].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)).map(shown),
      at: rfc3339(this.#world.clock.now()),
      created: keys(after.filter((application) => !was.has(identity(application)))),
      updated: keys(
        after.filter((application) => {
          const old = was.get(identity(application));
          return old !== undefined && contentOf(old) !== contentOf(application);
        }),
      ),
      deleted: keys(before.filter((application) => !is.has(identity(application)))),
      error: result.error === undefined ? null : messageOf(result.error),
      events: this.#events,
      requeueAfterSeconds: result.requeueAfterSeconds ?? null,
      ...(result.ignored ? { ignored: true } : {}),
    };
  }

  #run(namespace: string, name: string): Promise<ReconcileResult> {
    const { client, clock } = this.#world;
    const allowed = allowedNamespaces(this.#settings.controllerNamespace, this.#settings.namespaces);
    return reconcileSet(
      { namespace, name },
      {
        client,
        live: new DirectLiveView(client),
        facts: () => this.#world.facts(),
        settings: this.#settings,
        allowed: allowed.allows,
        memory: this.#memory,
        events: {
          emit: ({ type, reason, message }) => {
            this.#events.push(`${type} ${reason} ${message}`);
          },
        },
        clock,
        random: seededRandom(1),
        log: silentLog,
      },
    );
  }
}

/** Takes out what varied between runs of the reference (JSON pointers into the list of entries). */
function withoutUnstable(entries: readonly Json[], unstable: readonly string[]): readonly Json[] {
  const copy = structuredClone(entries) as Json[];
  for (const pointer of unstable) {
    const steps = pointer.slice(1).split('/');
    const last = steps.pop() ?? '';
    const holder = steps.reduce<unknown>(
      (value, step) => (value as Record<string, unknown> | undefined)?.[step],
      copy,
    );
    if (typeof holder === 'object' && holder !== null) delete (holder as Record<string, unknown>)[last];
  }
  return copy;
}

/** An entry in the form that is compared. */
function comparable(entry: Json): Json {
  const { writes: _, error, events, ...rest } = isJsonObject(entry) ? entry : {};
  const failed = error !== null && error !== undefined;
  return withoutEmpty({ ...rest, failed, events: asMultiset(Array.isArray(events) ? events : []) }) ?? null;
}

async function run({ body, name }: ConformanceCase): Promise<Omit<CaseResult, 'name' | 'kind'>> {
  const { steps, expect } = body;
  if (!Array.isArray(steps) || !Array.isArray(expect)) {
    throw new AppsetError('APPSET_E0102', `${name}: no steps or no expect`);
  }
  const scenario = new Scenario(body);
  const actual: Json[] = [];
  for (const step of steps.filter(isJsonObject)) {
    const entry = await scenario.step(step);
    if (entry !== undefined) actual.push(entry);
    if (scenario.unsupported !== undefined) return { status: 'skipped', reason: scenario.unsupported };
  }
  const unstable = strings(body.unstable);
  const wanted = withoutUnstable(expect, unstable).map(comparable);
  const got = withoutUnstable(actual, unstable).map(comparable);
  const diff = differences(wanted, got, 'expect');
  return diff.length === 0 ? { status: 'passed', actual } : { status: 'failed', diff, actual };
}

export const controllerRunner: CaseRunner = { kind: 'controller', run };
