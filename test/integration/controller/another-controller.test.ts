/**
 * Somebody else who works on our Applications: the reference's controller, seen by what it writes, and
 * anybody who undoes what we write. They are told of, and not fought.
 */
import { afterEach, describe, expect, test } from 'vitest';
import { RESOURCES, type ResourceType } from '../../../src/api/client.ts';
import type { JsonObject } from '../../../src/api/objects.ts';
import { silentLog } from '../../../src/controller/log.ts';
import { World } from '../simulations/world.ts';
import { GIT, list, Operator, shops } from './operator.ts';

const REFERENCE = 'argocd-applicationset-controller';

describe('who undoes what we write', () => {
  const errors: { readonly message: string; readonly names?: unknown }[] = [];
  const log = {
    ...silentLog,
    error: (fields: object, message: string) => errors.push({ ...fields, message }),
  };
  const start = async (...cities: string[]): Promise<Operator> => {
    errors.length = 0;
    const operator = new Operator();
    operator.apply(shops([list(...cities)]));
    await operator.run();
    return operator;
  };
  let times = 0;
  const undo = (operator: Operator, name: string) => {
    times += 1;
    operator.edit(name, { spec: { source: { targetRevision: `theirs-${times}` } } });
  };
  /** Undone and put right so many times; a minute lies between. */
  const fight = async (operator: Operator, names: readonly string[], rounds: number) => {
    for (let round = 0; round < rounds; round += 1) {
      operator.clock.advance(60);
      for (const name of names) undo(operator, name);
      await operator.run({ log });
    }
  };
  const revision = (operator: Operator, name: string) =>
    (operator.application(name).spec.source as JsonObject).targetRevision;

  test('is put right three times, and then left alone: condition, event, log, metric', async () => {
    const operator = await start('porto', 'lyon');
    await fight(operator, ['shop-porto'], 3);
    expect(revision(operator, 'shop-porto')).toBe('main');
    expect([operator.memory.isContested(operator.clock.monotonic()), errors]).toEqual([false, []]);

    operator.clock.advance(60);
    undo(operator, 'shop-porto');
    const result = await operator.run({ log });
    expect(operator.writes).toEqual(['patchStatus ApplicationSet/shops']);
    expect(revision(operator, 'shop-porto')).toBe(`theirs-${times}`);
    expect(operator.condition('DeletionsHeld')).toMatch(
      /^True AnotherController 1 update held\. AnotherController \(shop-porto\): .*shop-porto was changed by us in spec\.source\.targetRevision 3 times within 10 minutes and each time put back, the last time by somebody \(.*Ways out: stop whoever else writes, or name what is theirs in ignoreApplicationDifferences/,
    );
    expect(operator.condition('ResourcesUpToDate')).toMatch(/^False/);
    expect(operator.events).toEqual([expect.stringMatching(/^AnotherController .*shop-porto/)]);
    expect(errors).toMatchObject([
      { names: ['shop-porto'], message: 'somebody else works on the same Applications' },
    ]);
    expect(operator.memory.isContested(operator.clock.monotonic())).toBe(true);
    // the first of the three was three minutes ago
    expect(result.requeueAfterSeconds).toBe(7 * 60);

    await operator.run({ log });
    expect([operator.writes, operator.events, errors.length]).toEqual([[], [], 1]);
  });

  test('does not keep the rest of the set from being put right', async () => {
    const operator = await start('porto', 'lyon');
    await fight(operator, ['shop-porto'], 4);
    operator.edit('shop-lyon', { spec: { project: 'other' } });
    await operator.run();
    expect(operator.application('shop-lyon').spec.project).toBe('default');
    expect(revision(operator, 'shop-porto')).toBe(`theirs-${times}`);
  });

  test('and gives up is followed by us after ten minutes', async () => {
    const operator = await start('porto');
    await fight(operator, ['shop-porto'], 4);
    expect(revision(operator, 'shop-porto')).not.toBe('main');
    operator.clock.advance(7 * 60);
    await operator.run();
    expect(revision(operator, 'shop-porto')).toBe('main');
    await operator.run();
    expect(operator.condition('DeletionsHeld')).toBeUndefined();
    expect(operator.memory.isContested(operator.clock.monotonic())).toBe(false);
  });

  test('is not listened to when the set is edited: its author has the last word', async () => {
    const operator = await start('porto');
    await fight(operator, ['shop-porto'], 4);
    operator.apply(shops([list('porto', 'lyon')]));
    await operator.run();
    expect(revision(operator, 'shop-porto')).toBe('main');
  });

  test('of three Applications keeps everything of the set as it is', async () => {
    const operator = await start('porto', 'lyon', 'oslo', 'rome');
    await fight(operator, ['shop-porto', 'shop-lyon', 'shop-oslo'], 4);
    operator.edit('shop-rome', { spec: { project: 'other' } });
    await operator.run();
    expect(operator.writes).toEqual([]);
    expect(operator.application('shop-rome').spec.project).toBe('other');
    expect(operator.condition('DeletionsHeld')).toMatch(
      /^True AnotherController all writes held.*, and 2 more/,
    );
  });

  test('by deleting what we make is left to it as well', async () => {
    const operator = await start('porto', 'lyon');
    for (let round = 0; round < 3; round += 1) {
      operator.edit('shop-porto', { metadata: { finalizers: null } });
      operator.remove(RESOURCES.applications, 'shop-porto');
      await operator.run();
    }
    // made at the start and twice since
    expect(operator.names).toEqual(['shop-lyon']);
    expect(operator.condition('DeletionsHeld')).toMatch(
      /^True AnotherController 1 creation held.*shop-porto was created by us 3 times within 10 minutes and each time put back/,
    );
  });

  test('is nobody where the data itself goes back and forth', async () => {
    const operator = new Operator();
    const label = (release: string) => {
      const { store } = operator.client;
      const options = { type: 'merge', dryRun: false, fieldManager: 'somebody', force: false } as const;
      store.patch(
        store.kind(RESOURCES.secrets),
        'argocd',
        'eu',
        { metadata: { labels: { release } } },
        options,
      );
    };
    operator.clusterSecret('eu', 'https://eu', { release: 'a' });
    operator.apply(
      shops([{ clusters: { selector: { matchExpressions: [{ key: 'release', operator: 'Exists' }] } } }], {
        template: {
          metadata: { name: 'shop-{{.name}}' },
          spec: {
            project: 'default',
            source: {
              repoURL: GIT,
              path: 'x',
              targetRevision: '{{.metadata.labels.release}}',
            },
            destination: { server: '{{.server}}' },
          },
        },
      }),
    );
    await operator.run();
    for (let round = 0; round < 12; round += 1) {
      label(round % 2 === 0 ? 'b' : 'a');
      await operator.run();
      expect(revision(operator, 'shop-eu')).toBe(round % 2 === 0 ? 'b' : 'a');
    }
    expect(operator.condition('DeletionsHeld')).toBeUndefined();
  });

  test('is fought without end in compat mode, as by the reference', async () => {
    const operator = new Operator({ compat: true });
    operator.apply(shops([list('porto')]));
    await operator.run();
    await fight(operator, ['shop-porto'], 12);
    expect(revision(operator, 'shop-porto')).toBe('main');
  });
});

describe('the controller of Argo CD, by what it writes', () => {
  const world = new World(1);
  afterEach(() => {
    for (const process of world.processes) process.kill();
  });
  const write = (type: ResourceType, name: string, patch: JsonObject, manager: string, status = false) => {
    const options = { type: 'merge', dryRun: false, force: false, fieldManager: manager } as const;
    const { store } = world;
    const at = { ...options, ...(status ? { subresource: 'status' as const } : {}) };
    store.patch(store.kind(type), 'argocd', name, patch, at);
  };
  const condition = (name: string) =>
    world
      .sets()
      .find(({ metadata }) => metadata.name === name)
      ?.status?.conditions?.find(({ type }) => type === 'DeletionsHeld');

  test('stops us for as long as it writes, and three minutes more', async () => {
    world.start();
    await world.pass(30);
    const application = world.applications().find(({ metadata }) => metadata.namespace === 'argocd');
    const name = application?.metadata.name ?? '';
    const set = name.split('-')[0] ?? '';
    // somebody else's write is put right
    write(RESOURCES.applications, name, { spec: { project: 'theirs' } }, 'kubectl');
    await world.pass(5);
    const project = () => world.applications().find(({ metadata }) => metadata.name === name)?.spec.project;
    expect(project()).toBe('default');

    // the reference's is not
    const before = world.writes;
    write(RESOURCES.applications, name, { spec: { project: 'theirs' } }, REFERENCE);
    await world.pass(5);
    expect(project()).toBe('theirs');
    expect(condition(set)).toMatchObject({
      status: 'True',
      reason: 'AnotherController',
      message: expect.stringContaining(`Application argocd/${name} was written by ${REFERENCE} at 2030-`),
    });
    // its status, and nothing else
    expect(world.writes - before).toBe(1);
    expect(world.trace.text).toMatch(
      /error: the ApplicationSet controller of Argo CD is alive: nothing is written shows="Application/,
    );

    // a status of a set is a sign of life, too
    await world.pass(150);
    write(RESOURCES.applicationSets, 'towns', { status: { health: { status: 'Unknown' } } }, REFERENCE, true);
    await world.pass(150);
    expect(project()).toBe('theirs');
    await world.pass(120);
    expect(project()).toBe('default');
    expect(condition(set)).toBeUndefined();
    expect(world.trace.text).toContain('info: the ApplicationSet controller of Argo CD is gone');
  });

  test('that wrote before we came is none of now', async () => {
    for (const process of world.processes) process.kill();
    const [application] = world.applications().filter(({ metadata }) => metadata.namespace === 'argocd');
    const name = application?.metadata.name ?? '';
    write(RESOURCES.applications, name, { spec: { project: 'theirs' } }, REFERENCE);
    world.start();
    await world.pass(300);
    expect(world.applications().find(({ metadata }) => metadata.name === name)?.spec.project).toBe('default');
  });
});
