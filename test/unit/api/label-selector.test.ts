import { describe, expect, test } from 'vitest';
import {
  compileSelector,
  LABEL_RULES,
  labelLookup,
  matchesSelector,
  PARAM_RULES,
} from '../../../src/api/label-selector.ts';

describe('selectors over labels', () => {
  test('values must be label values, over params they need not', () => {
    const selector = { matchLabels: { a: 'no label!' } };
    expect(() => compileSelector(selector, LABEL_RULES)).toThrow(
      /^values\[0\]\[a\]: Invalid value: "no label!"/,
    );
    expect(compileSelector(selector, PARAM_RULES)).toHaveLength(1);
  });

  test('several faults are listed together', () => {
    const selector = { matchExpressions: [{ key: '-', operator: 'In', values: [] }] };
    expect(() => compileSelector(selector, LABEL_RULES)).toThrow(/^\[key: .*, values: .*\]$/);
  });

  test.each([
    [{ matchLabels: { a: true } }, 'matchLabels.a must be a string'],
    [
      { matchExpressions: [{ key: 'a', operator: 'In', values: [1] }] },
      'matchExpressions[0].values must be a list of strings',
    ],
  ])('%j would never match and is refused', (selector, message) => {
    expect(() => compileSelector(selector as never, PARAM_RULES)).toThrow(message);
  });

  test('names of Object’s own are no labels', () => {
    const requirements = compileSelector(
      { matchExpressions: [{ key: 'constructor', operator: 'Exists' }] },
      LABEL_RULES,
    );
    expect(matchesSelector(requirements, labelLookup({}))).toBe(false);
  });
});
