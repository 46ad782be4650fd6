/** Notifications, posted to a real HTTP server: what is told, once, and what happens when it cannot be. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../src/controller/log.ts';
import { type Notification, Notifier, Outbox } from '../../../src/controller/notifications/index.ts';
import { systemClock } from '../../../src/support/clock.ts';
import { LIMITS } from '../../../src/support/limits.ts';
import { seededRandom } from '../../../src/support/random.ts';
import { until } from '../../harness/until.ts';
import { directories, list, Operator, shops } from './operator.ts';

interface Call {
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
}

const folder = mkdtempSync(join(tmpdir(), 'appset-notify-'));
const urlFile = join(folder, 'url');
const calls: Call[] = [];
/** statuses to answer with, then 200; 0: no answer at all */
let answers: number[] = [];
let server: Server;
let results: string[];
let lines: string[];
let outbox: Outbox;

const log = {
  ...silentLog,
  info: (fields: object, message: string) => lines.push(JSON.stringify({ ...fields, message })),
  warn: (fields: object, message: string) => lines.push(JSON.stringify({ ...fields, message })),
};
/** Waits between tries pass at once; their lengths are noted. */
let waits: number[] = [];
const clock = {
  ...systemClock,
  sleep: async (ms: number, signal?: AbortSignal) => {
    waits.push(ms);
    signal?.throwIfAborted();
  },
  after: (ms: number, task: () => void) =>
    systemClock.after(ms === LIMITS.notificationTimeoutMs ? 200 : ms, task),
};

function open(format: 'slack' | 'plain' = 'plain'): Outbox {
  return new Outbox({
    urlFile,
    format,
    clock,
    random: seededRandom(1),
    log,
    onResult: (result) => results.push(result),
  });
}

const note = (message: string, set = 'argocd/shops'): Notification => ({
  event: 'SourceFailed',
  set,
  time: '2026-01-02T03:04:05Z',
  message,
});

beforeEach(async () => {
  [calls.length, answers, waits, results, lines] = [0, [], [], [], []];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      calls.push({ body: Buffer.concat(chunks).toString(), headers: request.headers });
      const status = answers.shift() ?? 200;
      if (status > 0) response.writeHead(status, { 'retry-after': '7' }).end('secret of the answer');
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  writeFileSync(urlFile, `http://127.0.0.1:${port}/services/T0/B0/topsecret\n`);
  outbox = open();
});

