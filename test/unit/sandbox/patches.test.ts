/** Patches whose keys are names that every JavaScript object knows. */
import { describe, expect, test } from 'vitest';
import { patchedBy } from '../../../src/sandbox/patches.ts';
import type { Json } from '../../../src/support/json.ts';

const json = (text: string): Json => JSON.parse(text) as Json;

describe('keys are data, whatever they are called', () => {
  test.each([
    ['strategic', '{"data":{"a":"b"}}', '{"data":{"__proto__":"x"}}', '{"data":{"a":"b","__proto__":"x"}}'],
    ['strategic', '{}', '{"__proto__":{"a":1}}', '{"__proto__":{"a":1}}'],
    ['strategic', '{"__proto__":{"a":1}}', '{"b":2}', '{"__proto__":{"a":1},"b":2}'],
    ['strategic', '{"constructor":[{"a":1}]}', '{"constructor":[{"b":2}]}', '{"constructor":[{"b":2}]}'],
    ['strategic', '{}', '{"$deleteFromPrimitiveList/toString":["x"]}', '{}'],
    ['merge', '{}', '{"__proto__":{"a":1}}', '{"__proto__":{"a":1}}'],
    ['json', '{}', '[{"op":"add","path":"/__proto__","value":{"a":1}}]', '{"__proto__":{"a":1}}'],
    [
      'json',
      '{"__proto__":{"a":1}}',
      '[{"op":"replace","path":"/__proto__/a","value":2}]',
      '{"__proto__":{"a":2}}',
    ],
  ] as const)('%s: %s changed by %s', (format, before, patch, after) => {
    expect(JSON.stringify(patchedBy(format, json(before), json(patch)))).toBe(after);
  });

  test.each(['/__proto__/polluted', '/constructor/prototype/polluted'])(
    'a JSON patch reaches nothing that is inherited: %s',
    (path) => {
      expect(() => patchedBy('json', {}, [{ op: 'add', path, value: 1 }])).toThrow(/rejected our request/);
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    },
  );
});
