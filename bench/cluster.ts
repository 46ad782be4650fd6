/**
 * The operator against a real kube-apiserver and etcd: floor and ours in one run, medians, goals. The
 * operator is a process of its own. `npm run bench:cluster -- --help` lists the options. Every case has
 * a cluster of its own; the exit code is 1 when a goal is missed. What others did on the machine
 * meanwhile is told with each figure.
 */
import { mkdirSync } from 'node:fs';
import { loadavg, release } from 'node:os';
import { parseArgs } from 'node:util';
import { large } from './cluster/cases/large.ts';
import { manySets } from './cluster/cases/many-sets.ts';
import { noise } from './cluster/cases/noise.ts';
import { oneSet } from './cluster/cases/one-set.ts';
import { rest } from './cluster/cases/rest.ts';
import { nodeFlags } from './cluster/operator.ts';
import type { Options } from './cluster/world.ts';
import { type Goal, judge, machine } from './figures.ts';

const CASES = { one: oneSet, many: manySets, rest, large, noise } as const;

const HELP = `bench/cluster.ts [options]
  --only ${Object.keys(CASES).join(',')}   cases to run (default: all)
  --repeat N              rounds of one (default 5), many and noise (default 1)
  --rest-minutes N        how long the operator is watched at rest (default 5)
  --sets N                sets of many, rest and large (default 1000)
  --profile FOLDER        CPU profiles of the operator, which make it slower
  --flags "FLAG ..."      flags of Node in place of those of the image, also none`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(CASES).join(',') },
    repeat: { type: 'string' },
    'rest-minutes': { type: 'string', default: '5' },
    sets: { type: 'string', default: '1000' },
    profile: { type: 'string' },
    flags: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
if (values.profile !== undefined) mkdirSync(values.profile, { recursive: true });
const wanted = values.only.split(',');
const unknown = wanted.filter((name) => !Object.hasOwn(CASES, name));
if (unknown.length > 0) {
  console.error(`no such case: ${unknown.join(', ')}\n\n${HELP}`);
  process.exit(2);
}
const options: Options = {
  repeat: values.repeat === undefined ? undefined : Number(values.repeat),
  restMinutes: Number(values['rest-minutes']),
  sets: Number(values.sets),
  profile: values.profile,
  flags: values.flags?.split(' ').filter((flag) => flag !== ''),
};

const goals: Goal[] = [];
const load = loadavg()[0] ?? Number.NaN;
for (const name of wanted) goals.push(...(await CASES[name as keyof typeof CASES](options)));
console.log(
  `\nOperator (${(options.flags ?? nodeFlags()).join(' ')}) on kube-apiserver v1.34.2 and etcd v3.6.4, ${await machine()}, Linux ${release()}, load before ${load.toFixed(1)}, after ${loadavg()[0]?.toFixed(1)}\n`,
);
judge(goals);
