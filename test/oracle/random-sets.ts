/**
 * Random ApplicationSets of list, matrix and merge generators: nested as deep as the reference nests
 * them, with selectors, templates of their own and patches, in legacy and Go mode. Most are drawn
 * without mistakes, so that most of them render; the others may be wrong anywhere.
 */
import type { Random } from '../../src/support/random.ts';
import {
  chance,
  field,
  type Json,
  NAMES,
  patch,
  pick,
  type Scope,
  TEXTS,
  template,
} from './random-set-parts.ts';
import { clusters, git, type World } from './random-worlds.ts';

interface Place extends Scope {
  readonly depth: number;
  /** second child of a matrix, whose strings are rendered with the params of the first */
  readonly interpolated: boolean;
  /** params the elements here set: in legacy mode the children of a matrix may not share any */
  readonly names: readonly string[];
  /** whether each element has an `app` of its own */
  readonly distinct: boolean;
  /** what there is to read */
  readonly world: World | undefined;
}

function element(place: Place, index: number): Json {
  const { random, go, careful, names } = place;
  const out: Json = {};
  // text that looks like a template is one in the second child of a matrix
  const texts = place.interpolated && careful && go ? TEXTS.filter((text) => !text.includes('{{')) : TEXTS;
  for (const name of names) if (!chance(random, 5)) out[name] = pick(random, texts);
  if (place.distinct) out.app = `app-${index}`;
  const owns = (name: string) => names.includes(name);
  if (go) {
    if (chance(random, 3) && owns('n'))
      out.n = pick(random, [1, 2.5, 1000000, 0, -3, 1e21, 1e-7, 123456789012, 2 ** 53, -0.00001]);
    if (chance(random, 5)) out.flag = chance(random, 2);
    if (chance(random, 5)) out.nul = null;
    if (chance(random, 3)) out.o = { a: pick(random, texts), b: { c: pick(random, [1, 'z', null, true]) } };
    if (chance(random, 4)) out.l = [pick(random, texts), 1, null];
    if (chance(random, 10)) out[pick(random, ['dotted.key', 'ключ', 'with space', 'a/b', ''])] = 'x';
  } else if (!careful && chance(random, 8))
    out[pick(random, ['n', 'o'])] = pick(random, [5, null, { a: 'b' }, ['x']]);
  if (chance(random, 3) && (go || owns('n'))) out.values = { a: pick(random, texts), b: pick(random, texts) };
  if (!go && owns('n') && chance(random, 4)) out['values.c'] = pick(random, texts);
  if (place.interpolated && chance(random, 2)) {
    out.fromFirst = field(place);
    if (chance(random, 4)) out[careful ? 'own' : field(place)] = { deep: [field(place)] };
    if (careful && !go) delete out.own;
  }
  return out;
}

function elementsYaml({ random, go, careful, interpolated, distinct }: Place): string {
  const sound = [
    '- {team: y}\n- {team: z}',
    '[]',
    '',
    '- team: on\n  region: 010',
    '- &a {team: x, n: 1_000}\n- {<<: *a, region: !!str 5}',
    '- {team: 2020-01-01, region: 12:30:45, n: 0x1F}\n- {n: 9007199254740993, team: .5, env: 1e3}',
    '- team: !!binary aGk=\n  1: one\n  true: yes\n- null',
    '- team: |\n    two\n    lines\n  region: "é\\t😀"\n  n: ~',
  ];
  if (!go) return pick(random, ['', '[]', '- {team: y}', ...(careful ? [] : ['- {team: 1}'])]);
  if (distinct) return pick(random, ['', '[]', '- {app: yaml}']);
  const wrong = ['a: 1', 'x', '- 1', '- [a]', '{', '- {app: {{.absent}}}'];
  const rendered = ['{{ list (dict "k" .app) | toJson }}', '- {again: "{{ .env | toString | b64enc }}"}'];
  return pick(random, [...sound, ...(interpolated ? rendered : []), ...(careful ? [] : wrong)]);
}

function list(place: Place): Json {
  const { random } = place;
  const count = place.distinct ? random.int(1, 5) : random.int(place.careful ? 1 : 0, 4);
  const out: Json = { elements: Array.from({ length: count }, (_, i) => element(place, i)) };
  if (!place.careful && chance(random, 20)) (out.elements as unknown[]).push(null);
  if (chance(random, 6)) out.elementsYaml = elementsYaml(place);
  return { list: out };
}

function selector({ random, go, careful, worldly }: Scope): Json {
  // in Go mode selectors see labels and values of generators since 3.3
  const maps = worldly && go ? [] : ['values.a', ...(worldly ? ['metadata.labels.env'] : [])];
  const key = pick(random, [
    ...['app', 'env', 'n', 'o.a', 'flag', 'absent', 'l.0', 'team', ...maps],
    ...(worldly ? ['path.basename', 'name', 'path.segments', 'path'] : []),
    ...(worldly && !careful ? ['path[0]', 'metadata.labels.acme.example.com/team'] : []),
  ]);
  const values = [
    'web',
    'eu-1',
    '1',
    'true',
    'app-1',
    'app-2',
    '',
    ...(worldly ? ['production', '[apps web]'] : []),
  ];
  if (chance(random, 3)) {
    return { matchLabels: { [key]: pick(random, careful ? values : [...TEXTS, '1e+06', '<nil>']) } };
  }
  const operator = pick(random, [
    'In',
    'NotIn',
    'Exists',
    'DoesNotExist',
    'NotIn',
    ...(careful ? [] : ['Gt', 'in']),
  ]);
  const wantsValues = operator.includes('In')
    ? careful || !chance(random, 10)
    : !careful && chance(random, 10);
  return {
    matchExpressions: [
      {
        key: careful || !chance(random, 20) ? key : pick(random, ['', 'a b', 'x/y/z']),
        operator,
        ...(wantsValues ? { values: [pick(random, values), pick(random, values)] } : {}),
      },
      ...(chance(random, 5) ? [{ key: 'app', operator: 'Exists' }] : []),
    ],
  };
}

