/**
 * Label selectors, compiled once and matched often: against labels of objects with Kubernetes' own
 * rules for values (spec generators §2.2), and against flattened params, where values are free (§3.2).
 * Error texts are those of the API machinery, because users meet them in conditions.
 */
import { AppsetError } from '../support/errors.ts';
import { LIMITS } from '../support/limits.ts';
import type { LabelSelector } from './objects.ts';

type Operator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';

export interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  readonly values: ReadonlySet<string>;
}

export interface SelectorRules {
  /** what an unknown operator is said not to be an operator of */
  readonly operatorOf: 'label selector' | 'pod selector';
  /** whether values must be label values */
  readonly labelValues: boolean;
}

export const LABEL_RULES: SelectorRules = { operatorOf: 'label selector', labelValues: true };
export const PARAM_RULES: SelectorRules = { operatorOf: 'pod selector', labelValues: false };

const NAME = /^(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const VALUE = /^(?:(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const NAME_WORDS =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const VALUE_WORDS =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const SUBDOMAIN_WORDS =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

function keyProblems(key: string): string[] {
  const pieces = key.split('/');
  const problems: string[] = [];
  if (pieces.length > 2) {
    return [
      `a qualified name ${NAME_WORDS} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const name = pieces.at(-1) ?? '';
  const prefix = pieces.length === 2 ? pieces[0] : undefined;
  if (prefix === '') problems.push('prefix part must be non-empty');
  else if (prefix !== undefined) {
    if (prefix.length > LIMITS.nameLength) {
      problems.push(`prefix part must be no more than ${LIMITS.nameLength} bytes`);
    }
    if (!SUBDOMAIN.test(prefix)) problems.push(`prefix part ${SUBDOMAIN_WORDS}`);
  }
  if (name === '') problems.push('name part must be non-empty');
  else if (name.length > LIMITS.labelValueLength) {
    problems.push(`name part must be no more than ${LIMITS.labelValueLength} bytes`);
  }
  if (!NAME.test(name)) problems.push(`name part ${NAME_WORDS}`);
  return problems;
}

function valueProblems(value: string): string[] {
  const problems: string[] = [];
  if (value.length > LIMITS.labelValueLength) {
    problems.push(`must be no more than ${LIMITS.labelValueLength} bytes`);
  }
  if (!VALUE.test(value)) problems.push(VALUE_WORDS);
  return problems;
}

const invalid = (path: string, value: unknown, why: string): string =>
  `${path}: Invalid value: ${JSON.stringify(value)}: ${why}`;

function requirement(
  key: string,
  operator: Operator,
  values: readonly string[],
  rules: SelectorRules,
): Requirement {
  const problems: string[] = [];
  const badKey = keyProblems(key);
  if (badKey.length > 0) problems.push(invalid('key', key, badKey.join('; ')));
  if ((operator === 'In' || operator === 'NotIn') && values.length === 0) {
    problems.push(invalid('values', null, "for 'in', 'notin' operators, values set can't be empty"));
  }
  if ((operator === 'Exists' || operator === 'DoesNotExist') && values.length > 0) {
    problems.push(invalid('values', values, 'values set must be empty for exists and does not exist'));
  }
  if (rules.labelValues) {
    values.forEach((value, index) => {
      const bad = valueProblems(value);
      if (bad.length > 0) problems.push(invalid(`values[${index}][${key}]`, value, bad.join('; ')));
    });
  }
  if (problems.length > 0) {
    throw new AppsetError(
      'APPSET_E0203',
      problems.length === 1 ? (problems[0] ?? '') : `[${problems.join(', ')}]`,
    );
  }
  return { key, operator, values: new Set(values) };
}

/** A number or boolean never equals a label: better refused than never matching. */
const wrongType = (field: string, want: string): AppsetError =>
  new AppsetError('APPSET_E0203', `${field} must be ${want}`);

const OPERATORS: ReadonlySet<string> = new Set<Operator>(['In', 'NotIn', 'Exists', 'DoesNotExist']);

/** Whether a selector asks for nothing: absent, or without labels and expressions. */
export function isEmptySelector(selector: LabelSelector | null | undefined): boolean {
  return (
    selector === undefined ||
    selector === null ||
    (Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0)
  );
}

/**
 * The requirements of a selector, all of which must hold; none for an empty selector.
 *
 * @throws AppsetError APPSET_E0203 in the API machinery's words
 */
export function compileSelector(
  selector: LabelSelector | null | undefined,
  rules: SelectorRules,
): readonly Requirement[] {
  const requirements: Requirement[] = [];
  if (selector === undefined || selector === null) return requirements;
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
    if (typeof value !== 'string') throw wrongType(`matchLabels.${key}`, 'a string');
    requirements.push(requirement(key, 'In', [value], rules));
  }
  for (const [index, expression] of (selector.matchExpressions ?? []).entries()) {
    if ((expression.values ?? []).some((value) => typeof value !== 'string')) {
      throw wrongType(`matchExpressions[${index}].values`, 'a list of strings');
    }
    const operator = expression.operator ?? '';
    if (!OPERATORS.has(operator)) {
      throw new AppsetError(
        'APPSET_E0203',
        `${JSON.stringify(operator)} is not a valid ${rules.operatorOf} operator`,
      );
    }
    requirements.push(
      requirement(expression.key ?? '', operator as Operator, expression.values ?? [], rules),
    );
  }
  return requirements;
}

/**
 * Whether all requirements hold. A missing key fails `In` and `Exists` and passes the other two.
 *
 * @param lookup the value of a key, undefined when there is none
 */
export function matchesSelector(
  requirements: readonly Requirement[],
  lookup: (key: string) => string | undefined,
): boolean {
  return requirements.every(({ key, operator, values }) => {
    const value = lookup(key);
    switch (operator) {
      case 'In':
        return value !== undefined && values.has(value);
      case 'NotIn':
        return value === undefined || !values.has(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
      default:
        return false;
    }
  });
}

/** `lookup` over plain labels. */
export const labelLookup =
  (labels: Readonly<Record<string, string>>) =>
  (key: string): string | undefined =>
    Object.hasOwn(labels, key) ? labels[key] : undefined;
