/**
 * `appset approve`: a person lets go what a set holds, by the digest of exactly that work. The digest is
 * taken from the set's own condition; one that is not in it is refused, and so is an approval that
 * would come too late because the set changed meanwhile.
 */
import type { Command } from 'commander';
import { isConflict, isNotFound, type ObjectClient, RESOURCES } from '../api/client.ts';
import { OWN } from '../api/names.ts';
import { type ApplicationSet, type Condition, keyOf } from '../api/objects.ts';
import { asApplicationSet, listAll } from '../controller/live-view.ts';
import type { HttpObjectClient } from '../kube/index.ts';
import { AppsetError } from '../support/errors.ts';
import { EXIT } from './exit.ts';
import { connect, type KubeOptions, kubeOptions } from './kube-options.ts';
import { type SetName, setName } from './set-name.ts';
import { personalManager } from './who.ts';

interface Options extends KubeOptions {
  readonly namespace?: string;
  readonly plan?: string;
  readonly cause?: string;
}

/** Digits of a digest that are enough. */
const LEAST_DIGITS = 7;
/** Digits that are shown. */
export const SHOWN_DIGITS = 12;

export function define(command: Command, finish: (code: number) => void): void {
  kubeOptions(command)
    .argument('[set]', 'name of the set, or namespace/name')
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
    if (name === undefined) return await approveCause(cluster.client, options.cause ?? '');
    const asked = setName(name, options.namespace, cluster.namespace);
    return await approveOne(cluster.client, asked, options.plan ?? '');
  } finally {
    await cluster.close();
  }
}

async function approveOne(
  client: HttpObjectClient,
  { namespace, name }: SetName,
  digits: string,
): Promise<number> {
  const set = await readSet(client, { namespace, name });
  const held = heldOf(set);
  if (held === undefined)
    throw new AppsetError('APPSET_E0805', `${namespace}/${name} holds nothing that a person has to approve`);
  if (!held.digest.startsWith(digits))
    throw new AppsetError(
      'APPSET_E0805',
      `${namespace}/${name} holds plan ${held.digest.slice(0, SHOWN_DIGITS)}, not ${digits}: look again before you approve\n${held.condition.message}`,
    );
  const manager = await personalManager(client, 'appset-approve');
  await write(client, set, OWN.approvedPlan, held.digest, manager);
  process.stdout.write(`${namespace}/${name}: plan ${held.digest.slice(0, SHOWN_DIGITS)} approved\n`);
  return EXIT.ok;
}

async function approveCause(client: HttpObjectClient, cause: string): Promise<number> {
  const sets = (await listAll(client, RESOURCES.applicationSets)).map(asApplicationSet);
  const holding = sets.flatMap((set) => {
    const held = heldOf(set);
    return held === undefined ? [] : [{ set, held }];
  });
  const waiting = holding.filter(({ held }) => held.cause === cause);
  const mixed = holding.filter(({ held }) => held.cause !== cause && isAmong(cause, held.condition.message));
  if (waiting.length === 0 && mixed.length === 0)
    throw new AppsetError('APPSET_E0805', `no set holds anything because of ${cause}`);
  const manager = await personalManager(client, 'appset-approve');
  for (const { set, held } of waiting) {
    await write(client, set, OWN.approvedPlan, held.digest, manager);
    process.stdout.write(`${keyOf(set)}: plan ${held.digest.slice(0, SHOWN_DIGITS)} approved\n`);
  }
  for (const { set } of mixed) {
    const { name, namespace } = set.metadata;
    process.stderr.write(
      `Not approved: ${keyOf(set)} holds more than ${cause} explains. Look: appset plan ${name} -n ${namespace}\n`,
    );
  }
  return mixed.length === 0 ? EXIT.ok : EXIT.held;
}

/** Whether a message names a cause: the whole word, not the beginning of a longer one. */
const isAmong = (cause: string, message: string): boolean =>
  message
    .split(' because of ')
    .some((rest) => rest.startsWith(cause) && /^(?:[.,;]*(?:\s|$))/.test(rest.slice(cause.length)));

/** @throws AppsetError APPSET_E0805 when there is no such set */
export async function readSet(client: ObjectClient, { namespace, name }: SetName): Promise<ApplicationSet> {
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

export interface Held {
  readonly condition: Condition;
  readonly digest: string;
  /** what all of it goes back to, where it is one thing */
  readonly cause: string | undefined;
}

/** What a set holds for a person: its condition, and what is in it. */
export function heldOf(set: ApplicationSet): Held | undefined {
  const condition = set.status?.conditions?.find(
    ({ type, status }) => type === 'DeletionsHeld' && status === 'True',
  );
  const found = /\bPlan ([0-9a-f]{64})\.(?: Cause (\S+)\.(?:\s|$))?/.exec(condition?.message ?? '');
  if (condition === undefined || found?.[1] === undefined) return undefined;
  return { condition, digest: found[1], cause: found[2] };
}

/** An annotation with a digest, on exactly the set that was looked at. */
export async function write(
  client: ObjectClient,
  { metadata }: ApplicationSet,
  annotation: string,
  digest: string,
  fieldManager: string,
): Promise<void> {
  const patch = {
    metadata: {
      annotations: { [annotation]: digest },
      uid: metadata.uid ?? '',
      resourceVersion: metadata.resourceVersion ?? '',
    },
  };
  try {
    await client.patch(RESOURCES.applicationSets, metadata.namespace, metadata.name, patch, {
      type: 'merge',
      fieldManager,
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
