/**
 * Rows become Applications. A row that fails takes no other with it; it is listed with its parts and,
 * where it could be told, its name. Long sets give the event loop a turn now and then. In normal mode a
 * row whose name or destination is unusable fails too.
 */

import type { ApplicationSet, ApplicationTemplate } from '../api/objects.ts';
import type { EntryResult, Row } from '../generators/contract.ts';
import type { Clock } from '../support/clock.ts';
import { asAppsetError } from '../support/errors.ts';
import { Turns } from '../support/turns.ts';
import type { RenderContext } from '../templating/contract.ts';
import { CompiledApplication } from './application-template.ts';
import type { FailedRow } from './contract.ts';
import { renderedNameProblem } from './rendered-name.ts';
import { elementOf, type RenderedRow } from './validate.ts';

export interface RenderSettings {
  readonly compat: boolean;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

export interface RenderOutcome {
  /** in order of generation */
  readonly rows: readonly RenderedRow[];
  /** in order of generation */
  readonly failed: readonly FailedRow[];
}

/**
 * The Applications of the entries' rows.
 *
 * @param templateOf the decoded template of an entry; where it throws, every row of the entry fails
 */
export async function renderEntries(
  set: ApplicationSet,
  entries: readonly EntryResult[],
  templateOf: (entry: EntryResult) => ApplicationTemplate,
  context: RenderContext,
  settings: RenderSettings,
): Promise<RenderOutcome> {
  const rows: RenderedRow[] = [];
  const failed: FailedRow[] = [];
  const turns = new Turns(settings.clock);
  for (const [index, entry] of entries.entries()) {
    let compiled: CompiledApplication | undefined;
    let broken: unknown;
    try {
      if (entry.generated.rows.length > 0) compiled = new CompiledApplication(set, templateOf(entry));
    } catch (error) {
      broken = error;
    }
    for (const row of entry.generated.rows) {
      if (turns.due) {
        await turns.take();
        settings.signal?.throwIfAborted();
      }
      const result =
        compiled === undefined
          ? failedRow(broken, row, index, entry)
          : renderRow(compiled, row, index, entry, context, settings.compat);
      if ('rendered' in result) rows.push(result);
      else failed.push(result);
    }
  }
  return { rows, failed };
}

function failedRow(error: unknown, row: Row, index: number, entry: EntryResult, name?: string): FailedRow {
  return {
    entry: index,
    parts: row.parts,
    ...(name === undefined || name === '' ? {} : { applicationName: name }),
    error: asAppsetError(error).at({
      generator: `generators[${entry.index}].${entry.generator}`,
      element: elementOf(row.parts),
    }),
  };
}

function renderRow(
  compiled: CompiledApplication,
  row: Row,
  index: number,
  entry: EntryResult,
  context: RenderContext,
  compat: boolean,
): RenderedRow | FailedRow {
  context.budget?.nextElement();
  try {
    const application = compiled.render(row.params, context);
    const problem = compat ? undefined : renderedNameProblem(application, compiled.template, row.params);
    if (problem !== undefined) return failedRow(problem, row, index, entry, application.metadata.name);
    return {
      rendered: { application, entry: index, parts: row.parts, stale: row.stale === true },
      params: row.params,
    };
  } catch (error) {
    context.budget?.nextElement();
    return failedRow(error, row, index, entry, compiled.renderName(row.params, context));
  }
}
