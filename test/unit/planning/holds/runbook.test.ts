/** docs/safety.md keeps up with the holds and with the suites it speaks of. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { OWN } from '../../../../src/api/names.ts';
import { HOLD_REASONS } from '../../../../src/planning/holds/contract.ts';

const root = resolve(import.meta.dirname, '../../../..');
const page = readFileSync(join(root, 'docs/safety.md'), 'utf8');
const runbook = page.slice(page.indexOf('\n## Runbook\n'));
const settings = page.slice(page.indexOf('\n## Settings\n'), page.indexOf('\n## Runbook\n'));

test.each(HOLD_REASONS)('%s has its section in the runbook', (reason) => {
  expect(runbook).toContain(`\n### ${reason}\n`);
});

test.each([
  OWN.maxDeletions,
  OWN.maxUpdates,
  OWN.allowEmpty,
  OWN.ephemeral,
  OWN.onRename,
  OWN.deletionGrace,
  OWN.paused,
  OWN.partialDeletions,
  OWN.keep,
])('%s stands among the settings', (annotation) => {
  expect(settings).toContain(`| \`${annotation}`);
});

/** Stories of a suite. */
const stories = (suite: string): number =>
  readdirSync(join(root, 'test', suite))
    .map((file) => readFileSync(join(root, 'test', suite, file), 'utf8').match(/^story\(/gm)?.length ?? 0)
    .reduce((sum, count) => sum + count, 0);

test('the suites have as many stories as it says', () => {
  const told = /`npm run test:ordinary` tells (\d+) such days, `npm run test:disaster` (\d+) of/.exec(page);
  expect(told?.slice(1).map(Number)).toEqual([stories('ordinary'), stories('disaster')]);
});
