/**
 * One evaluation of one set. Facts are asked for once, and a generator is evaluated once for each
 * content its spec can have after interpolation: a matrix whose second child reads the same for all
 * rows of the first costs one evaluation of it. Results are shared and never changed.
 */

import type { Requirement } from '../api/label-selector.ts';
import type { JsonObject } from '../api/objects.ts';
import { AppsetError, asAppsetError } from '../support/errors.ts';
import { isJsonObject } from '../support/json.ts';
import { Turns } from '../support/turns.ts';
import { deepCopyValue, type GoMap } from '../templating/values.ts';
import type {
  Child,
  GenerationContext,
  GenerationRun,
  Generator,
  GeneratorNode,
  GitRequest,
  GitTree,
  Outcome,
  Reading,
} from './contract.ts';
import { generatorFields, isCombinator } from './fields.ts';
import { childEntries, shortHash } from './identity.ts';
import { compileInterpolation, type Interpolation } from './interpolate.ts';
import type { LeafOutcomes } from './leaf-outcomes.ts';
import { prefixProblems, unknownOutcome } from './outcome.ts';
import { checkRestrictions } from './scm-restrictions.ts';
import { entrySelector, selectRows } from './selector.ts';

/** Deepest level on which the reference reads a matrix or merge. */
const REFERENCE_NESTING = 2;

/** Where an entry stands; its generators stand one step further. */
export interface EntryPosition {
  readonly path: string;
  readonly place: string;
  readonly depth: number;
  readonly original: JsonObject;
}

export class Run implements GenerationRun {
  readonly context: GenerationContext;
  readonly #generators: ReadonlyMap<string, Generator>;
  readonly #identities: ReadonlyMap<string, string>;
  readonly #facts = new Map<string, Promise<unknown>>();
  readonly #outcomes = new Map<string, Promise<Outcome>>();
  readonly #outcomesOf = new WeakMap<JsonObject, Map<string, Promise<Outcome>>>();
  readonly #interpolations = new WeakMap<JsonObject, Interpolation>();
  readonly #unparsable = new WeakMap<Interpolation, Outcome>();
  readonly #turns: Turns;

  constructor(
    context: GenerationContext,
    generators: ReadonlyMap<string, Generator>,
    identities: ReadonlyMap<string, string>,
  ) {
    this.context = context;
    this.#generators = generators;
    this.#identities = identities;
    this.#turns = new Turns(context.render.clock);
  }

