/** Fields of a wrong type refuse a whole payload in the words of Go's decoder, read or not. */
import { describe, expect, test } from 'vitest';
import { checkPayload } from '../../../src/webhook/payload-shapes.ts';

describe('types of a payload', () => {
  test.each([
    ['githubPush', 5, 'value of type github.PushPayload', 'number'],
    ['githubPush', { ref: 5 }, 'struct field PushPayload.ref of type string', 'number'],
    ['githubPush', { commits: [{ id: 1 }] }, 'struct field .commits.id of type string', 'number'],
    ['gitlabPush', { project: [] }, 'struct field PushEventPayload.project of type gitlab.Project', 'array'],
    [
      'gitlabPush',
      { PROJECT_ID: 1.5 },
      'struct field PushEventPayload.project_id of type int64',
      'number 1.5',
    ],
    ['azurePush', { resource: { url: {} } }, 'struct field Resource.resource.url of type string', 'object'],
  ] as const)('%s %j', (shape, body, where, kind) => {
    expect(() => checkPayload(body, shape)).toThrow(`json: cannot unmarshal ${kind} into Go ${where}`);
  });

  test('what is absent, null or not known is fine', () => {
    expect(() => checkPayload({ ref: null, unheard: 5, commits: [null] }, 'githubPush')).not.toThrow();
  });

  test('the first in the order of writing is told', () => {
    expect(() => checkPayload({ after: true, ref: 5 }, 'githubPush')).toThrow('PushPayload.after');
  });
});
