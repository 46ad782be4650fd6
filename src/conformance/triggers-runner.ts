/** Trigger cases: does this event of a set, an Application or a Secret wake a set? In compat mode. */
import type { Application, ApplicationSet, Json, KubeObject } from '../api/objects.ts';
import { clusterSecretWakes } from '../controller/cluster-triggers.ts';
import { allowedNamespaces } from '../controller/namespaces.ts';
import {
  applicationEventWakes,
  type ObjectEvent,
  setEventWakes,
  type WatchVerb,
} from '../controller/triggers.ts';
import { AppsetError } from '../support/errors.ts';
import { isJsonObject } from '../support/json.ts';
import type { CaseResult, CaseRunner, ConformanceCase } from './cases.ts';
import { differences } from './compare.ts';

const CONTROLLER_NAMESPACE = 'argocd';

function eventOf<T>({ body, name }: ConformanceCase): ObjectEvent<T> {
  if (!isJsonObject(body.new)) throw new AppsetError('APPSET_E0102', `${name}: no new object`);
  return {
    verb: body.event as WatchVerb,
    ...(isJsonObject(body.old) ? { old: body.old as unknown as T } : {}),
    new: body.new as unknown as T,
  };
}

/** What ours says, in the shape of `expect`. */
function answer(conformanceCase: ConformanceCase): Json {
  const { body, name } = conformanceCase;
  const namespaces = Array.isArray(body.namespaces) ? (body.namespaces as readonly string[]) : [];
  const { allows } = allowedNamespaces(CONTROLLER_NAMESPACE, namespaces);
  const settings = { compat: true, progressiveSyncs: body.enableProgressiveSyncs === true };
  switch (body.watch) {
    case 'ApplicationSet': {
      const event = eventOf<ApplicationSet>(conformanceCase);
      return {
        reconcile: allows(event.new.metadata.namespace ?? '') && setEventWakes(event, settings),
      };
    }
    case 'Application': {
      const event = eventOf<Application>(conformanceCase);
      const wakes = applicationEventWakes(event, settings);
      return { reconcile: allows(event.new.metadata.namespace ?? '') && wakes.length > 0 };
    }
    case 'Secret': {
      const event = eventOf<KubeObject>(conformanceCase);
      const objects = (Array.isArray(body.objects) ? body.objects : []) as unknown as ApplicationSet[];
      const sets = objects.filter(({ metadata }) => allows(metadata.namespace ?? ''));
      const enqueued = allows(event.new.metadata.namespace ?? '')
        ? clusterSecretWakes(event, sets, { compat: true, controllerNamespace: CONTROLLER_NAMESPACE })
        : [];
      return { enqueued: [...enqueued].sort() };
    }
    default:
      throw new AppsetError('APPSET_E0102', `${name}: watch ${JSON.stringify(body.watch)} is not known`);
  }
}

async function run(conformanceCase: ConformanceCase): Promise<Omit<CaseResult, 'name' | 'kind'>> {
  const actual = answer(conformanceCase);
  const diff = differences(conformanceCase.body.expect, actual, 'expect');
  return diff.length === 0 ? { status: 'passed', actual } : { status: 'failed', diff, actual };
}

export const triggersRunner: CaseRunner = { kind: 'triggers', run };
