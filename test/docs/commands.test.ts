/**
 * Every command on every page is run, block after block, in the order it stands there, on a real API
 * server; the few that cannot be are listed in `steps.ts` with a reason, and looked at instead.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { RESOURCES } from '../../src/api/client.ts';
import type { JsonObject } from '../../src/api/objects.ts';
import { ROOT } from '../harness/cli.ts';
import { stopAll } from '../harness/operator-process.ts';
import { allPages } from '../harness/pages.ts';
import { apply, cities, list, setOf, untilNames } from '../harness/sets.ts';
import { until } from '../harness/until.ts';
import { blocksOfSteps, NOT_RUN, STAYS, type Step, wanted, whyNotRun } from './steps.ts';
import { World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(async () => {
  await stopAll();
  await world?.stop();
});
beforeEach(() => world.begin());
afterEach(() => world.end());

const pages = allPages()
  .map((page) => ({ page, blocks: blocksOfSteps(page) }))
  .filter(({ blocks }) => blocks.length > 0);
const steps = pages.flatMap(({ blocks }) => blocks.flat());

const NAMES = ['lyon', ...cities(5)];
const apps = () => setOf('apps', [list(...NAMES)]);
/** A set with a few Applications, one of which pages speak of. */
async function applications(): Promise<void> {
  await apply(world.client, apps());
  await untilNames(
    world.client,
    NAMES.map((name) => `apps-${name}`),
    60_000,
  );
}
/** The Applications there are, as objects and not by name. */
const uidsOf = async () =>
  (await world.client.list(RESOURCES.applications, { namespace: 'argocd' })).items
    .map(({ metadata }) => metadata.uid)
    .sort();
let uids: readonly (string | undefined)[] = [];
async function secret(name: string, data: Readonly<Record<string, string>>): Promise<void> {
  const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  await world.client.create(RESOURCES.secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'argocd', labels: { 'app.kubernetes.io/part-of': 'argocd' } },
    data: Object.fromEntries(encoded) as JsonObject,
  });
}

interface Story {
  /** what is there when a reader begins */
  readonly before?: () => Promise<void>;
  /** what happens before a command */
  readonly meanwhile?: readonly { readonly before: RegExp; readonly happens: () => Promise<void> }[];
  /** what has come of it */
  readonly after?: () => Promise<void>;
  readonly env?: Readonly<Record<string, string>>;
}

const argoCd = () => world.deployment('argocd-applicationset-controller');
const released = async () => {
  await argoCd();
  await world.release();
};

const STORIES: Readonly<Record<string, Story>> = {
  'README.md': {
    before: argoCd,
    // without a chart means without this one
    meanwhile: [{ before: /^npx appset run/, happens: () => world.stopOperator() }],
  },
  'docs/install.md': {
    before: async () => {
      world.write('slack-url.txt', 'https://hooks.example.com/services/T0/B0/secret');
      await argoCd();
      await apply(world.client, apps());
    },
  },
  'docs/argo-cd.md': {
    before: async () => {
      await released();
      await applications();
      uids = await uidsOf();
    },
    // there and back again, and every Application is the same one
    after: async () => {
      expect(uids).toHaveLength(NAMES.length);
      expect(await uidsOf()).toEqual(uids);
    },
  },
  'docs/operations.md': {
    before: async () => {
      await released();
      await applications();
    },
    meanwhile: [
      {
        // the cluster is lost, and with it the sets and the Applications
        before: /^kubectl create -f applications\.json/,
        happens: async () => {
          for (const type of [RESOURCES.applicationSets, RESOURCES.applications])
            for (const { metadata } of (await world.client.list(type, { namespace: 'argocd' })).items) {
              await world.client.patch(
                type,
                'argocd',
                metadata.name,
                { metadata: { finalizers: null } },
                { type: 'merge' },
              );
              await world.client.delete(type, 'argocd', metadata.name, { propagationPolicy: 'Orphan' });
            }
          for (const type of [RESOURCES.applicationSets, RESOURCES.applications])
            await until(
              `no ${type.plural} to be left`,
              async () => (await world.client.list(type, { namespace: 'argocd' })).items.length === 0,
            );
        },
      },
      {
        // restored and adopted: each Application belongs to the set that was made again
        before: /pause --all +#/,
        happens: async () => {
          const set = await world.client.get(RESOURCES.applicationSets, 'argocd', 'apps');
          await until(
            'every restored Application to be adopted',
            async () => {
              const { items } = await world.client.list(RESOURCES.applications, { namespace: 'argocd' });
              return (
                items.length === NAMES.length &&
                items.every(({ metadata }) => metadata.ownerReferences?.[0]?.uid === set.metadata.uid)
              );
            },
            { last: () => world.log },
          );
        },
      },
    ],
    after: async () => {
      const kept = await world.client.get(RESOURCES.applications, 'argocd', 'apps-lyon');
      expect(kept.metadata.annotations).toMatchObject({ 'appset-operator.io/keep': 'true' });
    },
  },
  'docs/troubleshooting.md': {
    before: async () => {
      await released();
      await applications();
    },
  },
  'docs/upgrading.md': { before: released },
  'docs/webhooks.md': {
    before: async () => {
      await secret('argocd-secret', { 'webhook.generic.secret': 'shared', 'server.secretkey': 'unused' });
      await released();
    },
    env: { SECRET: 'shared' },
  },
};

