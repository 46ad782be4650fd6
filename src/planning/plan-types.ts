/**
 * What a Plan is made of: the input it is a function of, and what it says is created, updated, deleted,
 * kept and blocked, each with its reason. Shown by dry runs, the command line, events and tests.
 */
import type { Application, ApplicationSet, JsonObject } from '../api/objects.ts';
import type { AppsetError } from '../support/errors.ts';
import type { AdoptMode } from './adoption.ts';
import type { FieldChange } from './compare.ts';
import type { ComparedApplications } from './compared.ts';
import type { Evaluation } from './contract.ts';
import type { HandOvers } from './hand-over.ts';
import type { Decision } from './holds/decide.ts';
import type { Origin, PartId } from './origin.ts';
import type { Policy } from './policy.ts';

/** The live Applications of the set's namespace, as far as a plan asks for them. */
export interface LiveApplications {
  byName(name: string): Application | undefined;
  /** those whose controller reference is an ApplicationSet of this name, with exactly our apiVersion and kind */
  controlledBy(setName: string): readonly Application[];
}

export interface PlanSettings {
  readonly compat: boolean;
  readonly policy: Policy;
  readonly adopt: AdoptMode;
  readonly preservedLabels: readonly string[];
  readonly preservedAnnotations: readonly string[];
}

export interface PlanInput {
  readonly set: ApplicationSet;
  readonly evaluation: Evaluation;
  readonly live: LiveApplications;
  readonly settings: PlanSettings;
  /** origins remembered from the last complete evaluation, by Application name; annotations fill the gaps */
  readonly origins: ReadonlyMap<string, Origin>;
  /** what earlier runs found equal; without it everything is compared */
  readonly compared?: ComparedApplications;
  /** sets that hand over to this one */
  readonly handOvers?: HandOvers;
  /** the cluster Secrets are known to be none, though the set asks for clusters */
  readonly noClusters: boolean;
  /** wall time, ms */
  readonly now: number;
}

export interface Planned {
  readonly name: string;
  readonly parts: readonly PartId[];
}
export interface PlannedCreate extends Planned {
  readonly application: Application;
}
export interface PlannedUpdate extends Planned {
  readonly live: Application;
  readonly desired: Application;
  /** merge patch without preconditions */
  readonly patch: JsonObject;
  readonly changes: readonly FieldChange[];
  /** changed: as generated; adopted: taken over; repaired: the owner's uid; released: our owner reference goes */
  readonly why: 'changed' | 'adopted' | 'repaired' | 'released';
  /** name of the set it is taken over from */
  readonly from?: string;
}
export interface PlannedDelete {
  readonly name: string;
  readonly live: Application;
  readonly origin: Origin | undefined;
  /** the resources finalizer goes first: workloads stay */
  readonly leavesWorkloads?: true;
}
export interface Kept {
  readonly name: string;
  readonly live: Application;
  readonly origin: Origin | undefined;
  readonly outcome: 'abandoned' | 'kept' | 'held';
  readonly reason: string;
  readonly message: string;
}
export interface Blocked extends Planned {
  readonly reason: 'Conflict' | 'Terminating' | 'StuckTerminating' | 'Invalid' | 'Held';
  readonly error: AppsetError;
}

export interface Plan {
  readonly set: string;
  readonly create: readonly PlannedCreate[];
  readonly update: readonly PlannedUpdate[];
  readonly delete: readonly PlannedDelete[];
  readonly keep: readonly Kept[];
  readonly blocked: readonly Blocked[];
  /** names of generated Applications that are as they should be */
  readonly unchanged: readonly string[];
  /** part 2: what is held, why, and what would release it; undefined in compat mode */
  readonly holds?: Decision;
  /** the whole set is left alone, and why */
  readonly stopped?: AppsetError;
  /** sha256 over what the plan rests on and decides */
  readonly digest: string;
}

/** What planning one generated Application comes to. */
export type Step =
  | { readonly is: 'create'; readonly create: PlannedCreate }
  | { readonly is: 'update'; readonly update: PlannedUpdate }
  | { readonly is: 'blocked'; readonly blocked: Blocked }
  | { readonly is: 'unchanged' };
