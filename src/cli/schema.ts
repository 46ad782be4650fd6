/** `appset schema`: the JSON Schema of a kind, for editors. */
import type { Command } from 'commander';
import { ARGO_CRD_KINDS } from '../api/crds.ts';
import { jsonSchemaOf } from '../api/json-schema.ts';
import { AppsetError } from '../support/errors.ts';
import { EXIT } from './exit.ts';

export function define(command: Command, finish: (code: number) => void): void {
  command
    .argument('[kind]', `one of ${ARGO_CRD_KINDS.join(', ')}`, 'ApplicationSet')
    .addHelpText(
      'after',
      `
Write it to a file and name that in the first line of a set:
  # yaml-language-server: $schema=applicationset.schema.json`,
    )
    .action((name: string) => {
      const kind = ARGO_CRD_KINDS.find((one) => one.toLowerCase() === name.toLowerCase());
      if (kind === undefined)
        throw new AppsetError('APPSET_E0801', `${name}: use one of ${ARGO_CRD_KINDS.join(', ')}`);
      process.stdout.write(`${JSON.stringify(jsonSchemaOf(kind), null, 2)}\n`);
      finish(EXIT.ok);
    });
}
