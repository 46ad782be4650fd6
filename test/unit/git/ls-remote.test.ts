/** How a revision becomes a commit (spec generators §2.3). */
import { describe, expect, test } from 'vitest';
import { parseRefs, resolveRevision } from '../../../src/git/ls-remote.ts';

const id = (digit: string) => digit.repeat(40);
const remote = parseRefs(
  [
    `${id('1')}\tHEAD`,
    `${id('1')}\trefs/heads/main`,
    `${id('2')}\trefs/heads/feature/x`,
    `${id('3')}\trefs/heads/both`,
    `${id('9')}\trefs/heads/9.x`,
    `${id('9')}\trefs/heads/1.3`,
    `${id('4')}\trefs/pull/7/head`,
    `${id('5')}\trefs/tags/both`,
    `${id('6')}\trefs/tags/v1.2.0`,
    `${id('7')}\trefs/tags/v1.2.0^{}`,
    `${id('8')}\trefs/tags/v1.3.0`,
    `abcdef0${'1'.repeat(33)}\trefs/heads/hex-tip`,
    'warning: not a ref line',
    '',
  ].join('\n'),
);
describe('revisions', () => {
  const table: [string, string, object][] = [
    ['HEAD when empty', '', { kind: 'commit', commit: id('1') }],
    ['HEAD', 'HEAD', { kind: 'commit', commit: id('1') }],
    ['a branch', 'main', { kind: 'commit', commit: id('1') }],
    ['a branch with a slash', 'feature/x', { kind: 'commit', commit: id('2') }],
    ['a full ref name', 'refs/heads/main', { kind: 'commit', commit: id('1') }],
    ['a ref of another kind', 'refs/pull/7/head', { kind: 'commit', commit: id('4') }],
    ['a short one of another kind', 'pull/7/head', { kind: 'commit', commit: id('4') }],
    ['a branch before a tag of its name', 'both', { kind: 'commit', commit: id('3') }],
    ['an annotated tag, peeled', 'v1.2.0', { kind: 'commit', commit: id('7') }],
    ['a semver range over the tags', '1.*', { kind: 'commit', commit: id('8') }],
    ['a semver range with two bounds', '>=1.0.0 <1.3.0', { kind: 'commit', commit: id('7') }],
    ['a semver range before a branch of its name', '1.3', { kind: 'commit', commit: id('8') }],
    ['a branch that looks like a range none of the tags is in', '9.x', { kind: 'commit', commit: id('9') }],
    ['a range no tag is in', '^7.0.0', { kind: 'missing' }],
    ['a full commit id as it is', id('f'), { kind: 'commit', commit: id('f') }],
    ['a full commit id in capitals', id('F'), { kind: 'commit', commit: id('f') }],
    ['the beginning of a tip', 'abcdef0', { kind: 'commit', commit: `abcdef0${'1'.repeat(33)}` }],
    ['the beginning of something older', 'fedcba9', { kind: 'prefix', prefix: 'fedcba9' }],
    ['too few digits', 'fedcba', { kind: 'missing' }],
    ['a name that is not there', 'absent', { kind: 'missing' }],
  ];
  for (const [name, revision, expected] of table) {
    test(name, () => expect(resolveRevision(remote, revision)).toEqual(expected));
  }

  test('HEAD that points to a branch without a commit', () => {
    const headless = parseRefs(`${id('2')}\trefs/heads/other\n`);
    expect(resolveRevision(headless, '')).toEqual({ kind: 'missing' });
  });
});