function matrix(place: Place): Json {
  const { random, go } = place;
  // legacy: what both children set in different ways is an error
  const half = !go && place.careful;
  const [left, right] = half ? [place.names.slice(0, 2), place.names.slice(2)] : [place.names, place.names];
  const next = { ...place, depth: place.depth + 1 };
  const children = [
    generator({ ...next, names: left, distinct: place.distinct || next.distinct }),
    generator({ ...next, names: right, distinct: false, interpolated: true }),
  ];
  if (!place.careful && chance(random, 10)) {
    if (chance(random, 2)) children.pop();
    else children.push(list(next));
  }
  return { matrix: { generators: children } };
}

/** A merge of clusters with clusters, and with rows that are meant for some of them. */
function mergeOfClusters(place: Place, world: World): Json {
  const { random } = place;
  const key = pick(random, ['server', 'nameNormalized', 'name']);
  const rows = Array.from(world.clusters, (cluster) => ({
    [key]: cluster[key],
    app: pick(random, TEXTS),
    ...(chance(random, 2) ? { 'values.a': 'row' } : {}),
    ...(chance(random, 4) ? { values: { a: 'nested' } } : {}),
  }));
  const child = (): Json =>
    chance(random, 3)
      ? { list: { elements: rows.filter(() => chance(random, 2)) } }
      : clusters({ ...place, flat: false }, world, place.interpolated);
  const generators = [
    clusters({ ...place, flat: false }, world, place.interpolated),
    ...Array.from({ length: random.int(1, 4) }, child),
  ];
  return { merge: { mergeKeys: [key], generators } };
}

function merge(place: Place): Json {
  const { random, careful, world } = place;
  if (world !== undefined && chance(random, 2)) return mergeOfClusters(place, world);
  // of clusters and files few have an `app` of their own
  const next = { ...place, depth: place.depth + 1, distinct: careful, world: careful ? undefined : world };
  const children = Array.from({ length: random.int(2, 4) }, () => generator(next));
  if (!careful && chance(random, 10)) children.pop();
  const wrong = [['app', 'env'], ['env'], ['absent'], ['values.a'], [], ['app', 'app']];
  return {
    merge: { mergeKeys: careful ? ['app'] : pick(random, [['app'], ...wrong]), generators: children },
  };
}

function leaf(place: Place): Json {
  const { random, world, interpolated } = place;
  if (world === undefined || chance(random, 3)) return list(place);
  return chance(random, 3) ? clusters(place, world, interpolated) : git(place, world, interpolated);
}

function generator(place: Place): Json {
  const { random, careful, depth } = place;
  const kind = depth >= 2 ? 0 : random.int(0, 5);
  // a matrix below a careful merge would give an app more than once
  let out: Json;
  if (kind === 2 || (kind === 3 && depth > 0 && !careful))
    out = careful && place.distinct ? merge(place) : matrix(place);
  else if (kind >= 3) out = merge(place);
  else out = leaf(place);
  if (!careful && chance(random, 60))
    out = pick<Json>(random, [{}, { list: {} }, { ...out, list: { elements: [] } }]);
  if (chance(random, 5)) out.selector = selector(place);
  const own = out[Object.keys(out)[0] ?? ''];
  if (
    chance(random, depth === 0 ? 6 : 12) &&
    typeof own === 'object' &&
    own !== null &&
    !('matchLabels' in own)
  ) {
    (own as Json).template = pick(random, [
      template(place),
      { metadata: {}, spec: { project: 'own', destination: {}, source: { path: 'override', repoURL: '' } } },
      {
        metadata: { labels: { own: field(place) }, finalizers: ['f'] },
        spec: { destination: {}, project: '' },
      },
    ]);
  }
  return out;
}

/** One ApplicationSet; its generators read a world when there is one. */
export function randomSet(random: Random, index: number, world?: World): Json {
  const worldly = world !== undefined;
  const scope: Scope = { random, go: !chance(random, 3), careful: !chance(random, 4), worldly };
  const { go } = scope;
  const place: Place = { ...scope, depth: 0, interpolated: false, names: NAMES, distinct: false, world };
  const spec: Json = {
    generators: Array.from({ length: random.int(1, 3) }, () => generator(place)),
    template: template(scope),
  };
  if (go) spec.goTemplate = true;
  if (go && chance(random, 3)) {
    const options = ['missingkey=zero', 'missingkey=default', 'missingkey=invalid'];
    spec.goTemplateOptions = scope.careful
      ? [pick(random, options)]
      : ['missingkey=error', ...options].slice(random.int(0, 4));
  }
  if (chance(random, 4)) spec.templatePatch = patch(scope);
  if (chance(random, 4)) spec.applyNestedSelectors = chance(random, 2);
  if (chance(random, 8)) spec.syncPolicy = { preserveResourcesOnDeletion: chance(random, 2) };
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name: `set-${index}`, namespace: 'argocd' },
    spec,
  };
}
