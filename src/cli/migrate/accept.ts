/**
 * `appset migrate accept`: a person has looked at what this operator would delete in its first run over
 * sets it did not make, and lets them be its own from now on. Nothing is deleted by that alone: the
 * other holds speak as for any set.
 */
import type { Command } from 'commander';
import { type ObjectClient, RESOURCES } from '../../api/client.ts';
import { OWN } from '../../api/names.ts';
import { type ApplicationSet, keyOf } from '../../api/objects.ts';
import { asApplicationSet, listAll } from '../../controller/live-view.ts';
import { AppsetError } from '../../support/errors.ts';
import { type Held, heldOf, readSet, SHOWN_DIGITS, write } from '../approve.ts';
import { EXIT } from '../exit.ts';
import { connect, type KubeOptions, kubeOptions } from '../kube-options.ts';
import { type SetName, setName } from '../set-name.ts';
import { personalManager } from '../who.ts';

interface Options extends KubeOptions {
  readonly namespace?: string;
  readonly all?: boolean;
}

export const accept = {
  name: 'accept',
  summary: "let sets be the operator's own whose first run would delete Applications",
  define(command: Command, finish: (code: number) => void): void {
    kubeOptions(command)
      .argument('[sets...]', 'names, or namespace/name')
      .option('-n, --namespace <name>', 'namespace of the sets (default: that of the context, else argocd)')
      .option('--all', 'every set of the namespace that waits for it')
      .addHelpText(
        'after',
        `
A set that somebody else made Applications for waits before the operator deletes any of them for the
first time (FirstRun). Look first: appset plan SET. Accepting counts for exactly what is held now; after
it the set is treated like any other, budgets included.`,
      )
      .action(async (names: string[], options: Options) => finish(await acceptSets(names, options)));
  },
};

async function acceptSets(names: readonly string[], options: Options): Promise<number> {
  if (names.length > 0 === (options.all === true))
    throw new AppsetError('APPSET_E0801', 'name sets, or say --all');
  const cluster = await connect(options);
  try {
    const namespace = options.namespace ?? cluster.namespace ?? 'argocd';
    const asked = names.map((name) => setName(name, options.namespace, cluster.namespace));
    const waiting = await read(cluster.client, asked, namespace);
    if (waiting.length === 0) {
      process.stderr.write(`No set of ${namespace} waits for its first run to be accepted.\n`);
      return EXIT.ok;
    }
    const manager = await personalManager(cluster.client, 'appset-migrate');
    for (const { set, held } of waiting) {
      await write(cluster.client, set, OWN.acceptFirstRun, held.digest, manager);
      process.stdout.write(`${keyOf(set)}: plan ${held.digest.slice(0, SHOWN_DIGITS)} accepted\n`);
    }
    return EXIT.ok;
  } finally {
    await cluster.close();
  }
}

interface Waiting {
  readonly set: ApplicationSet;
  readonly held: Held;
}

/** @throws AppsetError APPSET_E0805 for a named set that is not there, or does not wait */
async function read(
  client: ObjectClient,
  names: readonly SetName[],
  namespace: string,
): Promise<readonly Waiting[]> {
  if (names.length === 0) {
    const all = (await listAll(client, RESOURCES.applicationSets, { namespace })).map(asApplicationSet);
    return all.flatMap((set) => waitingOf(set) ?? []);
  }
  const found: Waiting[] = [];
  for (const name of names) {
    const waiting = waitingOf(await readSet(client, name));
    if (waiting === undefined)
      throw new AppsetError(
        'APPSET_E0805',
        `${name.namespace}/${name.name} does not wait for its first run to be accepted`,
      );
    found.push(waiting);
  }
  return found;
}

function waitingOf(set: ApplicationSet): Waiting | undefined {
  const held = heldOf(set);
  return held !== undefined && /(?:^| )FirstRun (?:since|\()/.test(held.condition.message)
    ? { set, held }
    : undefined;
}
