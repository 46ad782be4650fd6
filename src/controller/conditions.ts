/**
 * Conditions of a set and its health (spec controller-and-operations §4.2, §4.3): the pairing rules of
 * the reference's condition writer, and our own types beside its. Pure. A time moves only when status,
 * reason or message change; our own types are there while they say something and gone after.
 */
import type { ApplicationSetSpec, ApplicationSetStatus, Condition } from '../api/objects.ts';
import { LIMITS } from '../support/limits.ts';

export type ConditionChange = Omit<Condition, 'lastTransitionTime'>;

/** Why a run went wrong; the words of the reference. */
export type ErrorReason =
  | 'ApplicationGenerationFromParamsError'
  | 'RenderTemplateParamsError'
  | 'ApplicationValidationError'
  | 'ApplicationSetRolloutError'
  | 'UpdateApplicationError'
  | 'CreateApplicationError'
  | 'DeleteApplicationError'
  | 'RefreshApplicationError';

/** Our own condition types: present while they hold. */
export const OWN_CONDITION_TYPES = [
  'ApplicationsAbandoned',
  'ApplicationsKept',
  'Conflict',
  'DeletionsHeld',
  'HandingOver',
  'InvalidSetting',
  'StuckTerminating',
  'TemplatedProject',
  'UnguardedSet',
  'UnknownFields',
  'WriteHasNoEffect',
] as const;
export type OwnConditionType = (typeof OWN_CONDITION_TYPES)[number];

const ROLLOUT_TYPES: ReadonlySet<string> = new Set(['RolloutProgressing', 'InvalidRolloutConfig']);
const UP_TO_DATE = 'All applications have been generated successfully';
const GENERATED: ConditionChange = {
  type: 'ParametersGenerated',
  status: 'True',
  reason: 'ParametersGenerated',
  message: 'Successfully generated parameters for all Applications',
};

/** All went well. */
export const SUCCESS: readonly ConditionChange[] = [
  { type: 'ErrorOccurred', status: 'False', reason: 'ApplicationSetUpToDate', message: UP_TO_DATE },
  GENERATED,
  { type: 'ResourcesUpToDate', status: 'True', reason: 'ApplicationSetUpToDate', message: UP_TO_DATE },
];

/** Something went wrong; generation and rendering errors say so of the parameters too. */
export function failure(reason: ErrorReason, message: string): readonly ConditionChange[] {
  const generated =
    reason !== 'ApplicationGenerationFromParamsError' && reason !== 'RenderTemplateParamsError';
  return [
    { type: 'ErrorOccurred', status: 'True', reason, message },
    generated
      ? GENERATED
      : { type: 'ParametersGenerated', status: 'False', reason: 'ErrorOccurred', message },
    { type: 'ResourcesUpToDate', status: 'False', reason: 'ErrorOccurred', message },
  ];
}

/** Whether the strategy is a rolling one, as the condition writer asks it. */
export const isRolling = (spec: ApplicationSetSpec): boolean =>
  spec.strategy?.type === 'RollingSync' &&
  typeof spec.strategy.rollingSync === 'object' &&
  spec.strategy.rollingSync !== null;

const ORDER = ['type', 'status', 'reason', 'message', 'lastTransitionTime'] as const;

/**
 * The conditions after a run.
 *
 * @param now RFC 3339, for what changed
 * @param own types of ours that are to be there; others of ours go
 */
export function mergeConditions(
  stored: readonly Condition[],
  changes: readonly ConditionChange[],
  options: { readonly rolling: boolean; readonly now: string },
): readonly Condition[] {
  const ours: ReadonlySet<string> = new Set(OWN_CONDITION_TYPES);
  const changed = new Set(changes.map(({ type }) => type));
  const dropped = (type: string) => !options.rolling && ROLLOUT_TYPES.has(type);
  const untouched = stored
    .filter(({ type }) => !changed.has(type) && !ours.has(type) && !dropped(type))
    .map((condition) => ({ ...condition, lastTransitionTime: condition.lastTransitionTime ?? options.now }));
  const written = changes
    .filter(({ type }) => !dropped(type))
    .map((change): Condition => {
      const message = change.message.slice(0, LIMITS.statusTextBytes);
      const before = stored.find(
        ({ type, status, reason, message: text }) =>
          type === change.type && status === change.status && reason === change.reason && text === message,
      );
      return { ...change, message, lastTransitionTime: before?.lastTransitionTime ?? options.now };
    });
  return [...untouched, ...written].sort((a, b) => {
    for (const key of ORDER) {
      const [x, y] = [a[key] ?? '', b[key] ?? ''];
      if (x !== y) return x < y ? -1 : 1;
    }
    return 0;
  });
}

/** Health of the set; the first condition that says something decides. */
export function healthOf(conditions: readonly Condition[]): NonNullable<ApplicationSetStatus['health']> {
  if (conditions.length === 0) {
    return { status: 'Unknown', message: 'No status conditions found for ApplicationSet' };
  }
  const holds = (type: string) =>
    conditions.find((condition) => condition.type === type && condition.status === 'True');
  const error = holds('ErrorOccurred');
  if (error !== undefined) return { status: 'Degraded', message: error.message };
  const progressing = holds('RolloutProgressing');
  if (progressing !== undefined) return { status: 'Progressing', message: progressing.message };
  const upToDate = holds('ResourcesUpToDate');
  if (upToDate !== undefined) return { status: 'Healthy', message: upToDate.message };
  return { status: 'Unknown', message: 'Waiting for health status to be determined' };
}
