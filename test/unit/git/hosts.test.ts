/** Whose turn it is: hosts that hang hold up nobody else, and are left alone for a while. */
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { GitFailure, gitTimeout } from '../../../src/git/errors.ts';
import { HostSlots } from '../../../src/git/hosts.ts';
import { repositoryAddress } from '../../../src/git/url.ts';
import { ManualClock } from '../../../src/support/clock.ts';
import { LIMITS } from '../../../src/support/limits.ts';

const address = (host: string, repository = 'a') =>
  repositoryAddress(`https://${host}/${repository}.git`, false);

/** A server whose answers come when the test says so. */
class Server {
  readonly host: string;
  readonly asked: string[] = [];
  readonly #slots: HostSlots;
  readonly #ends: ((error?: Error) => void)[] = [];

  constructor(slots: HostSlots, host: string) {
    this.#slots = slots;
    this.host = host;
  }

  /** What becomes of a command on one of its repositories: `answer`, or why there is none. */
  ask(repository: string): Promise<string> {
    const command = () =>
      new Promise<string>((resolve, reject) => {
        this.asked.push(repository);
        this.#ends.push((error) => (error === undefined ? resolve('answer') : reject(error)));
      });
    return this.#slots.run(address(this.host, repository), command).catch((error: Error) => error.message);
  }

  /** The commands that run now end, with an error or without. */
  async end(error?: Error): Promise<void> {
    for (const end of this.#ends.splice(0)) end(error);
    await settle();
  }
}

const settle = async () => {
  for (let turn = 0; turn < 10; turn++) await setImmediate();
};
const names = (count: number) => Array.from({ length: count }, (_, index) => `r${index}`);
const timeout = () => gitTimeout('https://silent.example.com/other', 30_000);
const SILENT = (repository: string) =>
  `https://silent.example.com/${repository}.git: git did not answer within 30 s`;

/** A host that has let `silences` commands wait for nothing, 30 s each. */
async function silentHost(silences: number) {
  const clock = new ManualClock();
  const server = new Server(new HostSlots(clock), 'silent.example.com');
  for (const repository of names(silences)) {
    const answer = server.ask(repository);
    await settle();
    clock.advance(30_000);
    await server.end(timeout());
    await answer;
  }
  server.asked.length = 0;
  return { clock, server };
}

test('a host that hangs has a few slots, and others are asked all the same', async () => {
  const slots = new HostSlots(new ManualClock());
  const hanging = new Server(slots, 'hangs.example.com');
  const healthy = new Server(slots, 'well.example.com');
  for (const repository of names(200)) void hanging.ask(repository);
  const answer = healthy.ask('a');
  const local = slots.run(undefined, async () => 'from the disk');
  await settle();
  expect(hanging.asked).toHaveLength(LIMITS.gitProcessesPerHost);
  expect(await local).toBe('from the disk');
  await healthy.end();
  expect(await answer).toBe('answer');
});

test('ports of one host are told apart, letter case is not', async () => {
  const slots = new HostSlots(new ManualClock());
  const servers = ['Git.example.com', 'git.example.com', 'git.example.com:8443'].map(
    (host) => new Server(slots, host),
  );
  for (const server of servers) for (const repository of names(10)) void server.ask(repository);
  await settle();
  const asked = servers.map((server) => server.asked.length);
  expect(asked).toEqual([LIMITS.gitProcessesPerHost, 0, LIMITS.gitProcessesPerHost]);
});

test('a host that was silent is not asked at once again, and those who come are told so', async () => {
  const { clock, server } = await silentHost(LIMITS.gitSilences);
  expect(await Promise.all(names(20).map((name) => server.ask(name)))).toEqual(names(20).map(SILENT));
  expect(server.asked).toEqual([]);
  clock.advance(LIMITS.gitSilenceMs);
  const first = server.ask('first');
  expect(await server.ask('second')).toBe(SILENT('second'));
  expect(server.asked).toEqual(['first']);
  clock.advance(30_000);
  await server.end(timeout());
  expect(await first).toContain('did not answer within 30 s');
  expect(await server.ask('third')).toBe(SILENT('third'));
});

test('and is asked as before as soon as it answers', async () => {
  const { clock, server } = await silentHost(LIMITS.gitSilences);
  clock.advance(LIMITS.gitSilenceMs);
  const first = server.ask('first');
  await settle();
  await server.end();
  expect(await first).toBe('answer');
  for (const repository of names(10)) void server.ask(repository);
  await settle();
  expect(server.asked).toHaveLength(1 + LIMITS.gitProcessesPerHost);
});

test('one slow repository does not speak for its host', async () => {
  const { clock, server } = await silentHost(LIMITS.gitSilences - 1);
  const well = server.ask('well');
  await settle();
  await server.end();
  expect(await well).toBe('answer');
  const slow = server.ask('slow');
  await settle();
  clock.advance(30_000);
  await server.end(timeout());
  await slow;
  void server.ask('next');
  await settle();
  expect(server.asked.at(-1)).toBe('next');
});

test.each([
  ['a refusal', new GitFailure('auth', 'the credentials were refused', ''), 30_000],
  ['nobody there, said at once', new GitFailure('unreachable', 'could not be reached', ''), 10],
])('%s is an answer', async (_name, error, ms) => {
  const { clock, server } = await silentHost(0);
  for (const repository of names(LIMITS.gitSilences + 1)) {
    const answer = server.ask(repository);
    await settle();
    clock.advance(ms);
    await server.end(error);
    expect(await answer).toBe(error.message);
  }
  void server.ask('next');
  await settle();
  expect(server.asked.at(-1)).toBe('next');
});
