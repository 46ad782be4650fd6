/**
 * The short way for templates made of text and plain fields, which most are: `{{.path.basename}}-{{.name}}`.
 * It knows only the ordinary case; anything else (a missing key, a list, a bound in sight) is answered
 * with undefined, and the walker starts from the beginning with its exact rules and errors.
 */

import { redecode } from '../bytes.ts';
import { floatText } from '../format/index.ts';
import { ANY, GoInt, GoMap, type GoValue } from '../values.ts';
import type { ListNode } from './nodes.ts';

/** Text, or the path of a field. */
type Segment = string | readonly string[];

/** The segments of a tree; undefined when it holds anything else. */
export function simpleSegments(root: ListNode): readonly Segment[] | undefined {
  const segments: Segment[] = [];
  for (const node of root.nodes) {
    if (node.kind === 'text') segments.push(node.text);
    else if (node.kind === 'action') {
      const { commands, declares } = node.pipe;
      const operand = commands[0]?.args[0];
      if (declares.length > 0 || commands.length !== 1 || commands[0]?.args.length !== 1) return undefined;
      if (operand?.kind !== 'field' && !(operand?.kind === 'variable' && operand.name === '$'))
        return undefined;
      segments.push(operand.path);
    } else return undefined;
  }
  return segments;
}

/** The output, or undefined where the walker has to say what happens. */
export function renderSimple(
  segments: readonly Segment[],
  data: GoValue,
  maxOutputBytes: number,
): string | undefined {
  let out = '';
  for (const segment of segments) {
    if (typeof segment === 'string') {
      out += segment;
      continue;
    }
    let value: GoValue | undefined = data;
    for (const name of segment) {
      if (!(value instanceof GoMap) || (value.key !== 'string' && value.key !== ANY)) return undefined;
      value = value.entries.get(name);
    }
    if (typeof value === 'string') out += value;
    else if (typeof value === 'number') out += floatText(value);
    else if (typeof value === 'boolean') out += value ? 'true' : 'false';
    else if (value instanceof GoInt && value.named === undefined) out += value.v.toString();
    else return undefined;
  }
  // a UTF-16 unit is at most three bytes
  return out.length * 3 <= maxOutputBytes ? redecode(out) : undefined;
}
