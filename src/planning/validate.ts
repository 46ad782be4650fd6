/**
 * Which generated Applications are wrong (spec generators §7.3): no name, a name that another element
 * has too, a project that does not exist, a destination Argo CD does not know. Checked in order of
 * generation on the values as rendered; the first failing check decides, and all Applications of a name
 * share its verdict. What cannot be read is said once and its check left out; in compat mode it ends
 * validation, as in the reference.
 */

import { OWN } from '../api/names.ts';
import type { Application, ApplicationSet, JsonObject } from '../api/objects.ts';
import type { Part, SetGeneration, Sources } from '../generators/contract.ts';
import type { Clock } from '../support/clock.ts';
import { AppsetError } from '../support/errors.ts';
import { LIMITS } from '../support/limits.ts';
import { Turns } from '../support/turns.ts';
import type { GoMap } from '../templating/values.ts';
import type { RenderedApplication } from './contract.ts';
import { ClusterDirectory } from './destination.ts';
import { distinguish } from './distinguish.ts';

export interface ValidationSettings {
  readonly compat: boolean;
  /** false only when argocd-cm says `cluster.inClusterEnabled: "false"` */
  readonly inClusterEnabled: boolean;
  /** projects any set may use; undefined: all */
  readonly allowedProjects?: readonly string[];
}

/** A rendered Application with the param set it was made from. */
export interface RenderedRow {
  readonly rendered: RenderedApplication;
  readonly params: GoMap;
}

export interface Validation {
  /** namespace/name → what is wrong */
  readonly invalid: ReadonlyMap<string, AppsetError>;
  /** the first fact that could not be read */
  readonly unknown?: AppsetError;
}

const nameOf = (row: RenderedRow): string => row.rendered.application.metadata.name;
const keyOf = (application: Application): string =>
  `${application.metadata.namespace ?? ''}/${application.metadata.name}`;
const projectOf = (application: Application): string =>
  typeof application.spec.project === 'string' ? application.spec.project : '';

/** The element a row was made from, for people: its parts' labels. */
export function elementOf(parts: readonly Part[]): string {
  return parts.map((part) => part.label).join(' × ');
}

const COUNT_WORDS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

/**
 * Two or more elements with one name: names each, and an expression that tells them apart. The first
 * line says what happened, the others where.
 */
function duplicateName(
  set: ApplicationSet,
  name: string,
  rows: readonly RenderedRow[],
  generation: SetGeneration,
): AppsetError {
  const shown = rows.slice(0, LIMITS.namesShown).map(({ rendered }) => {
    const entry = generation.entries[rendered.entry];
    return {
      path: `${entry?.index ?? rendered.entry}.${entry?.generator ?? ''}`,
      element: elementOf(rendered.parts),
    };
  });
  const width = Math.max(...shown.map(({ path }) => path.length));
  const more = rows.length - shown.length;
  const lines = [
    `${COUNT_WORDS[rows.length] ?? rows.length} elements generate one Application name, ${JSON.stringify(name)}`,
    'the same for:',
    ...shown.map(({ path, element }) => `  ${path.padEnd(width)}  ${element}`.trimEnd()),
  ];
  if (more > 0) lines.push(`  … and ${more} more`);
  const distinction =
    rows.length > LIMITS.distinguishedRows
      ? undefined
      : distinguish(
          rows.map(({ params }) => params),
          set.spec.goTemplate === true,
        );
  if (distinction !== undefined) {
    lines.push(
      `They differ in: ${distinction.expression}  → ${distinction.values.slice(0, LIMITS.namesShown).join(', ')}`,
    );
  }
  const text = set.spec.template?.metadata?.name;
  const source = typeof text === 'string' ? text : '';
  const action = source.indexOf('{{');
  return new AppsetError('APPSET_E0312', lines.join('\n'), {
    place: {
      field: 'spec.template.metadata.name',
      element: `${shown.map(({ element }) => element).join('; ')}${more > 0 ? `; … and ${more} more` : ''}`,
      position: { line: 1, column: Math.max(0, action) + 1, source },
    },
  });
}

/** Reads projects and clusters once each and remembers what could not be read. */
class Facts {
  readonly #sources: Sources;
  readonly #settings: ValidationSettings;
  readonly #projects = new Map<string, boolean | undefined>();
  #clusters: ClusterDirectory | undefined;
  #clustersRead = false;
  unknown: AppsetError | undefined;

