/** Probes: each check a line, and a failed one in the status. */
import { expect, test } from 'vitest';
import { healthRoutes } from '../../../src/server/index.ts';

const request = { method: 'GET', headers: {}, body: Buffer.alloc(0) };

test('readiness names what fails and what holds', async () => {
  let problem: string | undefined = 'not listed yet';
  const [alive, ready] = healthRoutes(
    [{ name: 'ping', problem: () => undefined }],
    [
      { name: 'cache-sets', problem: () => problem },
      { name: 'lease', problem: () => undefined, note: () => 'leading' },
    ],
  );
  expect(await ready?.handle(request)).toMatchObject({
    status: 503,
    body: '[-]cache-sets failed: not listed yet\n[+]lease ok: leading\nreadyz check failed\n',
  });
  expect(await alive?.handle(request)).toMatchObject({
    status: 200,
    body: '[+]ping ok\nhealthz check passed\n',
  });
  problem = undefined;
  expect(await ready?.handle(request)).toMatchObject({ status: 200 });
});

test('a warning is told and takes no Pod out of service', async () => {
  let warning: string | undefined = 'missing delete applications.argoproj.io in namespace argocd';
  const [, ready] = healthRoutes([], [{ name: 'rights', problem: () => undefined, warning: () => warning }]);
  expect(await ready?.handle(request)).toMatchObject({
    status: 200,
    body: '[!]rights warning: missing delete applications.argoproj.io in namespace argocd\nreadyz check passed\n',
  });
  warning = undefined;
  expect(await ready?.handle(request)).toMatchObject({ body: '[+]rights ok\nreadyz check passed\n' });
});
