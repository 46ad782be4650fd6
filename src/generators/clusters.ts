/**
 * The clusters generator (spec generators §2.2): one row for each cluster Secret that the selector
 * takes, in order of cluster name, and the implicit local cluster last. Secrets are keyed by cluster
 * name: of two with one name the later Secret counts. Credentials never get here.
 */
import {
  compileSelector,
  isEmptySelector,
  LABEL_RULES,
  labelLookup,
  matchesSelector,
} from '../api/label-selector.ts';
import { CLUSTER_SECRET_TYPE, IN_CLUSTER_NAME, IN_CLUSTER_SERVER, SECRET_TYPE_LABEL } from '../api/names.ts';
import type { JsonObject, LabelSelector } from '../api/objects.ts';
import { compareBytes } from '../support/byte-strings.ts';
import { AppsetError, asAppsetError } from '../support/errors.ts';
import { normalizeName } from '../support/slug.ts';
import { type GoMap, GoSlice, goMap, goStringMap, MAP_ANY } from '../templating/values.ts';
import { Collector } from './collector.ts';
import type { ClusterFact, Generator, GeneratorNode, Outcome, Part } from './contract.ts';
import { booleanField, stringMapField } from './fields.ts';
import { part } from './identity.ts';
import { usable } from './outcome.ts';
import { appendValues } from './values.ts';

const metadataOf = new WeakMap<ClusterFact, GoMap>();

function metadata(fact: ClusterFact): GoMap {
  const found = metadataOf.get(fact);
  if (found !== undefined) return found;
  const made = goMap();
  const labels = Object.entries(fact.labels);
  const annotations = Object.entries(fact.annotations);
  if (labels.length > 0) made.set('labels', goStringMap(labels));
  if (annotations.length > 0) made.set('annotations', goStringMap(annotations));
  metadataOf.set(fact, made);
  return made;
}

function secretParams(fact: ClusterFact, go: boolean): GoMap {
  const params = goMap([
    ['name', fact.name],
    ['nameNormalized', normalizeName(fact.name)],
    ['server', fact.server],
    ['project', fact.project ?? ''],
  ]);
  if (go) {
    params.set('metadata', metadata(fact));
  } else {
    for (const [key, value] of Object.entries(fact.labels)) params.set(`metadata.labels.${key}`, value);
    for (const [key, value] of Object.entries(fact.annotations)) {
      params.set(`metadata.annotations.${key}`, value);
    }
  }
  return params;
}

const localParams = (): GoMap =>
  goMap([
    ['name', IN_CLUSTER_NAME],
    ['nameNormalized', IN_CLUSTER_NAME],
    ['server', IN_CLUSTER_SERVER],
    ['project', ''],
  ]);

function select(facts: readonly ClusterFact[], selector: LabelSelector): readonly ClusterFact[] {
  let requirements: ReturnType<typeof compileSelector>;
  try {
    const matchLabels = { ...selector.matchLabels, [SECRET_TYPE_LABEL]: CLUSTER_SECRET_TYPE };
    requirements = compileSelector({ ...selector, matchLabels }, LABEL_RULES);
  } catch (error) {
    throw asAppsetError(error, 'APPSET_E0203').prefixed(
      'error getting cluster secrets: error converting label selector: ',
    );
  }
  const byName = new Map<string, ClusterFact>();
  for (const fact of facts) {
    if (matchesSelector(requirements, labelLookup(fact.labels))) byName.set(fact.name, fact);
  }
  return [...byName.values()].sort((a, b) => compareBytes(a.name, b.name));
}

function selectorOf(spec: JsonObject): LabelSelector {
  const selector = spec['selector'] ?? {};
  if (typeof selector !== 'object' || Array.isArray(selector)) {
    throw new AppsetError('APPSET_E0201', 'selector must be a label selector');
  }
  return selector as LabelSelector;
}

export const clustersGenerator: Generator = {
  name: 'clusters',
  async facts(_spec, run) {
    const reading = await run.clusters();
    return reading.known ? reading.value : undefined;
  },
  async generate(spec: JsonObject, node: GeneratorNode, run): Promise<Outcome> {
    const { mode, render, settings, controllerNamespace } = run.context;
    const selector = selectorOf(spec);
    const values = stringMapField(spec, 'values');
    const flat = booleanField(spec, 'flatList');
    select([], selector);
    const reading = usable(await run.clusters(), settings);
    const collector = new Collector(node);
    if (reading.error !== undefined) {
      collector.unknown(
        reading.error.prefixed('error getting cluster secrets: '),
        reading.value !== undefined,
      );
    }
    if (reading.value === undefined) return collector.outcome;
    const facts = select(reading.value, selector);
    const { stale } = reading;
    const list = [part(node.leaf, 'clusterList', 'clusters', 'the list of clusters')];
    const add = (params: GoMap, own: Part, where: string): void => {
      const prefix = `error appending templated values for ${where}: `;
      collector.add(flat ? list : [own], prefix, stale, () => appendValues(params, values, mode, render));
    };
    for (const fact of facts) {
      const label = `Secret ${controllerNamespace}/${fact.secretName}`;
      add(secretParams(fact, mode.go), part(node.leaf, 'cluster', fact.secretName, label), 'cluster');
    }
    if (isEmptySelector(selector) && !facts.some((fact) => fact.server === IN_CLUSTER_SERVER)) {
      const local = part(node.leaf, 'localCluster', IN_CLUSTER_NAME, 'the local cluster');
      add(localParams(), local, 'local cluster');
    }
    return flat ? oneRow(collector.outcome, list, stale) : collector.outcome;
  },
};

/** All clusters as one param; without one of them the list would be another list. */
function oneRow({ rows, problems }: Outcome, parts: readonly Part[], stale: boolean): Outcome {
  if (problems.length > (stale ? 1 : 0)) return { rows: [], problems };
  const clusters = new GoSlice(
    rows.map((row) => row.params),
    MAP_ANY,
    rows.length === 0,
  );
  const params = goMap([['clusters', clusters]]);
  return { rows: [stale ? { params, parts, stale: true } : { params, parts }], problems };
}
