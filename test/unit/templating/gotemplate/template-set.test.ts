/** Sets of named templates (spec go-template §3.6, §4). */
import { describe, expect, it } from 'vitest';
import { Template } from '../../../../src/templating/gotemplate/index.ts';
import { fromJson, type GoFunction } from '../../../../src/templating/values.ts';
import { testContext } from '../vector-functions.ts';

const context = testContext();
const hello: GoFunction = { name: 'hello', params: [], result: 'string', call: () => 'hello' };

describe('a template set', () => {
  it('executes templates by name', () => {
    const set = Template.create('t').parse('main {{define "a"}}A{{.}}{{end}}');
    expect(set.execute('x', context)).toBe('main ');
    expect(set.executeTemplate('a', 'x', context)).toBe('Ax');
    expect(() => set.executeTemplate('b', null, context)).toThrow(
      'template: no template "b" associated with template "t"',
    );
  });

  it('refuses a template without a body', () => {
    expect(() => Template.create('t').execute(null, context)).toThrow(
      'template: t: "t" is an incomplete or empty template',
    );
    expect(Template.create('t').parse('').execute(null, context)).toBe('');
  });

  it('lists what is defined', () => {
    const set = Template.create('t');
    expect(set.definedTemplates()).toBe('');
    set.parse('{{define "a"}}x{{end}}{{define "b"}}y{{end}}z');
    expect(set.definedTemplates()).toBe('; defined templates are: "a", "b", "t"');
    expect(set.templates().map(({ name }) => name)).toEqual(['a', 'b', 't']);
    expect(set.lookup('a')?.execute(null, context)).toBe('x');
    expect(set.lookup('zz')).toBeUndefined();
  });

  it('replaces a definition by a later text, but not by an empty one', () => {
    const set = Template.create('t').parse('{{template "a"}}{{define "a"}}1{{end}}');
    expect(set.execute(null, context)).toBe('1');
    set.create('over').parse('{{define "a"}}2{{end}}');
    expect(set.execute(null, context)).toBe('2');
    set.create('empty').parse('{{define "a"}} \n{{/* nothing */}}{{end}}');
    expect(set.execute(null, context)).toBe('2');
  });

  it('overlays a block', () => {
    const set = Template.create('t').parse('<{{block "body" .}}default {{.}}{{end}}>');
    const copy = set.clone();
    copy.create('overlay').parse('{{define "body"}}own {{.}}{{end}}');
    expect(copy.execute(1.5, context)).toBe('<own 1.5>');
    expect(set.execute(1.5, context)).toBe('<default 1.5>');
  });

  it('adds a tree under another name', () => {
    const set = Template.create('t').parse('{{template "copy" .}}{{define "a"}}<{{.}}>{{end}}');
    set.addParseTree('copy', set.trees.get('a')!);
    expect(set.execute('x', context)).toBe('<x>');
  });

  it('hides a builtin behind a function of the same name', () => {
    const set = Template.create('t').functions([['len', hello]]);
    expect(set.parse('{{len}}').execute(null, context)).toBe('hello');
  });

  it.each(['', '2', '2a', 'a-b', 'é b'])('refuses the function name %j', (name) => {
    expect(() => Template.create('t').functions([[name, hello]])).toThrow(
      `function name "${name}" is not a valid identifier`,
    );
  });

  it('takes break and continue for functions where they are', () => {
    const set = Template.create('t').functions([
      ['break', hello],
      ['continue', hello],
    ]);
    expect(set.parse('{{range 2}}{{break}} {{continue}};{{end}}').execute(null, context)).toBe(
      'hello hello;hello hello;',
    );
  });

  it.each([
    ['missingkey=default', '<no value>'],
    ['missingkey=invalid', '<no value>'],
    ['missingkey=zero', '<no value>'],
  ])('knows the option %s', (option, expected) => {
    expect(Template.create('t').option(option).parse('{{.x}}').execute(fromJson({}), context)).toBe(expected);
  });

  it('refuses options it does not know', () => {
    expect(() => Template.create('t').option('missingkey=panic')).toThrow(
      'unrecognized option: missingkey=panic',
    );
    expect(() => Template.create('t').option('')).toThrow('empty option string');
  });

  it.each([
    ['<<', '>>', 'a<<.x>>b{{'],
    ['|', '|', 'a|.x|b{{'],
    ['«', '»', 'a«.x»b{{'],
    ['{{- ', ' -}}', 'a{{- .x -}}b{{'],
  ])('reads other delimiters: %s %s', (left, right, text) => {
    expect(
      Template.create('t')
        .delimiters(left, right)
        .parse(text)
        .execute(fromJson({ x: 1 }), context),
    ).toBe('a1b{{');
  });

  it('shows a node with its own delimiters', () => {
    const set = Template.create('t').delimiters('<<', '>>').parse('<<template "zz">>');
    expect(() => set.execute(null, context)).toThrow(
      'template: t:1:11: executing "t" at <<<template "zz">>>: template "zz" not defined',
    );
  });

  it('places an error in the text the body came from', () => {
    const set = Template.create('first').parse('\n{{template "a" .}}');
    set.create('second').parse('{{define "a"}}\n é{{.x.y}}{{end}}');
    expect(() => set.execute(fromJson({ x: 's' }), context)).toThrow(
      'template: second:2:7: executing "a" at <.x.y>: can\'t evaluate field y in type interface {}',
    );
  });
});