afterEach(async () => {
  await outbox.close();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

const ended = (count: number) =>
  until(`${count} results`, () => results.length >= count, { last: () => lines.join('\n') });

describe('sending', () => {
  it('plain JSON, without credentials and secrets in it', async () => {
    outbox.put(note('https://bob:hunter2@git.example.com/a.git?private_token=abc123: refused'));
    await ended(1);
    expect(calls.map(({ body }) => JSON.parse(body))).toEqual([
      {
        apiVersion: 'appset-operator.io/v1',
        kind: 'Notification',
        event: 'SourceFailed',
        set: 'argocd/shops',
        time: '2026-01-02T03:04:05Z',
        message: 'https://git.example.com/a.git?private_token=*** refused',
      },
    ]);
    expect(results).toEqual(['sent']);
  });

  it('the JSON of Slack, with what it would take for markup escaped', async () => {
    await outbox.close();
    outbox = open('slack');
    outbox.put(note('a <!channel> & b'));
    await ended(1);
    expect(JSON.parse(calls[0]?.body ?? '')).toEqual({
      text: ':warning: argocd/shops: a &lt;!channel&gt; &amp; b',
    });
  });

  it('again after errors and time-outs, later each time, and as the server asks', async () => {
    answers = [500, 0, 429];
    outbox.put(note('x'));
    await ended(1);
    expect([calls.length, results]).toEqual([4, ['sent']]);
    expect(waits).toHaveLength(3);
    expect(waits.every((ms) => ms >= 1_000 && ms <= LIMITS.notificationBackoffMaxMs)).toBe(true);
    expect(waits[2]).toBeGreaterThanOrEqual(7_000);
  });

  it('not again what is refused, and not for ever; the next is sent all the same', async () => {
    answers = [404, ...Array.from({ length: LIMITS.notificationTries }, () => 503)];
    for (const text of ['refused', 'failing', 'fine']) outbox.put(note(text));
    await ended(3);
    expect(results).toEqual(['failed', 'failed', 'sent']);
    expect(calls).toHaveLength(1 + LIMITS.notificationTries + 1);
  });

  it('keeps the URL out of the log, and follows no redirect', async () => {
    answers = [302];
    outbox.put(note('x'));
    await ended(1);
    writeFileSync(urlFile, 'http://user:pass@127.0.0.1:1/topsecret');
    outbox.put(note('y'));
    await ended(2);
    expect(results).toEqual(['failed', 'failed']);
    expect(lines.join('\n')).not.toMatch(/topsecret|pass|secret of the answer/);
    expect(lines.join('\n')).toContain('127.0.0.1:1 could not be reached');
  });

  it('is bounded: more than may wait are dropped, and counted', async () => {
    answers = [0];
    for (let index = 0; index < LIMITS.notificationsWaiting + 5; index++) outbox.put(note(`${index}`));
    expect(results).toEqual(Array.from({ length: 5 }, () => 'dropped'));
  });

  it('reads the URL anew for each, and says when there is none', async () => {
    const right = `${JSON.stringify(urlFile)}`;
    rmSync(JSON.parse(right) as string);
    outbox.put(note('x'));
    await ended(1);
    writeFileSync(urlFile, 'not a URL');
    outbox.put(note('y'));
    await ended(2);
    writeFileSync(urlFile, 'http://%zz:planted@127.0.0.1:1/');
    outbox.put(note('z'));
    await ended(3);
    expect([results, calls]).toEqual([['failed', 'failed', 'failed'], []]);
    expect(lines.join('\n')).toContain('the file holds no http or https URL');
    expect(lines.join('\n')).toContain('the user or password of the URL holds a % that encodes nothing');
    expect(lines.join('\n')).not.toContain('planted');
  });
});

describe('telling', () => {
  const sent: Notification[] = [];
  const notifier = new Notifier(systemClock, (notification) => sent.push(notification));
  const run = async (operator: Operator) => {
    sent.length = 0;
    const result = await operator.run();
    notifier.ran({ set: 'argocd/shops', result, seconds: 0 });
    return sent.map(({ event, message }) => `${event} ${message}`);
  };

  it('a hold once when it begins and once when it ends', async () => {
    const operator = new Operator();
    const towns = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    operator.apply(shops([list(...towns)]));
    expect(await run(operator)).toEqual([]);
    operator.apply(shops([list('a')]));
    const [told = '', ...more] = await run(operator);
    expect(told).toMatch(
      /^DeletionsHeld 7 deletions held: DeletionBudget: .* appset approve shops -n argocd --plan [0-9a-f]{12}$/,
    );
    expect(more).toEqual([]);
    expect(await run(operator)).toEqual([]);
    operator.apply(shops([list(...towns)]));
    expect(await run(operator)).toEqual(['DeletionsReleased nothing waits for a person any more']);
    expect(await run(operator)).toEqual([]);
  });

  it('a failed source once when it fails and once when it is back', async () => {
    const operator = new Operator();
    operator.files('apps/a/x', 'apps/b/x');
    operator.apply(
      shops([directories()], {
        template: {
          metadata: { name: 'shop-{{.path.basename}}' },
          spec: {
            project: 'default',
            source: { repoURL: 'https://git.example.org/a.git' },
            destination: { server: 'https://kubernetes.default.svc' },
          },
        },
      }),
    );
    expect(await run(operator)).toEqual([]);
    operator.breakGit();
    expect(await run(operator)).toEqual([expect.stringMatching(/^SourceFailed .*no route to host/)]);
    expect(await run(operator)).toEqual([]);
    operator.files('apps/a/x', 'apps/b/x');
    expect(await run(operator)).toEqual(['SourceRecovered all sources can be read again']);
  });
});
