/**
 * What planning works on: the Applications a set renders to, what is wrong with each, and the Plan.
 * Everything here is a value; nothing reads a cluster, a clock or a network.
 */
import type { Application, ApplicationSet } from '../api/objects.ts';
import type { Part, SetGeneration } from '../generators/contract.ts';
import type { AppsetError } from '../support/errors.ts';

/** One Application as generated, before the write-time normalisation. */
export interface RenderedApplication {
  readonly application: Application;
  /** index into `SetGeneration.entries` */
  readonly entry: number;
  readonly parts: readonly Part[];
  /** made from last known good facts: may be created or updated, never a reason to delete */
  readonly stale: boolean;
}

/** A row whose template, patch or name failed; the rest of the set is not touched by it. */
export interface FailedRow {
  readonly entry: number;
  readonly parts: readonly Part[];
  /** the name, where it could be rendered */
  readonly applicationName?: string;
  readonly error: AppsetError;
}

/** A set evaluated: generated, rendered and validated. */
export interface Evaluation {
  readonly set: ApplicationSet;
  readonly generation: SetGeneration;
  /** in order of generation, invalid ones included */
  readonly rendered: readonly RenderedApplication[];
  readonly failedRows: readonly FailedRow[];
  /** namespace/name → what is wrong with it (spec generators §7.3); such Applications are withheld, and kept where they exist */
  readonly invalid: ReadonlyMap<string, AppsetError>;
  /**
   * first error of generation or rendering in order of processing, as the reference reports it, with
   * the condition reason it carries; undefined when all went well
   */
  readonly firstError?: {
    readonly reason: 'ApplicationGenerationFromParamsError' | 'RenderTemplateParamsError';
    readonly error: AppsetError;
  };
  /** a fact validation needs could not be read: its checks were left out, and in compat mode all of them */
  readonly validationUnknown?: AppsetError;
  /** what a reader should know and what fails nothing: unknown fields of the template, a project that comes out of data */
  readonly notices: readonly AppsetError[];
}
