/** A plan as text for a terminal, as JSON for programs, as Markdown for a pull request, as a page. */
import { OWN } from '../../api/names.ts';
import type { AppsetError } from '../../support/errors.ts';
import { describeError } from '../report-error.ts';
import { colours, count, printable, type Style } from '../terminal.ts';
import {
  expectation,
  failuresOf,
  heldDigest,
  heldNames,
  keyOfSet,
  linesOf,
  type Planned,
  summary,
} from './planned.ts';

export function asText(planned: Planned, unchanged: boolean, style: Style): string {
  const { set, preview, error, file } = planned;
  const paint = colours(style);
  const title = `${paint.bold(set.metadata.name)}  (${set.metadata.namespace})${file === undefined ? '' : `  as in ${file}`}`;
  if (preview === undefined) return `${title}\n${error === undefined ? '' : describeError(error, style)}`;
  const { plan } = preview;
  const lines = linesOf(preview, unchanged);
  const width = Math.max(0, ...lines.map(({ name }) => name.length));
  const verbs = Math.max(0, ...lines.map(({ verb }) => verb.length));
  const paints = {
    '+': paint.green,
    '~': paint.yellow,
    '-': paint.red,
    '!': paint.red,
    '=': (text: string) => text,
    ' ': (text: string) => text,
  };
  const body = lines.map(({ mark, name, verb, why }) =>
    paints[mark](
      `  ${mark} ${name.padEnd(width)}   ${verb.padEnd(verbs)}   ${printable(why).split('\n')[0]}`.trimEnd(),
    ),
  );
  if (!unchanged && plan.unchanged.length > 0) body.push(`  = ${plan.unchanged.length} unchanged`);
  if (body.length === 0) body.push('  nothing');
  return `${title}  ${summary(plan)}\n${body.join('\n')}\n${footer(planned)}`;
}

/** Both ways out of what is held. */
function footer(planned: Planned): string {
  const { set, preview } = planned;
  const held = preview === undefined ? [] : heldNames(preview.plan);
  const expected = expectation(planned);
  const lines: string[] = [];
  const name = `${set.metadata.name} -n ${set.metadata.namespace}`;
  if (held.length > 0) {
    const digest = heldDigest(set);
    const release =
      digest === undefined || planned.file !== undefined
        ? ''
        : `   Release: appset approve ${name} --plan ${digest.slice(0, 7)}`;
    lines.push(
      `Held: ${count(held.length, 'deletion')}.   Look: appset explain ${name} ${held[0]}${release}`,
    );
  }
  if (expected !== undefined)
    lines.push(`To let these deletions go, commit with the change: ${OWN.expectDeletions}: ${expected}`);
  return lines.map((line) => `${line}\n`).join('');
}

export function asJson(all: readonly Planned[]): object {
  const text = ({ code, message }: AppsetError) => ({ code, message });
  return {
    apiVersion: 'appset-operator.io/v1',
    kind: 'PlanList',
    plans: all.map((planned) => {
      const { set, preview, error, file } = planned;
      const head = { set: keyOfSet(set), ...(file === undefined ? {} : { file }) };
      if (preview === undefined) return { ...head, errors: error === undefined ? [] : [text(error)] };
      const { plan } = preview;
      return {
        ...head,
        digest: plan.digest,
        heldDigest: heldDigest(set) ?? null,
        expectDeletions: expectation(planned) ?? null,
        create: plan.create.map(({ name, application }) => ({ name, application })),
        update: plan.update.map(({ name, why, changes, patch }) => ({ name, why, changes, patch })),
        delete: plan.delete.map(({ name }) => ({ name })),
        keep: plan.keep.map(({ name, outcome, reason, message }) => ({ name, outcome, reason, message })),
        blocked: plan.blocked.map(({ name, reason, error: why }) => ({ name, reason, message: why.message })),
        unchanged: plan.unchanged,
        errors: failuresOf(preview).map(text),
      };
    }),
  };
}

const cell = (text: string) => printable(text).replaceAll('|', '\\|').replaceAll('\n', ' ');

/** For a comment on a pull request. */
export function asMarkdown(all: readonly Planned[]): string {
  const parts = all.map((planned) => {
    const { set, preview, error } = planned;
    if (preview === undefined)
      return `### ${keyOfSet(set)}\n\n${error === undefined ? '' : `\`${error.code}\` ${cell(error.message)}\n`}`;
    const lines = linesOf(preview, false);
    const table =
      lines.length === 0
        ? ''
        : `| | Application | | |\n|---|---|---|---|\n${lines.map(({ mark, name, verb, why }) => `| \`${mark}\` | ${cell(name)} | ${verb} | ${cell(why)} |`).join('\n')}\n`;
    const failures = failuresOf(preview).map(({ code, message }) => `- \`${code}\` ${cell(message)}`);
    const expected = expectation(planned);
    const notes = [
      preview.plan.unchanged.length > 0 ? `${preview.plan.unchanged.length} unchanged.` : '',
      expected === undefined
        ? ''
        : `To let the deletions go, commit with the change: \`${OWN.expectDeletions}: ${expected}\``,
    ].filter((note) => note !== '');
    return [`### ${keyOfSet(set)}: ${summary(preview.plan)}`, table, failures.join('\n'), notes.join(' ')]
      .filter((part) => part !== '')
      .join('\n\n');
  });
  return `${parts.join('\n\n')}\n`;
}

/** A page that stands by itself. */
export async function asHtml(all: readonly Planned[], version: string): Promise<string> {
  const { page } = await import('../html/page.ts');
  return page('plan', {
    title: 'Plan',
    version,
    sets: all.map((planned) => {
      const { set, preview, error, file } = planned;
      return {
        name: keyOfSet(set),
        file,
        summary: preview === undefined ? 'could not be planned' : summary(preview.plan),
        lines:
          preview === undefined
            ? []
            : linesOf(preview, true).map((line) => ({ ...line, kind: KINDS[line.mark] })),
        errors:
          preview === undefined
            ? [error?.message]
            : failuresOf(preview).map(({ code, message }) => `${code} ${message}`),
        expected: expectation(planned),
        annotation: OWN.expectDeletions,
      };
    }),
  });
}

const KINDS = {
  '+': 'create',
  '~': 'update',
  '-': 'delete',
  '=': 'keep',
  '!': 'blocked',
  ' ': 'update',
} as const;