  #fact<T>(key: string, read: () => Promise<Reading<T>>): Promise<Reading<T>> {
    const found = this.#facts.get(key) as Promise<Reading<T>> | undefined;
    if (found !== undefined) return found;
    const made = read();
    this.#facts.set(key, made);
    return made;
  }

  clusters() {
    return this.#fact('clusters', () => this.context.sources.clusters());
  }

  project(name: string) {
    return this.#fact(`project\0${name}`, () => this.context.sources.project(name));
  }

  gitTree(request: GitRequest): Promise<Reading<GitTree>> {
    const signed = request.signatureKeys?.join() ?? '';
    const key = `git\0${request.repoURL}\0${request.revision}\0${request.project}\0${signed}`;
    return this.#fact(key, () => this.context.sources.gitTree(request));
  }

  secretLabels(name: string): Promise<Reading<Readonly<Record<string, string>> | null>> {
    const { sources, setNamespace } = this.context;
    return this.#fact(`secret\0${name}`, () => sources.secretLabels(setNamespace, name));
  }

  async breathe(): Promise<void> {
    this.context.signal?.throwIfAborted();
    if (this.#turns.due) await this.#turns.take();
  }

  /** The generator fields of an entry that count where it stands (spec generators §2.0, Nesting). */
  fieldsOf(entry: JsonObject, depth: number): readonly string[] {
    const fields = generatorFields(entry);
    if (!this.context.settings.compat || depth <= REFERENCE_NESTING) return fields;
    return fields.filter((field) => !isCombinator(field));
  }

  /** One generator field of an entry, with the entry's selector applied. Never throws but when aborted. */
  async field(
    entry: JsonObject,
    field: string,
    requirements: readonly Requirement[],
    at: EntryPosition,
  ): Promise<Outcome> {
    const original = at.original[field];
    const node: GeneratorNode = {
      path: `${at.path}.${field}`,
      place: `${at.place}.${field}`,
      leaf: this.#identities.get(`${at.path}.${field}`) ?? shortHash(`${at.path}.${field}`),
      depth: at.depth,
      original: isJsonObject(original) ? original : {},
    };
    this.context.signal?.throwIfAborted();
    let outcome: Outcome;
    try {
      outcome = await this.#generate(entry[field], field, node);
    } catch (error) {
      this.context.signal?.throwIfAborted();
      outcome = unknownOutcome(node, asAppsetError(error));
    }
    const rows = selectRows(outcome.rows, requirements);
    if (outcome.problems.length === 0) return rows === outcome.rows ? outcome : { rows, problems: [] };
    const set = `${this.context.setNamespace}/${this.context.setName}`;
    const problems = outcome.problems.map((problem) => ({
      ...problem,
      error: problem.error.at({ set, generator: node.place }),
    }));
    return { rows, problems };
  }

  #generate(spec: unknown, field: string, node: GeneratorNode): Promise<Outcome> {
    if (!isJsonObject(spec)) throw new AppsetError('APPSET_E0201', `${node.place} must be an object`);
    const generator = this.#generators.get(field);
    if (generator === undefined) return this.#unsupported(field, spec, node);
    if (isCombinator(field) && node.depth > this.context.settings.maxNesting) {
      throw new AppsetError(
        'APPSET_E0205',
        `${node.place} is nested deeper than the ${this.context.settings.maxNesting} levels that are read`,
      );
    }
    return this.context.leaves === undefined || generator.facts === undefined
      ? generator.generate(spec, node, this)
      : this.#fromEarlier(generator, spec, node, this.context.leaves);
  }

  /** A generator that is known and not there yet; what the settings forbid is told first. */
  async #unsupported(field: string, spec: JsonObject, node: GeneratorNode): Promise<never> {
    await checkRestrictions(field, spec, this);
    throw new AppsetError('APPSET_E0202', `the generator ${field} at ${node.place} is not supported yet`);
  }

  /** What the leaf gave in an earlier evaluation, if its facts are the same; else what it gives now. */
  async #fromEarlier(
    generator: Generator,
    spec: JsonObject,
    node: GeneratorNode,
    leaves: LeafOutcomes,
  ): Promise<Outcome> {
    const { mode, settings, controllerNamespace } = this.context;
    const text = JSON.stringify(spec);
    const facts = text.includes('{{') ? undefined : await generator.facts?.(spec, this);
    if (facts === undefined) return generator.generate(spec, node, this);
    const { name } = generator;
    const { path, place, leaf, depth } = node;
    const key = JSON.stringify([name, text, path, place, leaf, depth, mode, settings, controllerNamespace]);
    const known = leaves.find(key, facts);
    if (known !== undefined) return known;
    const outcome = await generator.generate(spec, node, this);
    leaves.keep(key, facts, outcome);
    return outcome;
  }

  async child(node: GeneratorNode, index: number, entry: JsonObject, params?: GoMap): Promise<Child> {
    const at: EntryPosition = {
      path: `${node.path}.${index}`,
      place: `${node.place}.generators[${index}]`,
      depth: node.depth + 1,
      original: childEntries(node.original)[index] ?? {},
    };
    let requirements: readonly Requirement[];
    try {
      requirements = entrySelector(entry);
    } catch (error) {
      const outcome = this.#childFailure(node, at, asAppsetError(error));
      return { outcome, params, dependsOnParams: false };
    }
    const evaluate = (own: JsonObject): Promise<Outcome> => this.#childOutcome(own, requirements, at, node);
    if (params === undefined || params.size === 0) {
      return {
        outcome: await this.#once(entry, at.path, () => evaluate(entry)),
        params,
        dependsOnParams: false,
      };
    }
    const interpolation = this.#interpolation(entry);
    const constant = interpolation.literal;
    if (constant !== undefined) {
      const outcome = await this.#once(constant, at.path, () => evaluate(constant));
      return { outcome, params, dependsOnParams: false };
    }
    const own = interpolation.mutates ? deepCopyValue(params) : params;
    this.context.render.budget?.nextElement();
    let rendered: JsonObject;
    try {
      rendered = interpolation.render(own, this.context.render);
    } catch (error) {
      return this.#notInterpolated(interpolation, node, at, asAppsetError(error), own);
    }
    const key = `${at.path}\0${JSON.stringify(rendered)}`;
    let outcome = this.#outcomes.get(key);
    if (outcome === undefined) {
      outcome = evaluate(rendered);
      this.#outcomes.set(key, outcome);
    }
    return { outcome: await outcome, params: own, dependsOnParams: true };
  }

  /** A template that cannot be parsed fails for every row alike and is one problem. */
  #notInterpolated(
    interpolation: Interpolation,
    node: GeneratorNode,
    at: EntryPosition,
    error: AppsetError,
    params: GoMap,
  ): Child {
    if (error.code !== 'APPSET_E0301') {
      return { outcome: this.#childFailure(node, at, error), params, dependsOnParams: true };
    }
    const outcome = this.#unparsable.get(interpolation) ?? this.#childFailure(node, at, error);
    this.#unparsable.set(interpolation, outcome);
    return { outcome, params, dependsOnParams: false };
  }

  #interpolation(entry: JsonObject): Interpolation {
    let interpolation = this.#interpolations.get(entry);
    if (interpolation === undefined) {
      interpolation = compileInterpolation(entry, this.context.mode);
      this.#interpolations.set(entry, interpolation);
    }
    return interpolation;
  }

  #once(entry: JsonObject, path: string, make: () => Promise<Outcome>): Promise<Outcome> {
    let byPath = this.#outcomesOf.get(entry);
    if (byPath === undefined) {
      byPath = new Map();
      this.#outcomesOf.set(entry, byPath);
    }
    let outcome = byPath.get(path);
    if (outcome === undefined) {
      outcome = make();
      byPath.set(path, outcome);
    }
    return outcome;
  }

  #childFailure(node: GeneratorNode, at: EntryPosition, error: AppsetError): Outcome {
    const words = 'child generator returned an error on parameter generation: ';
    return unknownOutcome({ ...node, path: at.path }, error.prefixed(words).at({ generator: at.place }));
  }

  async #childOutcome(
    entry: JsonObject,
    requirements: readonly Requirement[],
    at: EntryPosition,
    node: GeneratorNode,
  ): Promise<Outcome> {
    const outcomes: Outcome[] = [];
    for (const field of this.fieldsOf(entry, at.depth)) {
      outcomes.push(await this.field(entry, field, requirements, at));
    }
    const [only, second] = outcomes;
    const words = 'child generator returned an error on parameter generation: ';
    if (only !== undefined && second === undefined) {
      return only.problems.length === 0
        ? only
        : { rows: only.rows, problems: prefixProblems(only.problems, words) };
    }
    const problems = outcomes.flatMap((outcome) => prefixProblems(outcome.problems, words));
    const text =
      only === undefined
        ? 'child generator generated no parameters'
        : 'found more than one generator in matrix.Generators';
    const error = new AppsetError('APPSET_E0201', text, { place: { generator: at.place } });
    const shape = unknownOutcome({ ...node, path: at.path }, error);
    return { rows: [], problems: [...problems, ...shape.problems] };
  }
}
