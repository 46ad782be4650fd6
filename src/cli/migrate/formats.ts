/** What taking over would come to, as text for people and as JSON for programs. */
import type { AppsetError } from '../../support/errors.ts';
import { linesOf, type PlanLine, summary } from '../plan/planned.ts';
import { describeNote } from '../report-error.ts';
import { colours, count, printable, type Style } from '../terminal.ts';
import type { CheckedSet, TheirAct, Verdict } from './checked.ts';
import type { TheirSetting } from './their-settings.ts';

export interface Checked {
  /** `the cluster`, or the file of the dump */
  readonly from: string;
  readonly controlPlane: string;
  /** how the reference's controller shows that it is alive; undefined when it does not */
  readonly alive: string | undefined;
  readonly settings: readonly TheirSetting[];
  /** what could not be looked at */
  readonly remarks: readonly string[];
  readonly sets: readonly CheckedSet[];
  readonly missing: readonly string[];
}

const THEM = "Argo CD's controller";

const THEIRS: Readonly<Record<TheirAct, string>> = {
  same: `${THEM} would do the same`,
  leaves: `${THEM} would leave it`,
  creates: `${THEM} would create it`,
  updates: `${THEM} would update it otherwise`,
  deletes: `${THEM} would delete it`,
  refuses: `${THEM} would fail on it`,
  stops: `${THEM} does nothing while the set fails`,
};

const VERDICTS: Readonly<
  Record<Verdict, { readonly mark: string; readonly text: (set: CheckedSet) => string }>
> = {
  nothing: { mark: '=', text: ({ preview }) => `nothing would change (${applications(preview)})` },
  changes: { mark: '~', text: ({ preview }) => (preview === undefined ? '' : summary(preview.plan)) },
  held: { mark: '-', text: ({ preview }) => (preview === undefined ? '' : summary(preview.plan)) },
  failed: {
    mark: '!',
    text: ({ preview }) => `fails: ${preview === undefined ? '' : summary(preview.plan)}`,
  },
  unreadable: { mark: '!', text: () => 'cannot be told: a source could not be read' },
  unsupported: { mark: '!', text: () => 'is not supported: it would be left as it is' },
  outside: { mark: '?', text: ({ set }) => `namespace ${set.metadata.namespace} is not looked at` },
  deleting: { mark: '=', text: () => 'is being deleted' },
};

const applications = (preview: CheckedSet['preview']): string =>
  count(preview?.plan.unchanged.length ?? 0, 'Application');

export function asText(checked: Checked, style: Style): string {
  const width = Math.max(0, ...checked.sets.map(({ key }) => key.length));
  const sets = checked.sets.map((set) => setText(set, width, style));
  const parts = [head(checked, style), sets.join(''), total(checked)];
  return parts.filter((part) => part !== '').join('\n');
}

function head({ from, controlPlane, alive, settings, remarks }: Checked, style: Style): string {
  const paint = colours(style);
  const shown = settings.filter(({ fate }) => fate !== 'unneeded');
  const lines = [
    paint.bold(`${from}, Argo CD in namespace ${controlPlane}`),
    alive === undefined
      ? `  = ${THEM} is not running.`
      : `  ${paint.yellow('!')} ${THEM} is running (${alive}): while it is, this operator writes nothing.`,
    ...shown.map(({ fate, name, value, from: where, text }) => {
      const line = oneLine(`${name}: ${value} (${where}): ${text}`);
      return fate === 'read' ? `  = ${line}` : `  ${paint.yellow('!')} ${line}`;
    }),
    ...remarks.map((remark) => `  ${paint.yellow('?')} ${oneLine(remark)}`),
  ];
  return `${lines.join('\n')}\n`;
}

