/**
 * What a set may do to its Applications: the four policies, and whose word counts (spec
 * controller-and-operations §2.3). An unknown policy of a set allows creation only.
 */
import type { ApplicationSet } from '../api/objects.ts';

export type PolicyName = 'sync' | 'create-only' | 'create-update' | 'create-delete';

export interface Policy {
  readonly name: string;
  readonly update: boolean;
  readonly delete: boolean;
}

/**
 * @param flag the controller's policy, '' for sync
 * @param override whether `spec.syncPolicy.applicationsSync` counts
 */
export function effectivePolicy(set: ApplicationSet, flag: PolicyName | '', override: boolean): Policy {
  const own = set.spec.syncPolicy?.applicationsSync ?? '';
  const name = override && own !== '' ? own : flag === '' ? 'sync' : flag;
  return {
    name,
    update: name === 'sync' || name === 'create-update',
    delete: name === 'sync' || name === 'create-delete',
  };
}
