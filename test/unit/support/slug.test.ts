/** Names made fit for Kubernetes (spec sprig-functions §18.1, generators §4.4). */
import { describe, expect, it } from 'vitest';
import { normalizeName, slugifyName } from '../../../src/support/slug.ts';

describe('normalizeName', () => {
  it.each([
    ['Hello World_é..Foo-', 'hello-world--..foo'],
    ['-.-', ''],
    ['A.B', 'a.b'],
    ['feature/FOO', 'feature-foo'],
    ['a😀b', 'a-b'],
    ['İstanbul', 'istanbul'],
    ['', ''],
    ['x'.repeat(300), 'x'.repeat(253)],
    [`${'x'.repeat(252)}-y`, 'x'.repeat(252)],
  ])('%s', (text, expected) => {
    expect(normalizeName(text)).toBe(expected);
  });
});

describe('slugifyName', () => {
  const long =
    'feat/a_really+long_pull_request_name_to_test_argo_slugification_and_branch_name_shortening_feature';
  it.each([
    ['a.b_c D', 50, true, 'a-b-c-d'],
    [long, 50, true, 'feat-a-really-long-pull-request-name-to-test-argo'],
    [`feat/${'x'.repeat(60)}`, 50, true, 'feat'],
    ['x'.repeat(60), 50, true, 'x'.repeat(50)],
    [`feat/${'x'.repeat(60)}`, 50, false, `feat-${'x'.repeat(45)}`],
    ['abc-def', 3, true, 'abc'],
    ['abc-def', 4, false, 'abc'],
    ['abc def', 0, true, 'abc-def'],
    ['abc', 0, false, ''],
    ['a..b--c', 50, true, 'a-b-c'],
  ])('%s cut to %i (smart: %s)', (text, max, smart, expected) => {
    expect(slugifyName(text, max, smart)).toBe(expected);
  });

  it('cannot cut to less than nothing', () => {
    expect(slugifyName('abc', -1, false)).toBeUndefined();
    expect(slugifyName('abc', -1, true)).toBe('abc');
  });
});
