/** A plan as text for a terminal, as JSON for programs, as Markdown for a pull request, as a page. */
import { OWN } from '../../api/names.ts';
import { heldSummary } from '../../planning/holds/index.ts';
import type { AppsetError } from '../../support/errors.ts';
import { LIMITS } from '../../support/limits.ts';
import { describeError } from '../report-error.ts';
import { type Colours, colours, count, printable, type Style } from '../terminal.ts';
import {
  advisedExpectation,
  expectation,
  failuresOf,
  headline,
  heldDigest,
  heldNames,
  heldWrites,
  isQuiet,
  keyOfSet,
  linesOf,
  losesWorkloads,
  type PlanLine,
  type Planned,
  removedLines,
  removedSummary,
  waysOut,
} from './planned.ts';
import type { RemovedSet } from './removed.ts';

/** All that a plan shows. */
export interface Shown {
  readonly planned: readonly Planned[];
  readonly removed: readonly RemovedSet[];
}

export function asText({ planned, removed }: Shown, unchanged: boolean, style: Style): string {
  const sets = [
    ...planned.map((one) => setText(one, unchanged, style)),
    ...removed.map((one) => removedText(one, style)),
  ];
  return sets.join('\n');
}

function setText(planned: Planned, unchanged: boolean, style: Style): string {
  const { set, preview, error, file, handsOver } = planned;
  const paint = colours(style);
  const title = `${paint.bold(set.metadata.name)}  (${set.metadata.namespace})${file === undefined ? '' : `  as in ${file}`}`;
  if (preview === undefined) return `${title}\n${error === undefined ? '' : describeError(error, style)}`;
  const { plan } = preview;
  const body = textLines(linesOf(preview, unchanged, handsOver), paint);
  if (!unchanged && plan.unchanged.length > 0) body.push(`  = ${plan.unchanged.length} unchanged`);
  if (body.length === 0 && failuresOf(preview).length === 0) body.push('  nothing');
  return `${title}  ${headline(planned)}\n${body.map((line) => `${line}\n`).join('')}${footer(planned)}`;
}

function removedText(removed: RemovedSet, style: Style): string {
  const { name, namespace } = removed.set.metadata;
  const paint = colours(style);
  const lines = [
    `${paint.bold(name)}  (${namespace})  ${removedSummary(removed)}`,
    ...textLines(removedLines(removed), paint),
    ...removed.notes.map((note) => `${note}`),
  ];
  return `${lines.join('\n')}\n`;
}

function textLines(lines: readonly PlanLine[], paint: Colours): string[] {
  const width = lines.reduce((most, { name }) => Math.max(most, name.length), 0);
  const verbs = lines.reduce((most, { verb }) => Math.max(most, verb.length), 0);
  const plain = (text: string) => text;
  const paints = {
    '+': paint.green,
    '~': paint.yellow,
    '>': paint.yellow,
    '-': paint.red,
    '!': paint.red,
    '=': plain,
    ' ': plain,
  };
  return lines.map(({ mark, name, verb, why }) =>
    paints[mark](
      `  ${mark} ${name.padEnd(width)}   ${verb.padEnd(verbs)}   ${printable(why).split('\n')[0]}`.trimEnd(),
    ),
  );
}

/** All ways out of what is held. */
function footer(planned: Planned): string {
  const { set, preview, file } = planned;
  const holds = preview?.plan.holds;
  if (preview === undefined || holds === undefined) return '';
  const expected = advisedExpectation(planned);
  const lines: string[] = [];
  const [first] = [...heldNames(preview.plan), ...heldWrites(preview.plan)];
  const name = `${set.metadata.name} -n ${set.metadata.namespace}`;
  if (first !== undefined) {
    const digest = heldDigest(set);
    const release =
      digest === undefined || file !== undefined
        ? ''
        : `   Release: appset approve ${name} --plan ${digest.slice(0, 7)}`;
    const look = file === undefined ? `   Look: appset explain ${name} ${first}` : '';
    const what = heldSummary(holds).replace(/ held$/, '');
    lines.push(`Held: ${what}.${look}${release}`);
  }
  const ways = waysOut(preview.plan);
  if (ways.length > 0) lines.push(`Ways out: ${ways.join('; or ')}`);
  if (expected !== undefined)
    lines.push(`To let these deletions go, commit with the change: ${OWN.expectDeletions}: ${expected}`);
  return lines.map((line) => `${line}\n`).join('');
}