  constructor(sources: Sources, settings: ValidationSettings) {
    this.#sources = sources;
    this.#settings = settings;
  }

  /** whether the project exists; undefined when that could not be read */
  async projectExists(name: string): Promise<boolean | undefined> {
    if (name === '') return false;
    if (!this.#projects.has(name)) {
      const reading = await this.#sources.project(name);
      if (!reading.known) this.unknown ??= reading.error;
      this.#projects.set(name, reading.known ? reading.value !== null : undefined);
    }
    return this.#projects.get(name);
  }

  async clusters(): Promise<ClusterDirectory | undefined> {
    if (!this.#clustersRead) {
      this.#clustersRead = true;
      const reading = await this.#sources.clusters();
      if (reading.known) {
        this.#clusters = new ClusterDirectory(reading.value, this.#settings.inClusterEnabled);
      } else {
        this.unknown ??= reading.error;
      }
    }
    return this.#clusters;
  }
}

/** undefined: the list allows every project. */
function allowedProjects(set: ApplicationSet, settings: ValidationSettings): ReadonlySet<string> | undefined {
  if (settings.compat) return undefined;
  const annotation = set.metadata.annotations?.[OWN.allowedProjects];
  const own = annotation?.split(',').map((name) => name.trim());
  const { allowedProjects: all } = settings;
  if (own === undefined) return all && new Set(all);
  return new Set(all === undefined ? own : own.filter((name) => all.includes(name)));
}

async function problemOf(
  application: Application,
  facts: Facts,
  allowed: ReadonlySet<string> | undefined,
): Promise<string | undefined> {
  const project = projectOf(application);
  if ((await facts.projectExists(project)) === false) {
    return `application references project ${project} which does not exist`;
  }
  if (allowed !== undefined && !allowed.has(project)) {
    return `project ${JSON.stringify(project)} is not allowed here; allowed: ${[...allowed].join(', ')}`;
  }
  const { destination } = application.spec;
  const target =
    typeof destination === 'object' && destination !== null ? (destination as JsonObject) : undefined;
  const problem = (await facts.clusters())?.problemOf(target);
  return problem === undefined ? undefined : `application destination spec is invalid: ${problem}`;
}

/**
 * The verdicts on a set's Applications.
 *
 * @param rows rendered Applications in order of generation
 */
export async function validateApplications(
  set: ApplicationSet,
  rows: readonly RenderedRow[],
  generation: SetGeneration,
  sources: Sources,
  settings: ValidationSettings,
  clock: Clock,
): Promise<Validation> {
  const turns = new Turns(clock);
  const invalid = new Map<string, AppsetError>();
  const facts = new Facts(sources, settings);
  const allowed = allowedProjects(set, settings);
  const byName = Map.groupBy(rows, nameOf);
  const seen = new Set<string>();
  for (const row of rows) {
    if (turns.due) await turns.take();
    const { application } = row.rendered;
    const name = nameOf(row);
    const entry = generation.entries[row.rendered.entry];
    const place = {
      ...(entry === undefined ? {} : { generator: `generators[${entry.index}].${entry.generator}` }),
      field: 'spec.template',
      element: elementOf(row.rendered.parts),
    };
    const refuse = (message: string) =>
      invalid.set(keyOf(application), new AppsetError('APPSET_E0501', message, { place }));
    if (name === '') {
      refuse(
        `ApplicationSet ${set.metadata.name} contains an application with no name; a name must be set in the template's metadata.name or via a templatePatch (generateName is not supported)`,
      );
      continue;
    }
    if (seen.has(name)) {
      if (invalid.get(keyOf(application))?.code === 'APPSET_E0312') continue;
      const message = `ApplicationSet ${set.metadata.name} contains applications with duplicate name: ${name}`;
      invalid.set(
        keyOf(application),
        settings.compat
          ? new AppsetError('APPSET_E0312', message, { place })
          : duplicateName(set, name, byName.get(name) ?? [], generation),
      );
      continue;
    }
    seen.add(name);
    const problem = await problemOf(application, facts, allowed);
    if (problem !== undefined) refuse(problem);
    if (settings.compat && facts.unknown !== undefined) return { invalid: new Map(), unknown: facts.unknown };
  }
  return facts.unknown === undefined ? { invalid } : { invalid, unknown: facts.unknown };
}
