/**
 * Plans single Applications of one run: create, update, leave or block one generated name, given the
 * live Application of that name. Kept beside the Plan, so that one of its Applications can be planned
 * again when a write was refused. Pure.
 */
import { OWN } from '../api/names.ts';
import { type Application, type JsonObject, keyOf } from '../api/objects.ts';
import { parseRfc3339 } from '../support/clock.ts';
import { AppsetError, asAppsetError } from '../support/errors.ts';
import { LIMITS } from '../support/limits.ts';
import { adoptionConflict, claimOf, differsBeyondOwner } from './adoption.ts';
import type { GuardContext } from './candidate.ts';
import { comparedKey, rulesDigest } from './compared.ts';
import type { RenderedApplication } from './contract.ts';
import { CHAIN, COMPAT_CHAIN, judge, type Verdict } from './guards.ts';
import { NO_HAND_OVERS } from './hand-over.ts';
import { compileIgnoreRules } from './ignored-paths.ts';
import { mergePatch } from './merge-patch.ts';
import { normalizeApplication } from './normalize.ts';
import { encodeOrigin, type Origin, originOf, type PartId, partIds } from './origin.ts';
import { controllingSetName, ownerReferenceOf, ownershipOf, withOwner, withoutOwner } from './ownership.ts';
import type { Blocked, PlanInput, Planned, PlannedUpdate, Step } from './plan-types.ts';
import { preservedKeys } from './preserve.ts';
import { planUpdate, type Update, type UpdateContext } from './update.ts';

/** Plans single Applications of one run; kept for planning one again after a refusal. */
export class Planner {
  readonly input: PlanInput;
  readonly #context: UpdateContext;
  readonly #generated: ReadonlyMap<string, RenderedApplication>;
  #rules: string | undefined;
  #comparisons = 0;