export function asJson({ planned: all, removed }: Shown): object {
  const text = ({ code, message }: AppsetError) => ({ code, message });
  return {
    apiVersion: 'appset-operator.io/v1',
    kind: 'PlanList',
    plans: all.map((planned) => {
      const { set, preview, error, file, handsOver } = planned;
      const head = { set: keyOfSet(set), ...(file === undefined ? {} : { file }) };
      if (preview === undefined) return { ...head, errors: error === undefined ? [] : [text(error)] };
      const { plan } = preview;
      return {
        ...head,
        digest: plan.digest,
        heldDigest: heldDigest(set) ?? null,
        expectDeletions: expectation(planned) ?? null,
        create: plan.create.map(({ name, application }) => ({ name, application })),
        update: plan.update.map(({ name, why, from, changes, patch }) => ({
          name,
          why,
          ...(from === undefined ? {} : { from }),
          changes,
          patch,
        })),
        handOver: handsOver ?? [],
        delete: plan.delete.map((one) => ({
          name: one.name,
          workloads: losesWorkloads(one, preview) ? 'delete' : 'keep',
        })),
        keep: plan.keep.map(({ name, outcome, reason, message }) => ({ name, outcome, reason, message })),
        blocked: plan.blocked.map(({ name, reason, error: why }) => ({ name, reason, message: why.message })),
        unchanged: plan.unchanged,
        waysOut: waysOut(plan),
        errors: failuresOf(preview).map(text),
      };
    }),
    removed: removed.map(({ set, applications, notes, stays }) => ({
      set: keyOfSet(set),
      stays: stays ?? null,
      applications: applications.map(({ name, outcome, workloads, to, why }) => ({
        name,
        outcome,
        workloads,
        ...(to === undefined ? {} : { to }),
        message: why,
      })),
      notes,
    })),
  };
}

const cell = (text: string) => printable(text).replaceAll('|', '\\|').replaceAll('\n', ' ');

/** For a comment on a pull request: sets without changes in one line, and tables only as long as a comment may be. */
export function asMarkdown({ planned, removed }: Shown): string {
  const room = { left: LIMITS.markdownTables };
  const quiet = planned.filter(isQuiet);
  const parts = [
    ...planned.filter((one) => !isQuiet(one)).map((one) => setMarkdown(one, room)),
    ...removed.map((one) => removedMarkdown(one, room)),
    quiet.length === 0 ? '' : `No changes: ${quiet.map(({ set }) => keyOfSet(set)).join(', ')}.`,
  ];
  return `${paragraphs(parts)}\n`;
}

/** Characters of tables that may still be written. */
interface Room {
  left: number;
}

function setMarkdown(planned: Planned, room: Room): string {
  const { set, preview, error, handsOver } = planned;
  const title = `### ${keyOfSet(set)}: ${headline(planned)}`;
  if (preview === undefined)
    return paragraphs([title, error === undefined ? '' : `\`${error.code}\` ${cell(error.message)}`]);
  const { plan } = preview;
  const failures = failuresOf(preview).map(({ code, message }) => `- \`${code}\` ${cell(message)}`);
  const expected = advisedExpectation(planned);
  return paragraphs([
    title,
    markdownLines(linesOf(preview, false, handsOver), room),
    failures.join('\n'),
    plan.unchanged.length > 0 ? `${plan.unchanged.length} unchanged.` : '',
    ...waysOut(plan).map((way) => `To let go what is held: ${cell(way)}.`),
    expected === undefined
      ? ''
      : `To let the deletions go, commit with the change: \`${OWN.expectDeletions}: ${expected}\``,
  ]);
}

const removedMarkdown = (removed: RemovedSet, room: Room): string =>
  paragraphs([
    `### ${keyOfSet(removed.set)}: ${removedSummary(removed)}`,
    markdownLines(removedLines(removed), room),
    ...removed.notes.map(cell),
  ]);

const paragraphs = (parts: readonly string[]): string => parts.filter((part) => part !== '').join('\n\n');

function markdownLines(lines: readonly PlanLine[], room: Room): string {
  if (lines.length === 0) return '';
  const rows = lines.map(
    ({ mark, name, verb, why }) => `| \`${mark}\` | ${cell(name)} | ${verb} | ${cell(why)} |`,
  );
  const fitting = rows.filter((row) => {
    room.left -= row.length + 1;
    return room.left >= 0;
  });
  const more = rows.length - fitting.length;
  const table = `| | Application | | |\n|---|---|---|---|\n${fitting.join('\n')}`;
  const rest = more === 0 ? '' : `${count(more, 'line')} more: appset plan without -o markdown shows all.`;
  return paragraphs([fitting.length === 0 ? '' : table, rest]);
}

/** A page that stands by itself. */
export async function asHtml({ planned, removed }: Shown, version: string): Promise<string> {
  const { page } = await import('../html/page.ts');
  const rows = (lines: readonly PlanLine[]) => lines.map((line) => ({ ...line, kind: KINDS[line.mark] }));
  return page('plan', {
    title: 'Plan',
    version,
    sets: [
      ...planned.map((one) => {
        const { set, preview, error, file, handsOver } = one;
        return {
          name: keyOfSet(set),
          file,
          summary: headline(one),
          lines: preview === undefined ? [] : rows(linesOf(preview, false, handsOver)),
          unchangedCount: preview?.plan.unchanged.length,
          unchanged: preview?.plan.unchanged.join(', '),
          errors:
            preview === undefined
              ? [error?.message]
              : failuresOf(preview).map(({ code, message }) => `${code} ${message}`),
          notes:
            preview === undefined
              ? []
              : waysOut(preview.plan).map((way) => `To let go what is held: ${way}.`),
          expected: advisedExpectation(one),
          annotation: OWN.expectDeletions,
        };
      }),
      ...removed.map((one) => ({
        name: keyOfSet(one.set),
        summary: removedSummary(one),
        lines: rows(removedLines(one)),
        notes: one.notes,
      })),
    ],
  });
}

const KINDS = {
  '+': 'create',
  '~': 'update',
  '>': 'update',
  '-': 'delete',
  '=': 'keep',
  '!': 'blocked',
  ' ': 'update',
} as const;
