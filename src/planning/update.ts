/**
 * What an update makes of a live Application (spec controller-and-operations §3): the generated
 * metadata and spec with what is preserved, ignore rules applied, and the merge patch that gets
 * there. Pure; says undefined when nothing differs. In compat mode ignored fields vanish from both
 * sides as in the reference; in normal mode their live values are kept, and a switch of automated sync
 * that is off is no difference to one that is absent.
 */
import type { Application, ApplicationSet, JsonObject } from '../api/objects.ts';
import { asJson, type FieldChange, fieldChanges } from './compare.ts';
import type { HandOvers } from './hand-over.ts';
import { appliesTo, type IgnoreRules, ignoredPlaces } from './ignored-paths.ts';
import type { PlainPath } from './json-path.ts';
import { keepIgnored } from './keep-ignored.ts';
import { mergePatch } from './merge-patch.ts';
import { normalizeApplication } from './normalize.ts';
import { withOwner } from './ownership.ts';
import { type PreservedKeys, preserveEntries, preserveFinalizers } from './preserve.ts';
import { keepSwitchedOff } from './switched-off.ts';

export interface UpdateContext {
  readonly set: ApplicationSet;
  readonly compat: boolean;
  readonly preserved: PreservedKeys;
  readonly ignore: IgnoreRules;
  readonly handOvers?: HandOvers;
}

export interface Update {
  readonly desired: Application;
  readonly patch: JsonObject;
  readonly changes: readonly FieldChange[];
}

/** The live Application as the set wants it, before ignore rules (spec §3.2). */
function mutated(live: Application, generated: Application, context: UpdateContext): Application {
  const { preserved, set } = context;
  const operation = generated.operation ?? live.operation;
  return {
    ...live,
    apiVersion: generated.apiVersion,
    kind: generated.kind,
    metadata: {
      ...live.metadata,
      labels: preserveEntries(
        generated.metadata.labels,
        live.metadata.labels,
        preserved.labels,
        preserved.own,
      ),
      annotations: preserveEntries(
        generated.metadata.annotations,
        live.metadata.annotations,
        preserved.annotations,
        preserved.own,
      ),
      finalizers: preserveFinalizers(generated.metadata.finalizers, live.metadata.finalizers, preserved.own),
      ownerReferences: withOwner(live.metadata.ownerReferences, set, context.handOvers),
    },
    spec: generated.spec,
    ...(operation === undefined ? {} : { operation }),
  };
}

/**
 * The update of a live Application to what was generated, undefined when nothing differs.
 *
 * @throws AppsetError APPSET_E0511 when an ignore rule that applies cannot be used
 */
export function planUpdate(
  live: Application,
  generated: Application,
  context: UpdateContext,
): Update | undefined {
  const before = normalizeApplication(live);
  const after = mutated(live, normalizeApplication(generated), context);
  const [from, to] = context.compat
    ? withoutIgnored(before, after, context.ignore)
    : [before, keepSwitchedOff(before, withLiveIgnored(before, after, context.ignore))];
  const patch = mergePatch(from, to);
  return patch === undefined ? undefined : { desired: to, patch, changes: fieldChanges(from, to) };
}

/** The reference's way: both sides without what is ignored, identity restored on the desired one only. */
function withoutIgnored(
  live: Application,
  desired: Application,
  ignore: IgnoreRules,
): readonly [Application, Application] {
  const { name } = desired.metadata;
  if (!appliesTo(ignore, name)) return [live, desired];
  const strip = (application: Application) =>
    ignoredPlaces(ignore, name, asJson(application)).remaining as unknown as Application;
  const l = strip(live);
  const d = strip(desired);
  const typeMeta = { apiVersion: desired.apiVersion, kind: desired.kind };
  return [
    normalizeApplication({
      ...l,
      ...typeMeta,
      metadata: l.metadata ?? ({} as Application['metadata']),
      spec: l.spec ?? {},
    }),
    normalizeApplication({
      ...d,
      ...typeMeta,
      metadata: {
        ...d.metadata,
        name,
        ...(desired.metadata.namespace === undefined ? {} : { namespace: desired.metadata.namespace }),
      },
      spec: d.spec ?? {},
      ...(desired.operation === undefined ? {} : { operation: desired.operation }),
    }),
  ];
}

/** Rules never reach what an Application is identified and owned by, nor a waiting operation. */
const isProtected = (path: PlainPath): boolean => {
  const [first, second] = path;
  if (first === 'apiVersion' || first === 'kind' || first === 'operation') return true;
  if (first !== 'metadata') return false;
  return second !== 'labels' && second !== 'annotations' && second !== 'finalizers';
};

function withLiveIgnored(live: Application, desired: Application, ignore: IgnoreRules): Application {
  const { name } = desired.metadata;
  if (!appliesTo(ignore, name)) return desired;
  const places = (application: Application) =>
    ignoredPlaces(ignore, name, asJson(application)).paths.filter((path) => !isProtected(path));
  const merged = keepIgnored(asJson(live), asJson(desired), places(live), places(desired));
  return normalizeApplication(merged as unknown as Application);
}
