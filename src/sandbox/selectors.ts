/**
 * Label and field selectors as lists, watches and deletions of collections take them. A selector
 * that cannot be read, or a field that a kind does not offer, is a 400 in the API server's words.
 */
import type { KubeObject } from '../api/objects.ts';
import { isJsonObject } from '../support/json.ts';
import { badRequest } from './failures.ts';
import type { Kind } from './kinds.ts';

export type Matcher = (object: KubeObject) => boolean;

const everything: Matcher = () => true;

const REQUIREMENT =
  /^\s*(?:(!)\s*)?([A-Za-z0-9](?:[-A-Za-z0-9_./]*[A-Za-z0-9])?)\s*(?:(==|=|!=|>|<)\s*([-A-Za-z0-9_.]*)|\s(in|notin)\s*\(([^()]*)\))?\s*$/;

function labelRequirement(text: string): (labels: Readonly<Record<string, string>>) => boolean {
  const match = REQUIREMENT.exec(text);
  if (match === null) throw badRequest(`unable to parse requirement: found '${text.trim()}'`);
  const [, not, key = '', operator, value = '', setOperator, list = ''] = match;
  if (not !== undefined && (operator ?? setOperator) !== undefined) {
    throw badRequest(`unable to parse requirement: found '${text.trim()}'`);
  }
  if (setOperator !== undefined) {
    const values = new Set(list.split(',').map((item) => item.trim()));
    return setOperator === 'in'
      ? (labels) => labels[key] !== undefined && values.has(labels[key])
      : (labels) => labels[key] === undefined || !values.has(labels[key]);
  }
  switch (operator) {
    case undefined:
      return not === undefined
        ? (labels) => Object.hasOwn(labels, key)
        : (labels) => !Object.hasOwn(labels, key);
    case '!=':
      return (labels) => labels[key] !== value;
    case '>':
      return (labels) => labels[key] !== undefined && Number(labels[key]) > Number(value);
    case '<':
      return (labels) => labels[key] !== undefined && Number(labels[key]) < Number(value);
    default:
      return (labels) => labels[key] === value;
  }
}

/** A matcher for a label selector such as `a=b,c in (d,e),!f`. */
function labelMatcher(selector: string): Matcher {
  if (selector.trim() === '') return everything;
  const parts = selector.split(/,(?![^(]*\))/);
  const requirements = parts.map(labelRequirement);
  return (object) => {
    const labels = object.metadata.labels ?? {};
    return requirements.every((holds) => holds(labels));
  };
}

const EXTRA_FIELDS: Readonly<Record<string, readonly string[]>> = {
  '/secrets': ['type'],
  '/namespaces': ['status.phase'],
  '/pods': ['spec.nodeName', 'spec.restartPolicy', 'spec.serviceAccountName', 'status.phase', 'status.podIP'],
  '/events': [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
};

function fieldOf(object: KubeObject, path: string): string {
  let at: unknown = object;
  if (path === 'source') path = 'source.component';
  for (const step of path.split('.')) {
    if (!isJsonObject(at)) return '';
    at = at[step];
  }
  return at === undefined || at === null ? '' : String(at);
}

interface FieldTerm {
  readonly path: string;
  readonly equal: boolean;
  readonly value: string;
}

function fieldTerms(kind: Kind, selector: string): FieldTerm[] {
  return selector
    .split(',')
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const match = /^\s*([^=!\s]+)\s*(==|=|!=)(.*)$/.exec(part);
      if (match === null) throw badRequest(`invalid selector: '${selector}'; can't understand '${part}'`);
      const path = match[1] ?? '';
      const known = path === 'metadata.name' || path === 'metadata.namespace';
      if (!known && !EXTRA_FIELDS[kind.id]?.includes(path)) {
        throw badRequest(`field label not supported: ${path}`);
      }
      return { path, equal: match[2] !== '!=', value: (match[3] ?? '').trim() };
    });
}

export interface Selection {
  readonly matches: Matcher;
  /** no selector was given: every object matches */
  readonly all: boolean;
  /** set when a field selector asks for one name */
  readonly name?: string;
}

/** Reads both selectors of a request. @throws ApiError 400 */
export function selection(kind: Kind, labelSelector = '', fieldSelector = ''): Selection {
  const terms = fieldTerms(kind, fieldSelector);
  if (terms.length === 0 && labelSelector.trim() === '') return { matches: everything, all: true };
  const labels = labelMatcher(labelSelector);
  const name = terms.find((term) => term.path === 'metadata.name' && term.equal)?.value;
  return {
    matches: (object) =>
      labels(object) && terms.every((term) => (fieldOf(object, term.path) === term.value) === term.equal),
    all: false,
    ...(name === undefined ? {} : { name }),
  };
}
