/** What `appset plan` shows of a set: its preview, or why there is none; shared by all formats. */
import type { ApplicationSet } from '../../api/objects.ts';
import type { Preview } from '../../controller/reconcile.ts';
import { expectationDigest } from '../../planning/holds/index.ts';
import type { Plan } from '../../planning/plan.ts';
import { elementOf } from '../../planning/validate.ts';
import type { AppsetError } from '../../support/errors.ts';
import { heldOf } from '../approve.ts';

export interface Planned {
  readonly set: ApplicationSet;
  /** the set as it is in a file, not as it is live */
  readonly file?: string;
  readonly preview?: Preview;
  readonly error?: AppsetError;
}

/** One line of a plan. */
export interface PlanLine {
  readonly mark: '+' | '~' | '-' | '=' | '!' | ' ';
  readonly name: string;
  readonly verb: string;
  readonly why: string;
}

export const keyOfSet = ({ metadata }: ApplicationSet): string => `${metadata.namespace}/${metadata.name}`;

/** All that went wrong with elements and sources of a set. */
export function failuresOf({ evaluation, plan }: Preview): readonly AppsetError[] {
  if (plan.stopped !== undefined) return [plan.stopped];
  return [
    ...evaluation.generation.errors,
    ...evaluation.failedRows.map(({ error }) => error),
    ...evaluation.invalid.values(),
  ];
}

export const heldNames = ({ keep }: Plan): readonly string[] =>
  keep.filter(({ outcome }) => outcome === 'held').map(({ name }) => name);

/** The digest of what the set holds now, where a person may release it. */
export const heldDigest = (set: ApplicationSet): string | undefined => heldOf(set)?.digest;

/** What to commit together with a change so that its deletions need no approval; undefined when there are none. */
export function expectation({ set, preview, file }: Planned): string | undefined {
  if (preview === undefined || file === undefined) return undefined;
  const names = [...preview.plan.delete.map(({ name }) => name), ...heldNames(preview.plan)];
  return names.length === 0 ? undefined : expectationDigest(set, names);
}

/** The plan as lines, in the order of their weight. */
export function linesOf({ plan, evaluation }: Preview, unchanged: boolean): readonly PlanLine[] {
  const elements = new Map(
    evaluation.rendered.map(({ application, parts }) => [application.metadata.name, elementOf(parts)]),
  );
  return [
    ...plan.create.map(({ name }) => ({
      mark: '+' as const,
      name,
      verb: 'create',
      why: elements.get(name) ?? '',
    })),
    ...plan.update.flatMap(updateLines),
    ...plan.delete.map(({ name }) => ({
      mark: '-' as const,
      name,
      verb: 'delete',
      why: 'no element generates it any more',
    })),
    ...plan.keep.map(({ name, outcome, reason, message }) => ({
      mark: outcome === 'held' ? ('-' as const) : ('=' as const),
      name,
      verb: outcome,
      why: `${reason}: ${message}`,
    })),
    ...plan.blocked.map(({ name, reason, error }) => ({
      mark: '!' as const,
      name,
      verb: reason === 'Held' ? 'held' : 'blocked',
      why: `${reason}: ${error.message}`,
    })),
    ...(unchanged
      ? plan.unchanged.map((name) => ({ mark: '=' as const, name, verb: 'unchanged', why: '' }))
      : []),
  ];
}

/** One line a changed field; the first carries the name. */
function updateLines({ name, why, changes }: Plan['update'][number]): readonly PlanLine[] {
  if (why !== 'changed')
    return [{ mark: '~', name, verb: why, why: changes.map(({ path }) => path).join(', ') }];
  return changes.map(({ path, before, after }, index) => ({
    mark: index === 0 ? '~' : ' ',
    name: index === 0 ? name : '',
    verb: index === 0 ? 'update' : '',
    why: `${path}: ${shown(before)} → ${shown(after)}`,
  }));
}

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** `2 to create, 1 to change`. */
export function summary(plan: Plan): string {
  const held = heldNames(plan).length;
  const kept = plan.keep.length - held;
  const parts = [
    plan.create.length > 0 ? `${plan.create.length} to create` : '',
    plan.update.length > 0 ? `${plan.update.length} to change` : '',
    plan.delete.length > 0 ? `${plan.delete.length} to delete` : '',
    held > 0 ? `${held} held` : '',
    kept > 0 ? `${kept} kept` : '',
    plan.blocked.length > 0 ? `${plan.blocked.length} blocked` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'no changes' : parts.join(', ');
}
