/**
 * What a run sees of the cluster: the set and the Applications of its namespace. Two ways to see: by
 * asking the API each time (single runs, conformance), or in a watch cache (`appset run`). A view is
 * told of every write, so that it never shows a run its own past.
 */
import { isNotFound, type ObjectClient, RESOURCES } from '../api/client.ts';
import type { Application, ApplicationSet, KubeObject } from '../api/objects.ts';
import { controllingSetName } from '../planning/ownership.ts';
import type { LiveApplications } from '../planning/plan.ts';

export interface LiveView {
  /** undefined when there is none */
  set(namespace: string, name: string): Promise<ApplicationSet | undefined>;
  /** every set the view knows of */
  sets(): Promise<readonly ApplicationSet[]>;
  applications(namespace: string): Promise<LiveApplications>;
  /** the server's answer to a create or patch of an Application */
  wrote(application: Application): void;
  /** an Application the server said is gone */
  gone(namespace: string, name: string): void;
}

export const asApplicationSet = (object: KubeObject): ApplicationSet => object as unknown as ApplicationSet;
export const asApplication = (object: KubeObject): Application => object as unknown as Application;

/** Applications of one namespace, from a list of them. */
export function liveApplications(applications: readonly Application[]): LiveApplications {
  const byName = new Map(
    applications.map((application) => [application.metadata.name, application] as const),
  );
  const byOwner = Map.groupBy(applications, controllingSetName);
  return {
    byName: (name) => byName.get(name),
    controlledBy: (setName) => byOwner.get(setName) ?? [],
  };
}

/** Lists all pages. */
export async function listAll(
  client: ObjectClient,
  type: (typeof RESOURCES)[keyof typeof RESOURCES],
  options: { readonly namespace?: string; readonly labelSelector?: string } = {},
): Promise<readonly KubeObject[]> {
  const items: KubeObject[] = [];
  let next: string | undefined;
  do {
    const page = await client.list(type, { ...options, ...(next === undefined ? {} : { continue: next }) });
    items.push(...page.items);
    next = page.continue === '' ? undefined : page.continue;
  } while (next !== undefined);
  return items;
}

/** Sees by asking: every look is a quorum read. */
export class DirectLiveView implements LiveView {
  readonly #client: ObjectClient;

  constructor(client: ObjectClient) {
    this.#client = client;
  }

  async set(namespace: string, name: string): Promise<ApplicationSet | undefined> {
    try {
      return asApplicationSet(await this.#client.get(RESOURCES.applicationSets, namespace, name));
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async sets(): Promise<readonly ApplicationSet[]> {
    return (await listAll(this.#client, RESOURCES.applicationSets)).map(asApplicationSet);
  }

  async applications(namespace: string): Promise<LiveApplications> {
    return liveApplications(
      (await listAll(this.#client, RESOURCES.applications, { namespace })).map(asApplication),
    );
  }

  wrote(): void {}
  gone(): void {}
}
