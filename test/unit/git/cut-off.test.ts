/** What git wrote and did not end: a list that stops in the middle is no shorter list, but no answer. */
import { describe, expect, test } from 'vitest';
import { parseContents, parseStates } from '../../../src/git/blobs.ts';
import { treeSteps } from '../../../src/git/tree.ts';
import { atOnce } from '../../../src/support/turns.ts';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const CUT = /was cut off/;
const entriesOf = (output: Buffer) => atOnce(treeSteps(output));

describe('an answer of git, cut at every byte', () => {
  const tree = Buffer.from(`100644 blob ${A}\tapps/a\x00120000 blob ${B}\tapps/b\x00`);
  const ends = new Set([0, tree.indexOf(0) + 1, tree.length]);
  test.each([...tree.keys()].filter((at) => !ends.has(at)))('the tree after %i bytes', (at) => {
    expect(() => entriesOf(tree.subarray(0, at))).toThrow(CUT);
  });
  test('the whole tree is read', () => {
    expect(entriesOf(tree).map(({ path, kind }) => [path, kind])).toEqual([
      ['apps/a', 'file'],
      ['apps/b', 'symlink'],
    ]);
  });

  const states = `${A} blob 3\n${B} missing\n`;
  test.each([...Buffer.from(states).keys()])('the states of objects after %i bytes', (at) => {
    expect(() => parseStates(states.slice(0, at), 2)).toThrow(CUT);
  });
  test('all states are read', () => {
    expect(parseStates(states, 2)).toEqual({ sizes: new Map([[A, 3]]), missing: [B] });
  });

  const contents = Buffer.from(`${A} blob 3\nx\ny\n${B} blob 0\n\n`);
  test.each([...contents.keys()])('the contents of objects after %i bytes', (at) => {
    expect(() => parseContents(contents.subarray(0, at), [A, B])).toThrow(CUT);
  });
  test('all contents are read', () => {
    const read = parseContents(contents, [A, B]);
    expect([...read].map(([oid, content]) => [oid, content.toString()])).toEqual([
      [A, 'x\ny'],
      [B, ''],
    ]);
  });
});
