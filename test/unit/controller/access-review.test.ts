/**
 * Rights asked about: those the settings make use of, each once; what is missing is told once, and asked
 * about again until it is there; where nobody may ask, nobody does.
 */
import { describe, expect, test } from 'vitest';
import { ApiError } from '../../../src/api/client.ts';
import { AccessReview, type AskRight, inWords, neededRights } from '../../../src/controller/access-review.ts';
import { silentLog } from '../../../src/controller/log.ts';
import { type ControllerSettings, controllerSettings } from '../../../src/controller/settings.ts';
import { UNRESTRICTED } from '../../../src/generators/index.ts';
import { ManualClock } from '../../../src/support/clock.ts';
import { LIMITS } from '../../../src/support/limits.ts';

const words = (change: Partial<ControllerSettings> = {}) =>
  neededRights(controllerSettings(change)).map(inWords);

describe('the rights that are needed', () => {
  test('of one namespace are each of the table once, but for what may be left out', () => {
    const all = words();
    expect(new Set(all).size).toBe(all.length);
    expect(all).toContain('delete applications.argoproj.io in namespace argocd');
    expect(all).toContain('patch applicationsets.argoproj.io/status in namespace argocd');
    expect(all).toContain('create events in namespace argocd');
    expect(all).toContain('update leases.coordination.k8s.io appset-operator in namespace argocd');
    expect(all).not.toContain('create configmaps in namespace argocd');
    expect(all.filter((right) => right.includes('all namespaces'))).toEqual([]);
  });

  test('of listed namespaces are those of each, and watching everywhere', () => {
    const all = words({ namespaces: ['team-a', 'argocd'] });
    expect(all).toContain('delete applications.argoproj.io in namespace team-a');
    expect(all).toContain('watch applicationsets.argoproj.io in all namespaces');
    expect(all).not.toContain('delete applications.argoproj.io in all namespaces');
    expect(all).not.toContain('list pods in namespace team-a');
  });

  test('of patterns are those of all namespaces', () => {
    const all = words({ namespaces: ['team-*'] });
    expect(all).toContain('delete applications.argoproj.io in all namespaces');
    expect(all).toContain('list pods in namespace argocd');
  });

  test('follow the settings', () => {
    const deletion = 'delete applications.argoproj.io in namespace argocd';
    expect(words({ policy: 'create-update' })).toContain(deletion);
    expect(words({ policy: 'create-update', policyOverride: false })).not.toContain(deletion);
    const labels = 'get secrets in namespace team-a';
    const strict = { ...UNRESTRICTED, strictTokens: true };
    expect(words({ namespaces: ['team-a'] })).not.toContain(labels);
    expect(words({ namespaces: ['team-a'], scm: strict })).toContain(labels);
  });
});

describe('asking', () => {
  function review(ask: AskRight) {
    const clock = new ManualClock();
    const told: string[] = [];
    const log = {
      ...silentLog,
      error: (fields: object, message: string) =>
        told.push(`${message}: ${(fields as { missing: string }).missing}`),
      info: (fields: object, message: string) =>
        told.push(`${message}: ${(fields as { right: string }).right}`),
    };
    const stop = new AbortController();
    const subject = new AccessReview({ ask, settings: controllerSettings(), clock, log });
    return { clock, told, stop, subject, done: subject.run(stop.signal) };
  }
  const settled = () => new Promise<void>((done) => setImmediate(done));
  const DELETE = 'delete applications.argoproj.io in namespace argocd';

  test('ends when all is there, a few at once', async () => {
    let running = 0;
    let most = 0;
    const asked: string[] = [];
    const { done, subject, told } = review(async (right) => {
      running += 1;
      most = Math.max(most, running);
      await settled();
      running -= 1;
      asked.push(inWords(right));
      return true;
    });
    await done;
    expect(asked.sort()).toEqual(words().sort());
    expect(most).toBe(LIMITS.accessReviewsAtOnce);
    expect(subject.missing).toEqual([]);
    expect(told).toEqual([]);
  });

  test('what is missing is told once, and is asked about alone until it is there', async () => {
    let isThere = false;
    let asked: string[] = [];
    const { clock, done, subject, told } = review(async (right) => {
      asked.push(inWords(right));
      return isThere || inWords(right) !== DELETE;
    });
    await settled();
    expect(subject.missing.map(inWords)).toEqual([DELETE]);
    expect(told).toEqual([`a right is missing: ${DELETE}`]);
    asked = [];
    clock.advance(LIMITS.accessReviewMs);
    await settled();
    expect(asked).toEqual([DELETE]);
    expect(told).toHaveLength(1);
    isThere = true;
    clock.advance(LIMITS.accessReviewMs);
    await done;
    expect(subject.missing).toEqual([]);
    expect(told[1]).toBe(`a right that was missing is there: ${DELETE}`);
  });

  test('what was not answered is neither missing nor there', async () => {
    let fails = true;
    const { clock, done, subject, told } = review(async (right) => {
      if (fails && right.verb === 'delete') throw new ApiError(0, '', 'the connection failed');
      return true;
    });
    await settled();
    expect(subject.missing).toEqual([]);
    fails = false;
    clock.advance(LIMITS.accessReviewMs);
    await done;
    expect(told).toEqual([]);
  });

  test('a refusal of the question ends it', async () => {
    let asked = 0;
    const { done, subject, told } = review(async () => {
      asked += 1;
      throw new ApiError(403, 'Forbidden', 'no');
    });
    await done;
    expect(asked).toBeLessThanOrEqual(LIMITS.accessReviewsAtOnce);
    expect(subject.missing).toEqual([]);
    expect(told).toEqual([]);
  });

  test('credentials that are not taken just then end nothing, and what is missing is asked about again', async () => {
    let answer: 'no' | 'unauthorized' | 'yes' = 'no';
    const { clock, done, subject } = review(async (right) => {
      if (answer === 'unauthorized') throw new ApiError(401, 'Unauthorized', 'the token has run out');
      return answer === 'yes' || inWords(right) !== DELETE;
    });
    await settled();
    answer = 'unauthorized';
    clock.advance(LIMITS.accessReviewMs);
    await settled();
    expect(subject.missing.map(inWords)).toEqual([DELETE]);
    answer = 'yes';
    clock.advance(LIMITS.accessReviewMs);
    await settled();
    expect(subject.missing).toEqual([]);
    await done;
  });

  test('ends with the operator, in the middle of a question too', async () => {
    const { stop, done, told } = review(
      (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
    );
    await settled();
    stop.abort();
    await done;
    expect(told).toEqual([]);
  });

  test('ends with the operator between two looks', async () => {
    const { stop, done } = review(async () => false);
    await settled();
    stop.abort();
    await done;
  });
});
