/** The operator's log: what each level lets through, and that the audit trail is let through by all. */
import { expect, test } from 'vitest';
import { createLogger } from '../../../src/cli/logging.ts';
import { AppsetError } from '../../../src/support/errors.ts';

const logged = (level: string, tell: (log: ReturnType<typeof createLogger>) => void) => {
  const lines: Record<string, unknown>[] = [];
  tell(createLogger(level, { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) }));
  return lines;
};

test.each<[string, readonly string[]]>([
  ['debug', ['d', 'i', 'w', 'e', 'audited']],
  ['info', ['i', 'w', 'e', 'audited']],
  ['warn', ['w', 'e', 'audited']],
  ['error', ['e', 'audited']],
])('level %s lets through %j', (level, expected) => {
  const lines = logged(level, (log) => {
    log.debug({}, 'd');
    log.info({ application: 'shop' }, 'i');
    log.warn({}, 'w');
    log.error({}, 'e');
    log.info({ audit: 'deletion', application: 'shop' }, 'audited');
  });
  expect(lines.map(({ msg }) => msg)).toEqual(expected);
  expect(lines.at(-1)).toMatchObject({ level: 'info', audit: 'deletion', application: 'shop' });
});

test('an error is told with its code and text', () => {
  const error = new AppsetError('APPSET_E0706', 'the set changed');
  expect(logged('info', (log) => log.warn({ error }, 'the run failed'))).toMatchObject([
    { msg: 'the run failed', error: { code: 'APPSET_E0706', message: 'the set changed' } },
  ]);
});

test('flush calls back when a line has left', async () => {
  const log = createLogger('info', { write: () => {} });
  await new Promise<void>((done) => log.flush(() => done()));
});
