/** Facts that wait: coalesced by repository and ref, bounded, handed out in order. */
import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../../src/support/clock.ts';
import { Dispatcher, type Fact, Inbox, type Verdict } from '../../../src/webhook/index.ts';
import { call, commit, ear, gitDirectories, indexOf, push, setOf } from './calls.ts';

const pushCall = (change = {}, repository = {}) =>
  call({ 'x-github-event': 'push' }, push(change, repository));
const SHOP = 'https://git.example.org/acme/shop';

async function drain(inbox: Inbox, count: number): Promise<(readonly number[])[]> {
  const { signal } = new AbortController();
  const all: (readonly number[])[] = [];
  for (let i = 0; i < count; i++) all.push((await inbox.take(signal))?.deliveries ?? []);
  return all;
}

describe('the inbox', () => {
  test('makes one of pushes to one branch, with the paths of both', async () => {
    const inbox = new Inbox();
    const hear = ear({}, { inbox });
    hear(pushCall({ commits: [commit({ added: ['a'] })] }));
    hear(pushCall({ ref: 'refs/heads/dev' }));
    hear(pushCall({ commits: [commit({ modified: ['b'] })] }));
    expect(inbox.size).toBe(2);
    const first = await inbox.take(new AbortController().signal);
    expect(first).toMatchObject({
      deliveries: [1, 3],
      fact: { paths: { moved: new Set(['a']), modified: new Set(['b']) } },
    });
  });

  test('a push that may have touched anything makes the united one so', async () => {
    const inbox = new Inbox();
    const hear = ear({}, { inbox });
    hear(pushCall({ commits: [commit({ added: ['a'] })] }));
    hear(pushCall({ forced: true }));
    expect((await inbox.take(new AbortController().signal))?.fact).toHaveProperty('paths', undefined);
  });

  test('that is full answers 503 and keeps what it has; what it holds already still fits', async () => {
    const inbox = new Inbox(1);
    const hear = ear({}, { inbox });
    hear(pushCall());
    const refused = hear(pushCall({ ref: 'refs/heads/dev' }));
    expect(refused.answer).toEqual({
      status: 503,
      body: 'Queue is full, discarding webhook payload\n',
      contentType: 'text/plain; charset=utf-8',
    });
    expect(refused.report.verdict).toBe('overflow');
    expect(hear(pushCall()).answer.status).toBe(200);
    expect(await drain(inbox, 1)).toEqual([[1, 3]]);
  });
});

describe('the dispatcher', () => {
  const hearing = () => {
    const inbox = new Inbox();
    return { inbox, hear: ear({}, { inbox }) };
  };

  test('hands on what it reaches, and goes on after a fact that fails', async () => {
    const { inbox, hear } = hearing();
    const stop = new AbortController();
    const reached: Verdict[][] = [];
    const failures: Fact[] = [];
    const clock = new ManualClock();
    const dispatcher = new Dispatcher({
      inbox,
      index: indexOf(
        setOf('one', gitDirectories(SHOP)),
        setOf('two', gitDirectories(SHOP, { revision: 'dev' })),
      ),
      clock,
      enqueue: (verdicts, fact) => {
        if (fact.kind === 'push' && fact.ref === 'main') throw new TypeError('the queue broke');
        reached.push([...verdicts]);
        stop.abort();
      },
      onFailure: (fact) => failures.push(fact),
    });
    hear(pushCall({ forced: true }));
    hear(pushCall({ forced: true, ref: 'refs/heads/dev' }));
    await dispatcher.run(1, stop.signal);
    expect(failures).toHaveLength(1);
    expect(reached.flat().map(({ set }) => set)).toEqual(['argocd/two']);
  });

  test('in compat mode asks for the children of a matrix, in normal mode never', async () => {
    const matrix = setOf('one', {
      matrix: { generators: [{ list: { elements: [] } }, { git: { repoURL: '{{u}}', revision: 'HEAD' } }] },
    });
    const asked: string[] = [];
    for (const compat of [true, false]) {
      const { inbox, hear } = hearing();
      const stop = new AbortController();
      const dispatcher = new Dispatcher({
        inbox,
        index: indexOf(matrix),
        clock: new ManualClock(),
        ...(compat
          ? {
              compat: async (set) => {
                asked.push(set.metadata.name);
                return [{ git: { repoURL: SHOP, revision: 'HEAD' } }];
              },
            }
          : {}),
        enqueue: () => stop.abort(),
        onFailure: (_, error) => expect.unreachable(String(error)),
      });
      hear(pushCall({ forced: true }));
      await dispatcher.run(2, stop.signal);
    }
    expect(asked).toEqual(['one']);
  });
});
