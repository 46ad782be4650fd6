/** Resolving destinations (spec controller-and-operations §6.3). */
import { describe, expect, test } from 'vitest';
import type { ClusterFact } from '../../../src/generators/contract.ts';
import { ClusterDirectory } from '../../../src/planning/destination.ts';

const cluster = (name: string, server: string, more: Partial<ClusterFact> = {}): ClusterFact => ({
  secretName: `s-${name}`,
  name,
  server,
  project: undefined,
  labels: {},
  annotations: {},
  ...more,
});
const LOCAL = 'https://kubernetes.default.svc';
const clusters = [
  cluster('eu', 'https://eu/'),
  cluster('twin', 'https://t1'),
  cluster('twin', 'https://t2'),
  cluster('broken', 'https://broken', { malformed: 'bad config' }),
  cluster('home', LOCAL),
];
const directory = new ClusterDirectory(clusters, true);
const closed = new ClusterDirectory(clusters, false);

describe('destination', () => {
  test.each([
    ['by server', { server: 'https://eu' }, undefined],
    ['slashes at the end do not matter', { server: 'https://eu//' }, undefined],
    ['by name', { name: 'eu' }, undefined],
    ['local by server', { server: LOCAL }, undefined],
    ['local by built-in name', { name: 'in-cluster' }, undefined],
    ['local by its Secret', { name: 'home' }, undefined],
    ['neither', { namespace: 'x' }, 'Destination server missing from app spec'],
    ['absent', undefined, 'Destination server missing from app spec'],
    [
      'both',
      { name: 'eu', server: 'https://eu' },
      "application destination can't have both name and server defined: eu https://eu",
    ],
    ['unknown name', { name: 'no' }, 'there are no clusters with this name: no'],
    ['two of a name', { name: 'twin' }, 'there are 2 clusters with the same name: [https://t1 https://t2]'],
    [
      'a malformed Secret is not found by name',
      { name: 'broken' },
      'there are no clusters with this name: broken',
    ],
    [
      'unknown server',
      { server: 'https://no/' },
      'error getting cluster by server "https://no": rpc error: code = NotFound desc = cluster "https://no" not found',
    ],
  ])('%s', (_, destination, problem) => {
    expect(directory.problemOf(destination)).toBe(problem);
  });

  test.each([
    [
      { server: LOCAL },
      `error getting cluster by server "${LOCAL}": rpc error: code = NotFound desc = cluster "${LOCAL}" is disabled`,
    ],
    [{ name: 'in-cluster' }, 'there are no clusters with this name: in-cluster'],
    [{ name: 'home' }, 'there are no clusters with this name: home'],
  ])('with in-cluster use switched off %j is unknown', (destination, problem) => {
    expect(closed.problemOf(destination)).toBe(problem);
  });
});
