/** docs/template-functions.md: the functions of Go templates, with those marked that are not stable or change their argument. */
import { GO_FUNCTIONS } from '../../templating/functions/index.ts';
import { FUNCTION_LINES } from './function-lines.ts';
import { madeFrom, markdownTable, pageOf } from './markdown.ts';

export function templateFunctionsPage(): string {
  return pageOf(
    madeFrom('src/templating/functions and src/cli/docs/function-lines.ts'),
    '# Template functions',
    `In Go mode (\`goTemplate: true\`) a template may call Go's own \`and\`, \`or\`, \`not\`, \`len\`, \`index\`, \`print\`,
\`printf\`, \`println\`, \`html\`, \`js\`, \`urlquery\`, \`call\`, \`eq\`, \`ne\`, \`lt\`, \`le\`, \`gt\`, \`ge\`, and the ${GO_FUNCTIONS.size}
functions below: Sprig's, without \`env\`, \`expandenv\` and \`getHostByName\`, and with \`normalize\`, \`slugify\`,
\`toYaml\`, \`fromYaml\` and \`fromYamlArray\`. Helm's \`include\`, \`tpl\`, \`required\` and \`lookup\` are not there.`,
    `**ND**: another run may give another result, so that an Application changes though nothing else did.
**M**: changes its first argument.`,
    ...Object.entries(FUNCTION_LINES).flatMap(([heading, lines]) => [
      `## ${heading}`,
      markdownTable(
        ['function', '', 'arguments and result'],
        Object.entries(lines).map(([name, line]) => [`\`${name}\``, marksOf(name), line]),
      ),
    ]),
  );
}

function marksOf(name: string): string {
  const target = GO_FUNCTIONS.get(name);
  return [target?.nondeterministic === true ? 'ND' : '', target?.mutates === true ? 'M' : '']
    .filter((mark) => mark !== '')
    .join(' ');
}
