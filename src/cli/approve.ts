/**
 * `appset approve`: a person lets go what a set holds, by the digest of exactly that work. The digest is
 * taken from the set's own condition; one that is not in it is refused, and so is an approval that
 * would come too late because the set changed meanwhile.
 */
import type { Command } from 'commander';
import { isConflict, isNotFound, type ObjectClient, RESOURCES } from '../api/client.ts';
import { OWN } from '../api/names.ts';
import type { ApplicationSet, Condition } from '../api/objects.ts';
import { asApplicationSet, listAll } from '../controller/live-view.ts';
import { AppsetError } from '../support/errors.ts';
import { EXIT } from './exit.ts';
import { connect, type KubeOptions, kubeOptions } from './kube-options.ts';

interface Options extends KubeOptions {
  readonly namespace?: string;
  readonly plan?: string;
  readonly cause?: string;
}

/** Digits of a digest that are enough. */
const LEAST_DIGITS = 7;

export function define(command: Command, finish: (code: number) => void): void {
  kubeOptions(command)
    .argument('[set]', 'name of the set')
    .option('-n, --namespace <name>', 'namespace of the set (default: that of the context, else argocd)')
    .option('--plan <digest>', `the digest shown with what is held, at least ${LEAST_DIGITS} digits of it`)
    .option('--cause <cause>', 'approve what all sets hold for one cause, such as Secret/argocd/cluster-eu-7')
    .addHelpText(
      'after',
      `
An approval counts for the Applications held now, for an hour, and for nothing that comes later. What is
held, and its digest: appset get, appset plan SET, or condition DeletionsHeld of the set.`,
    )
    .action(async (name: string | undefined, options: Options) => finish(await approve(name, options)));
}

async function approve(name: string | undefined, options: Options): Promise<number> {
  if ((name === undefined) === (options.cause === undefined))
    throw new AppsetError('APPSET_E0801', 'name a set with --plan DIGEST, or a --cause');
  if (name !== undefined && (options.plan === undefined || !/^[0-9a-f]{7,64}$/.test(options.plan)))
    throw new AppsetError(
      'APPSET_E0801',
      `--plan ${options.plan ?? ''}: give at least ${LEAST_DIGITS} digits of the digest that is shown with what is held`,
    );
  const cluster = await connect(options);
  try {
    const namespace = options.namespace ?? cluster.namespace ?? 'argocd';
    if (name !== undefined) return await approveOne(cluster.client, namespace, name, options.plan ?? '');
    return await approveCause(cluster.client, options.cause ?? '');
  } finally {
    await cluster.close();
  }
}

async function approveOne(
  client: ObjectClient,
  namespace: string,
  name: string,
  digits: string,
): Promise<number> {
  const set = await readSet(client, namespace, name);
  const held = heldOf(set);
  if (held === undefined)
    throw new AppsetError('APPSET_E0805', `${namespace}/${name} holds nothing that a person has to approve`);
  if (!held.digest.startsWith(digits))
    throw new AppsetError(
      'APPSET_E0805',
      `${namespace}/${name} holds plan ${held.digest.slice(0, 12)}, not ${digits}: look again before you approve\n${held.condition.message}`,
    );
  await write(client, set, held.digest);
  process.stdout.write(`${namespace}/${name}: plan ${held.digest.slice(0, 12)} approved\n`);
  return EXIT.ok;
}

async function approveCause(client: ObjectClient, cause: string): Promise<number> {
  const sets = (await listAll(client, RESOURCES.applicationSets)).map(asApplicationSet);
  const waiting = sets.flatMap((set) => {
    const held = heldOf(set);
    return held?.condition.message.includes(` because of ${cause}`) === true
      ? [{ set, digest: held.digest }]
      : [];
  });
  if (waiting.length === 0)
    throw new AppsetError('APPSET_E0805', `no set holds anything because of ${cause}`);
  for (const { set, digest } of waiting) {
    await write(client, set, digest);
    process.stdout.write(
      `${set.metadata.namespace}/${set.metadata.name}: plan ${digest.slice(0, 12)} approved\n`,
    );
  }
  return EXIT.ok;
}

/** @throws AppsetError APPSET_E0805 when there is no such set */
export async function readSet(
  client: ObjectClient,
  namespace: string,
  name: string,
): Promise<ApplicationSet> {
  try {
    return asApplicationSet(await client.get(RESOURCES.applicationSets, namespace, name));
  } catch (error) {
    if (isNotFound(error))
      throw new AppsetError('APPSET_E0805', `there is no ApplicationSet ${namespace}/${name}`, {
        cause: error,
      });
    throw error;
  }
}

/** What a set holds for a person: its condition, and the digest in it. */
export function heldOf(
  set: ApplicationSet,
): { readonly condition: Condition; readonly digest: string } | undefined {
  const condition = set.status?.conditions?.find(
    ({ type, status }) => type === 'DeletionsHeld' && status === 'True',
  );
  const digest = /\bPlan ([0-9a-f]{64})\./.exec(condition?.message ?? '')?.[1];
  return condition === undefined || digest === undefined ? undefined : { condition, digest };
}

/** The annotation, on exactly the set that was looked at. */
async function write(client: ObjectClient, { metadata }: ApplicationSet, digest: string): Promise<void> {
  const patch = {
    metadata: {
      annotations: { [OWN.approvedPlan]: digest },
      uid: metadata.uid ?? '',
      resourceVersion: metadata.resourceVersion ?? '',
    },
  };
  try {
    await client.patch(RESOURCES.applicationSets, metadata.namespace, metadata.name, patch, {
      type: 'merge',
      fieldManager: 'appset-approve',
    });
  } catch (error) {
    if (isConflict(error))
      throw new AppsetError(
        'APPSET_E0805',
        `${metadata.namespace}/${metadata.name} changed meanwhile: look again before you approve`,
        { cause: error },
      );
    throw error;
  }
}