const packageScripts = Object.keys(
  (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object }).scripts,
);

/** What can be said of a command that is not run. */
async function lookAt({ command }: Step): Promise<void> {
  const words = command.replace(/ +#.*$/, '').split(/\s+/);
  switch (whyNotRun(command)?.instead) {
    case 'script':
      if (words[1] !== 'ci') expect(packageScripts).toContain(words[1] === 'run' ? words[2] : words[1]);
      break;
    case 'file':
      expect((await world.shell().run(`bash -n '${join(ROOT, words[1] ?? '')}'`)).code).toBe(0);
      break;
    case 'image': {
      const chart = parse(readFileSync(join(ROOT, 'charts/appset-operator/Chart.yaml'), 'utf8')) as {
        appVersion: string;
      };
      const name = `registry.example.com/platform/appset-operator:${chart.appVersion}`;
      expect(['docker push NAME', 'docker build -t NAME .']).toContain(command.replace(name, 'NAME'));
      expect(existsSync(join(ROOT, 'Dockerfile'))).toBe(true);
      break;
    }
    case 'object': {
      const line = command.replace(/ *&$/, '');
      expect(await world.shell().run(`${line} --help`)).toMatchObject({ code: 0 });
      const named =
        /(?:deployment|svc|service)\/\S+/.exec(line)?.[0] ?? /rollout status (\S+ \S+)/.exec(line)?.[1];
      expect(await world.has(String(named))).toBe(true);
      break;
    }
    default:
      throw new Error(`${command} is not listed`);
  }
}

test('there are commands, and each entry of the list of those not run is needed', () => {
  expect(steps.length).toBeGreaterThan(60);
  const skipped = steps.filter(({ command }) => whyNotRun(command));
  expect(skipped.length / steps.length).toBeLessThan(0.4);
  for (const { pattern } of NOT_RUN)
    expect(steps.some(({ command }) => pattern.test(command)) ? '' : String(pattern)).toBe('');
});

test('each story is about a page with commands', () => {
  const names = pages.map(({ page }) => page.name);
  expect(Object.keys(STORIES).filter((name) => !names.includes(name))).toEqual([]);
});

describe('the commands of', () => {
  test.each(pages.map((entry) => [entry.page.name, entry] as const))('%s', async (name, { blocks }) => {
    const story = STORIES[name] ?? {};
    await story.before?.();
    for (const block of blocks) {
      const shell = world.shell(story.env);
      for (const [index, step] of block.entries()) {
        for (const { before, happens } of story.meanwhile ?? [])
          if (before.test(step.command)) await happens();
        if (index > 0 && STAYS.test(block[index - 1]?.command ?? '')) await world.stopStaying();
        if (STAYS.test(step.command)) await world.stay(step.command);
        else if (whyNotRun(step.command)) await lookAt(step);
        else {
          const ran = await shell.run(world.here(step.command));
          expect({ line: step.line, ...ran, log: world.log }).toMatchObject({
            line: step.line,
            code: expect.toSatisfy((code: number) => wanted(step.command).includes(code)),
          });
          await world.follow();
        }
      }
      await shell.end();
    }
    await story.after?.();
  });
});
