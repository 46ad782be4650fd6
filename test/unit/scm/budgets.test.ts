/** Budgets of providers: read from what an answer says, the tightest account of a host counts, and no others stay. */
import { expect, test } from 'vitest';
import { budgetIn, ScmBudgets } from '../../../src/scm/budgets.ts';
import { LIMITS } from '../../../src/support/limits.ts';

const headers = (limit: string, remaining: string, reset: string) =>
  new Headers({ 'x-ratelimit-limit': limit, 'x-ratelimit-remaining': remaining, 'x-ratelimit-reset': reset });

test.each([
  ['numbers', headers('5000', '12', '100'), { limit: 5_000, remaining: 12, resetAt: 100_000 }],
  ['more left than allowed', headers('10', '12', '100'), { limit: 10, remaining: 10, resetAt: 100_000 }],
  ['none', new Headers(), undefined],
  ['words', headers('many', '12', '100'), undefined],
  ['a limit of nothing', headers('0', '0', '100'), undefined],
  ['a number beyond all', headers('5000', '12', '9999999999999'), undefined],
])('%s', (_, given, budget) => {
  expect(budgetIn('h', given)).toEqual(budget && { host: 'h', ...budget });
});

test('the tightest of a host counts, by its share', () => {
  const budgets = new ScmBudgets();
  budgets.note('a', { host: 'h', limit: 100, remaining: 50, resetAt: 10 });
  budgets.note('b', { host: 'h', limit: 10_000, remaining: 60, resetAt: 10 });
  budgets.note('c', { host: 'g', limit: 10, remaining: 1, resetAt: 10 });
  const of = (...hosts: string[]) =>
    budgets.of(new Set(hosts), 0).map(({ host, remaining }) => `${host} ${remaining}`);
  expect(of('g', 'h')).toEqual(['g 1', 'h 60']);
  budgets.note('b', { host: 'h', limit: 10_000, remaining: 9_000, resetAt: 10 });
  expect(of('h')).toEqual(['h 50']);
  expect(of('g', 'h')).toEqual(['h 50']);
});

test('as many accounts are remembered as tokens are', () => {
  const budgets = new ScmBudgets();
  for (let index = 0; index <= LIMITS.githubAppTokens; index++)
    budgets.note(String(index), { host: `h${index}`, limit: 1, remaining: 1, resetAt: 1 });
  expect(budgets.of(new Set(['h0', 'h1']), 0).map(({ host }) => host)).toEqual(['h1']);
});
