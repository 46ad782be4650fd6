/**
 * Git at monorepo scale, and webhooks: `npm run bench:git -- --help` lists the options. The exit code is
 * 1 when a goal is missed.
 */
import { parseArgs } from 'node:util';
import { type Goal, judge, machine } from './figures.ts';
import { repositoryCase } from './git/repository.ts';
import { acknowledgementCase, latencyCase } from './git/webhooks.ts';

const HELP = `bench/git.ts [options]
  --only repository,latency,acknowledgement   cases to run (default: all)
  --files N --commits N                       size of the repository (default 100000, 2000)
  --rounds N                                  rounds of the repository case (default 3)
  --sets N                                    sets registered while calls arrive (default 10000)
  --seconds N                                 how long calls arrive (default 10)`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'repository,latency,acknowledgement' },
    files: { type: 'string', default: '100000' },
    commits: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '3' },
    sets: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '10' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const only = new Set(values.only.split(','));
console.log(await machine());
const goals: Goal[] = [];
if (only.has('repository')) {
  const { files, commits, rounds } = values;
  goals.push(
    ...(await repositoryCase({ files: Number(files), commits: Number(commits), rounds: Number(rounds) })),
  );
}
if (only.has('latency')) goals.push(...(await latencyCase()));
if (only.has('acknowledgement'))
  goals.push(...(await acknowledgementCase({ sets: Number(values.sets), seconds: Number(values.seconds) })));
judge(goals);