  constructor(input: PlanInput) {
    const { set, settings, evaluation } = input;
    this.input = input;
    this.#context = {
      set,
      compat: settings.compat,
      preserved: preservedKeys(
        set.spec,
        { labels: settings.preservedLabels, annotations: settings.preservedAnnotations },
        !settings.compat,
      ),
      ignore: compileIgnoreRules(set.spec),
      handOvers: input.handOvers ?? NO_HAND_OVERS,
    };
    const generated = new Map<string, RenderedApplication>();
    for (const row of evaluation.rendered) {
      const { name } = row.application.metadata;
      if (!evaluation.invalid.has(keyOf(row.application))) generated.set(name, row);
    }
    this.#generated = generated;
  }

  /** Valid generated Applications by name. */
  get generated(): ReadonlyMap<string, RenderedApplication> {
    return this.#generated;
  }

  /** Whether a live Application counts as the set's own: by uid, or in compat mode by name of the owner. */
  isCurrent(live: Application): boolean {
    const { set, settings } = this.input;
    return settings.compat
      ? controllingSetName(live) === set.metadata.name
      : ownershipOf(live, set).is === 'ours';
  }

  originOf(live: Application): Origin | undefined {
    return this.input.origins.get(live.metadata.name) ?? originOf(live);
  }

  /** What is to be done for one generated name, given the live Application of that name. */
  step(name: string, live: Application | undefined): Step {
    const row = this.#generated.get(name);
    if (row === undefined) return { is: 'unchanged' };
    const parts = partIds(row.parts);
    const planned: Planned = { name, parts };
    if (live === undefined) {
      return { is: 'create', create: { ...planned, application: this.#forCreation(row, parts) } };
    }
    if (live.metadata.deletionTimestamp !== undefined) {
      return { is: 'blocked', blocked: { ...planned, ...this.#terminating(live) } };
    }
    try {
      return this.#existing(row, live, planned);
    } catch (error) {
      return {
        is: 'blocked',
        blocked: { ...planned, reason: 'Invalid', error: this.#ruleError(asAppsetError(error)) },
      };
    }
  }

  /** In the words of the reference; ours name the rule as well. */
  #ruleError(error: AppsetError): AppsetError {
    if (error.code !== 'APPSET_E0511') return error;
    const prefix = 'failed to apply ignore differences: failed to normalize application spec: ';
    const { field, position } = error.place;
    if (this.input.settings.compat || field === undefined) return error.prefixed(prefix);
    const where = ` in ${field}, character ${position?.column ?? 1} of ${position?.source ?? ''}`;
    return new AppsetError('APPSET_E0511', `${prefix}${error.message}${where}`, { place: error.place });
  }

  #existing(row: RenderedApplication, live: Application, planned: Planned): Step {
    const { set, settings } = this.input;
    const claim = claimOf(live, set, settings, this.#context.handOvers);
    if (claim.is === 'given') return { is: 'unchanged' };
    if (claim.is === 'foreign') {
      return { is: 'blocked', blocked: { ...planned, reason: 'Conflict', error: claim.error } };
    }
    if (!settings.policy.update && this.#leftAlone(live, claim.is)) {
      if (claim.is === 'owned') return { is: 'unchanged' };
      const from = claim.is === 'handedOver' ? { from: claim.from } : {};
      return this.#ownerOnly(live, { ...planned, ...from }, claim.is);
    }
    const update = this.#compare(row.application, live, claim.is === 'owned');
    if (update === undefined) return { is: 'unchanged' };
    if (claim.is === 'ownerless' && !claim.takeOver) {
      const changes = differsBeyondOwner(update.changes);
      if (settings.adopt === 'never' || changes.length > 0) {
        const error = adoptionConflict(live, changes);
        return { is: 'blocked', blocked: { ...planned, reason: 'Conflict', error } };
      }
    }
    const why = claim.is === 'owned' ? 'changed' : claim.is === 'repair' ? 'repaired' : 'adopted';
    const patch = this.#withOwnAnnotations(update.patch, live, planned.parts, row.stale);
    const from = claim.is === 'handedOver' ? { from: claim.from } : {};
    return { is: 'update', update: { ...planned, live, ...update, patch, why, ...from } };
  }

  /** The update of a live Application; what is known to be equal already is not compared again. */
  #compare(generated: Application, live: Application, isOwned: boolean): Update | undefined {
    const { compared, set, settings } = this.input;
    const { name } = generated.metadata;
    let key: string | undefined;
    if (compared !== undefined && isOwned) {
      this.#rules ??= rulesDigest(set, settings.compat, this.#context.preserved);
      key = comparedKey(this.#rules, live, generated);
      if (compared.isEqual(name, key)) return undefined;
    }
    this.#comparisons += 1;
    const update = planUpdate(live, generated, this.#context);
    if (update === undefined && key !== undefined) compared?.remember(name, key);
    return update;
  }

  /** How many Applications were compared in this run, field by field. */
  get comparisons(): number {
    return this.#comparisons;
  }

  /** Under a policy without updates the spec stays; in compat mode only what is current counts as existing. */
  #leftAlone(live: Application, claim: 'owned' | 'repair' | 'ownerless' | 'handedOver'): boolean {
    if (this.input.settings.compat) return this.isCurrent(live);
    return claim !== 'ownerless' || this.input.settings.adopt !== 'never';
  }

  /** Only the owner reference: a repair, or taking over under a policy without updates. */
  #ownerOnly(
    live: Application,
    planned: Planned & Pick<PlannedUpdate, 'from'>,
    claim: 'repair' | 'ownerless' | 'handedOver',
  ): Step {
    const desired: Application = {
      ...live,
      metadata: {
        ...live.metadata,
        ownerReferences: withOwner(live.metadata.ownerReferences, this.input.set, this.#context.handOvers),
      },
    };
    const patch = mergePatch(live, desired);
    if (patch === undefined) return { is: 'unchanged' };
    const why = claim === 'repair' ? 'repaired' : 'adopted';
    return { is: 'update', update: { ...planned, live, desired, patch, changes: [], why } };
  }

  #terminating(live: Application): Pick<Blocked, 'reason' | 'error'> {
    const since = parseRfc3339(live.metadata.deletionTimestamp ?? '') ?? this.input.now;
    const seconds = (this.input.now - since) / 1_000;
    const waiting = (live.metadata.finalizers ?? []).join(', ');
    const stuck = seconds > LIMITS.stuckTerminatingSeconds;
    const tail = waiting === '' ? '' : `, waiting for finalizer ${waiting}`;
    const error = new AppsetError(
      'APPSET_E0703',
      stuck
        ? `Application ${keyOf(live)} has been terminating for ${Math.floor(seconds / 60)} minutes${tail}`
        : `Application ${keyOf(live)} is terminating${tail}`,
    );
    return { reason: stuck ? 'StuckTerminating' : 'Terminating', error };
  }

  #forCreation(row: RenderedApplication, parts: readonly PartId[]): Application {
    const { set, settings } = this.input;
    const { metadata, operation, spec, apiVersion, kind } = normalizeApplication(row.application);
    const own = settings.compat ? {} : this.#ownAnnotations(parts, row.stale);
    const annotations = { ...metadata.annotations, ...own };
    return {
      apiVersion,
      kind,
      metadata: {
        name: metadata.name,
        ...(set.metadata.namespace === undefined ? {} : { namespace: set.metadata.namespace }),
        ...(Object.keys(metadata.labels ?? {}).length === 0 ? {} : { labels: metadata.labels ?? {} }),
        ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
        ...((metadata.finalizers ?? []).length === 0 ? {} : { finalizers: metadata.finalizers ?? [] }),
        ownerReferences: [ownerReferenceOf(set)],
      },
      spec,
      ...(operation === undefined ? {} : { operation }),
    };
  }

  #ownAnnotations(parts: readonly PartId[], stale: boolean): Readonly<Record<string, string>> {
    const { set } = this.input;
    return {
      [OWN.owner]: keyOf(set),
      ...(stale ? {} : { [OWN.origin]: encodeOrigin({ generation: set.metadata.generation ?? 0, parts }) }),
    };
  }

  /** Origin and owner ride along with a write that happens anyway; they are never a reason for one. */
  #withOwnAnnotations(
    patch: JsonObject,
    live: Application,
    parts: readonly PartId[],
    stale: boolean,
  ): JsonObject {
    if (this.input.settings.compat) return patch;
    const present = live.metadata.annotations ?? {};
    const own = Object.entries(this.#ownAnnotations(parts, stale)).filter(
      ([key, value]) => present[key] !== value,
    );
    if (own.length === 0) return patch;
    const metadata = (patch.metadata ?? {}) as JsonObject;
    const given = (metadata.annotations ?? {}) as JsonObject;
    const annotations = { ...given, ...Object.fromEntries(own) };
    return { ...patch, metadata: { ...metadata, annotations } };
  }

  /** The patch that takes our owner reference off. */
  release(live: Application): PlannedUpdate | undefined {
    const desired: Application = {
      ...live,
      metadata: {
        ...live.metadata,
        ownerReferences: withoutOwner(live.metadata.ownerReferences, this.input.set),
      },
    };
    const patch = mergePatch(live, desired);
    if (patch === undefined) return undefined;
    return { name: live.metadata.name, parts: [], live, desired, patch, changes: [], why: 'released' };
  }

  /** The patch that puts the uid of our owner reference right. */
  repair(live: Application): PlannedUpdate | undefined {
    const step = this.#ownerOnly(live, { name: live.metadata.name, parts: [] }, 'repair');
    return step.is === 'update' ? step.update : undefined;
  }

  /** Names that count as generated: valid or not, and those of rows that failed after their name was known. */
  generatedNames(): ReadonlySet<string> {
    const { evaluation, settings } = this.input;
    const names = new Set(evaluation.rendered.map(({ application }) => application.metadata.name));
    if (settings.compat) return names;
    for (const { applicationName } of evaluation.failedRows) {
      if (applicationName !== undefined) names.add(applicationName);
    }
    return names;
  }

  /** What the chain of guards says of an Application that is not generated. */
  judge(live: Application, context: GuardContext): Verdict {
    return judge(
      this.input.settings.compat ? COMPAT_CHAIN : CHAIN,
      { live, origin: this.originOf(live) },
      context,
    );
  }
}
