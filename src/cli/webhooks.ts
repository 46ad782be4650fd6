/**
 * `appset webhooks`: the last webhook calls an operator was sent, what it made of each and which sets
 * they reached, from its metrics address. Bounded in time and size; what a sender wrote is shown without
 * control characters.
 */
import { type Command, Option } from 'commander';
import { fetch } from 'undici';
import { DELIVERIES_PATH } from '../controller/serving.ts';
import type { Delivery } from '../server/index.ts';
import { AppsetError, messageOf } from '../support/errors.ts';
import { isJsonObject } from '../support/json.ts';
import { LIMITS } from '../support/limits.ts';
import { EXIT } from './exit.ts';
import { oneOf, wholeNumber } from './options.ts';
import { printable, stdoutStyle, table } from './terminal.ts';

const FORMATS = ['table', 'wide', 'json'] as const;
const DEFAULT_OPERATOR = 'http://127.0.0.1:8080';

interface Options {
  readonly operator: string;
  readonly output: (typeof FORMATS)[number];
  readonly limit: number;
}

export function define(command: Command, finish: (code: number) => void): void {
  command
    .addOption(
      new Option('--operator <url>', "the operator's metrics address").default(
        DEFAULT_OPERATOR,
        DEFAULT_OPERATOR,
      ),
    )
    .option(
      '--limit <number>',
      'calls shown at most',
      wholeNumber('--limit', 1, LIMITS.webhookDeliveries),
      20,
    )
    .option('-o, --output <format>', `one of ${FORMATS.join(', ')}`, oneOf('--output', FORMATS), 'table')
    .addHelpText(
      'after',
      `
Newest first. REACHED are the sets that were looked at again for the call, PASSED those of its
repository that it does not concern; wide names them and tells why.`,
    )
    .action(async (options: Options) => {
      const deliveries = (await ask(options.operator)).slice(0, options.limit);
      process.stdout.write(print(deliveries, options.output));
      if (deliveries.length === 0 && options.output !== 'json')
        process.stderr.write('no webhook calls since the operator was started\n');
      finish(EXIT.ok);
    });
}

async function ask(operator: string): Promise<readonly Delivery[]> {
  if (!URL.canParse(operator) || !/^https?:$/.test(new URL(operator).protocol))
    throw new AppsetError('APPSET_E0801', `--operator ${operator}: write it as http://HOST:PORT`);
  const url = `${operator.replace(/\/+$/, '')}${DELIVERIES_PATH}`;
  const fail = (why: string, cause?: unknown) =>
    new AppsetError('APPSET_E0806', `the operator at ${operator} could not be asked: ${why}`, { cause });
  let body: unknown;
  try {
    const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(LIMITS.httpRequestMs) });
    if (!answer.ok) throw fail(`it answered ${answer.status} for ${DELIVERIES_PATH}`);
    body = await answer.json();
  } catch (error) {
    if (error instanceof AppsetError) throw error;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw fail(messageOf(cause), error);
  }
  const deliveries = isJsonObject(body) ? body['deliveries'] : undefined;
  if (!Array.isArray(deliveries)) throw fail('its answer holds no deliveries');
  return deliveries as unknown as readonly Delivery[];
}

function print(deliveries: readonly Delivery[], output: Options['output']): string {
  if (output === 'json') return `${JSON.stringify({ deliveries }, null, 2)}\n`;
  if (deliveries.length === 0) return '';
  const wide = output === 'wide';
  const rows = deliveries.flatMap((delivery) => {
    const { receivedAt, id, provider, event, verdict, reason, about, reached, passed, more } = delivery;
    const what = about.length === 0 ? reason : about.join('; ');
    const row = [receivedAt, id || '-', provider, event, verdict, count(reached, more), count(passed), what];
    if (!wide) return [row.map(printable)];
    const named = [...(reached ?? []), ...(passed ?? [])].map(({ set, why }, index) => {
      const mark = index < (reached?.length ?? 0) ? 'reached' : 'passed';
      return ['', '', '', '', mark, '', '', `${set}: ${why}`];
    });
    return [row, ...named].map((cells) => cells.map(printable));
  });
  const header = ['RECEIVED', 'DELIVERY', 'PROVIDER', 'EVENT', 'VERDICT', 'REACHED', 'PASSED', 'ABOUT'];
  return table(header, rows, wide ? { ...stdoutStyle(), width: undefined } : stdoutStyle());
}

/** `-` while a call has not been matched, or there was nothing to match. */
function count(sets: readonly unknown[] | undefined, more = 0): string {
  return sets === undefined ? '-' : `${sets.length}${more > 0 ? '+' : ''}`;
}
