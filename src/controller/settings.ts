/**
 * How the controller is set up: the reference's flags (spec controller-and-operations §10.1) and our
 * own. Values only; reading flags and environment is the command line's work.
 */
import type { AdoptMode } from '../planning/adoption.ts';
import type { PolicyName } from '../planning/policy.ts';

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
  /** how long a cluster must be gone before finalizers are taken off for it */
  readonly clusterSettleSeconds: number;
  /** projects any set may use; undefined: all */
  readonly allowedProjects: readonly string[] | undefined;
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
    maxResourcesStatusCount: 5_000,
    progressiveSyncs: false,
    newGitFileGlobbing: false,
    requeueAfterSeconds: 180,
    concurrentApplicationUpdates: change.compat === true ? 1 : 10,
    adopt: 'match',
    clusterSettleSeconds: 60,
    allowedProjects: undefined,
    ...change,
  };
}
