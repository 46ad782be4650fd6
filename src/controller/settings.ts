/**
 * How the controller is set up: the reference's flags (spec controller-and-operations §10.1) and our
 * own. Values only; reading flags and environment is the command line's work.
 */
import type { ScmRestrictions } from '../generators/contract.ts';
import { UNRESTRICTED } from '../generators/index.ts';
import type { AdoptMode } from '../planning/adoption.ts';
import type { PolicyName } from '../planning/policy.ts';
import { LIMITS } from '../support/limits.ts';

export interface ControllerSettings {
  /** the reference's behaviour (design §5) */
  readonly compat: boolean;
  /** where cluster Secrets, AppProjects and settings are */
  readonly controllerNamespace: string;
  /** further namespaces: names, globs, `/regular expressions/` (spec §9.3) */
  readonly namespaces: readonly string[];
  /** '' is sync */
  readonly policy: PolicyName | '';
  /** whether a set's own applicationsSync counts */
  readonly policyOverride: boolean;
  readonly preservedAnnotations: readonly string[];
  readonly preservedLabels: readonly string[];
  readonly dryRun: boolean;
  /** 0: no cap */
  readonly maxResourcesStatusCount: number;
  readonly progressiveSyncs: boolean;
  readonly newGitFileGlobbing: boolean;
  /** default polling of git and clusterDecisionResource */
  readonly requeueAfterSeconds: number;
  /** writes of Applications in flight at once, per set */
  readonly concurrentApplicationUpdates: number;
  /** what happens to ownerless Applications of a generated name */
  readonly adopt: AdoptMode;
  /** how long an Application must be a candidate, and a cluster gone, before anything is done about it */
  readonly clusterSettleSeconds: number;
  /** deletions over all sets in 10 minutes: number or percent; undefined: the larger of 50 and 20 % */
  readonly maxDeletionsTotal: string | undefined;
  /** projects any set may use; undefined: all */
  readonly allowedProjects: readonly string[] | undefined;
  /** what generators that ask providers of source code may do */
  readonly scm: ScmRestrictions;
}

/** The reference's defaults, and ours where it has none. */
export function controllerSettings(change: Partial<ControllerSettings> = {}): ControllerSettings {
  return {
    compat: false,
    controllerNamespace: 'argocd',
    namespaces: [],
    policy: '',
    policyOverride: true,
    preservedAnnotations: [],
    preservedLabels: [],
    dryRun: false,
    maxResourcesStatusCount: LIMITS.statusResourcesCount,
    progressiveSyncs: false,
    newGitFileGlobbing: false,
    requeueAfterSeconds: 180,
    concurrentApplicationUpdates: change.compat === true ? 1 : 10,
    adopt: 'match',
    clusterSettleSeconds: 60,
    maxDeletionsTotal: undefined,
    allowedProjects: undefined,
    scm: UNRESTRICTED,
    ...change,
  };
}