function setText(checked: CheckedSet, width: number, style: Style): string {
  const paint = colours(style);
  const { mark, text } = VERDICTS[checked.verdict];
  const lines = [`${mark} ${paint.bold(checked.key.padEnd(width))}   ${text(checked)}`];
  if (checked.theyStopAt !== undefined)
    lines.push(`    ${THEM} stops at: ${oneLine(checked.theyStopAt.message)}`);
  lines.push(...planLines(checked).map((line) => `    ${line}`));
  for (const { reason, message, wayOut } of checked.preview?.plan.holds?.holds ?? [])
    lines.push(`    ${reason}: ${oneLine(message)}${wayOut === '' ? '' : ` Way out: ${wayOut}`}`);
  for (const error of checked.errors) lines.push(`    ${error.code} ${oneLine(error.message)}`);
  for (const note of checked.notes) lines.push(`    ${describeNote(note, style).split('\n')[0]}`);
  return `${lines.join('\n')}\n`;
}

function planLines(checked: CheckedSet): readonly string[] {
  const lines = checked.preview === undefined ? [] : linesOf(checked.preview, false);
  const rows: readonly PlanLine[] = [
    ...lines,
    ...checked.onlyTheirs.map((name) => ({ mark: '=' as const, name, verb: 'unchanged', why: '' })),
  ];
  const names = Math.max(0, ...rows.map(({ name }) => name.length));
  const verbs = Math.max(0, ...rows.map(({ verb }) => verb.length));
  return rows.map(({ mark, name, verb, why }) => {
    const act = checked.theirs.get(name);
    const theirs = act === undefined ? '' : `   (${THEIRS[act]})`;
    return `${mark} ${name.padEnd(names)}   ${verb.padEnd(verbs)}   ${oneLine(why)}${theirs}`.trimEnd();
  });
}

const oneLine = (text: string): string => printable(text.split('\n')[0] ?? '');

function total({ sets, missing }: Checked): string {
  const counted = (Object.keys(TOTALS) as Verdict[]).flatMap((verdict) => {
    const number = sets.filter((set) => set.verdict === verdict).length;
    return number === 0 ? [] : [`${number} ${TOTALS[verdict]}`];
  });
  if (sets.length === 0) return missing.length > 0 ? '' : 'There are no ApplicationSets.\n';
  return `${count(sets.length, 'set')}: ${counted.join(', ')}.
Beside Applications, each set gets annotation appset-operator.io/state, and conditions where they differ.
`;
}

const TOTALS: Readonly<Record<Verdict, string>> = {
  nothing: 'without a change',
  changes: 'with changes',
  held: 'with something held',
  failed: 'failing',
  unreadable: 'not to be told',
  unsupported: 'not supported',
  outside: 'not looked at',
  deleting: 'being deleted',
};

export function asJson(checked: Checked): object {
  const text = ({ code, message }: AppsetError) => ({ code, message });
  const { from, controlPlane, alive, settings, remarks, sets } = checked;
  return {
    apiVersion: 'appset-operator.io/v1',
    kind: 'MigrationCheck',
    from,
    controlPlane,
    otherController: alive ?? null,
    settings,
    remarks,
    sets: sets.map((set) => {
      const { key, verdict, preview, theirs, onlyTheirs, theyStopAt, errors, notes } = set;
      const reference = (name: string) => theirs.get(name) ?? 'leaves';
      const plan = preview?.plan;
      return {
        set: key,
        verdict,
        create:
          plan?.create.map(({ name, application }) => ({ name, application, reference: reference(name) })) ??
          [],
        update:
          plan?.update.map(({ name, why, changes, patch }) => ({
            name,
            why,
            changes,
            patch,
            reference: reference(name),
          })) ?? [],
        delete: plan?.delete.map(({ name }) => ({ name, reference: reference(name) })) ?? [],
        keep:
          plan?.keep.map(({ name, outcome, reason, message }) => ({
            name,
            outcome,
            reason,
            message,
            reference: reference(name),
          })) ?? [],
        blocked:
          plan?.blocked.map(({ name, reason, error }) => ({
            name,
            reason,
            message: error.message,
            reference: reference(name),
          })) ?? [],
        unchanged: plan?.unchanged ?? [],
        onlyReference: onlyTheirs.map((name) => ({ name, reference: reference(name) })),
        holds: plan?.holds?.holds.map(({ reason, message, wayOut }) => ({ reason, message, wayOut })) ?? [],
        referenceStopsAt: theyStopAt === undefined ? null : text(theyStopAt),
        errors: errors.map(text),
        notes: notes.map(text),
      };
    }),
  };
}
