/** What `appset render` says of bad input: one message a problem, with the place, and the right exit code. */
import { describe, expect, it } from 'vitest';
import { appset } from '../../harness/cli.ts';
import { listOf, setText } from './set-text.ts';

const FACTS = ['--clusters', 'examples/clusters.yaml', '--projects', 'examples/projects.yaml'];
const render = (stdin: string) => appset(['render', '-f', '-', '-o', 'name', ...FACTS], { stdin });

const text = (lines: string) => `${lines.replace(/^\n/, '').trimEnd()}\n`;

const hundred = listOf(
  ...Array.from({ length: 100 }, (_, index) => (index === 57 ? '{ nam: x57 }' : `{ name: x${index} }`)),
);

describe.concurrent('one message a problem', () => {
  it.each([
    [
      'YAML that cannot be parsed',
      'kind: ApplicationSet\nmetadata:\n  name: a\n spec: {}\n',
      1,
      `
Error APPSET_E0101: yaml: line 3: did not find expected key

  standard input:4:1
   3 |   name: a
   4 |  spec: {}
     | ^
  Mend the YAML at the position shown.`,
    ],
    [
      'a set without generators',
      setText('  generators: []'),
      1,
      `
Error APPSET_E0201: spec.generators is empty: a set without generators generates nothing
  at set argocd/sets, generators

  standard input:8:3
   7 |   goTemplateOptions: [missingkey=error]
   8 |   generators: []
     |   ^
  Mend the generator named in the message.`,
    ],
    [
      'a field that does not exist',
      setText('  generators:\n    - list: { elementz: [{ name: a }] }'),
      1,
      `
Error APPSET_E0103: unknown field "spec.generators[0].list.elementz": did you mean "elements"?

  standard input:9:15
   8 |   generators:
   9 |     - list: { elementz: [{ name: a }] }
     |               ^
  Remove the field, or move it to where the message says it belongs.`,
    ],
    [
      'a generator of the wrong type',
      setText('  generators:\n    - list: everything'),
      1,
      `
Error APPSET_E0102: spec.generators[0].list: Invalid value: "string": spec.generators[0].list in body must be of type object: "string"

  standard input:9:7
   8 |   generators:
   9 |     - list: everything
     |       ^
  Mend the field named in the message.`,
    ],
    [
      'a generator that does not exist',
      setText('  generators:\n    - lists: { elements: [{ name: a }] }'),
      1,
      `
Error APPSET_E0201: spec.generators[0].lists: there is no generator "lists": did you mean "list"?

  standard input:9:7
   8 |   generators:
   9 |     - lists: { elements: [{ name: a }] }
     |       ^
  Mend the generator named in the message.`,
    ],
    [
      'a generator that is not there yet',
      setText('  generators:\n    - plugin: { configMapRef: { name: p } }'),
      1,
      `
Error APPSET_E0202: the generator plugin at generators[0].plugin is not supported yet
  at set argocd/sets, generators[0].plugin

  standard input:9:7
   8 |   generators:
   9 |     - plugin: { configMapRef: { name: p } }
     |       ^
  Remove the generator, or wait for the release that brings it; the set is left as it is.`,
    ],
    [
      'a function that does not exist',
      setText(listOf('{ name: a }'), 'a-{{.name | upcase}}'),
      1,
      `
Error APPSET_E0301: failed to parse template a-{{.name | upcase}}: template: base:1: function "upcase" not defined
  at set argocd/sets, generators[0].list, element elements[0]

  standard input:14:26
   13 |     metadata:
   14 |       name: 'a-{{.name | upcase}}'
      |                          ^
  Mend the template at the caret.`,
    ],
    [
      'a file without a set',
      'kind: ConfigMap\nmetadata: { name: a }\n',
      1,
      `
Error APPSET_E0104: standard input: no object of kind ApplicationSet, only ConfigMap
  Pass a file with at least one object of kind ApplicationSet.`,
    ],
    [
      'a set without a name',
      'kind: ApplicationSet\nmetadata: {}\n',
      1,
      `
Error APPSET_E0102: metadata.name: Required value

  standard input:2:1
   1 | kind: ApplicationSet
   2 | metadata: {}
     | ^
  Mend the field named in the message.`,
    ],
  ])('%s', async (_, stdin, code, stderr) => {
    const result = await render(stdin);
    expect(result.stderr).toBe(text(stderr));
    expect([result.stdout, result.code]).toEqual(['', code]);
  });

  it('one element of a hundred takes no other with it', async () => {
    const result = await render(setText(hundred));
    expect(result.stdout.split('\n').filter((line) => line !== '')).toHaveLength(99);
    expect(result.stderr).toBe(
      text(`
Error APPSET_E0302: failed to execute go template a-{{.name}}: template: base:1:4: executing "base" at <.name>: map has no entry for key "name"
  at set argocd/sets, generators[0].list, element elements[57]

  standard input:113:18
   112 |     metadata:
   113 |       name: 'a-{{.name}}'
       |                  ^
  Mend the template or the data of the element named.`),
    );
    expect(result.code).toBe(1);
  });

  it('several problems are told one after the other', async () => {
    const set = setText(listOf('{ name: a }', '{ nam: b }')).replace('spec:\n', 'spec:\n  generator: []\n');
    const { stdout, stderr, code } = await render(set);
    expect(stderr.match(/^Error APPSET_E\d+/gm)).toEqual(['Error APPSET_E0103', 'Error APPSET_E0302']);
    expect(stderr).toContain('unknown field "spec.generator": did you mean "generators"?');
    expect(stderr).toContain('\n\nError APPSET_E0302');
    expect([stdout, code]).toEqual(['argocd/a-a\n', 1]);
  });
});
