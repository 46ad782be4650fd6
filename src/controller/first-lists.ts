/**
 * Waiting for the first lists. What may not be read, or does not exist yet (a missing
 * CustomResourceDefinition, a Role that comes later), is told in words and waited for: ending would only
 * be a crash loop, and readiness says the same meanwhile.
 */
import { AppsetError, messageOf } from '../support/errors.ts';
import type { Log } from './log.ts';

/** What is waited for. */
export interface FirstList {
  readonly type: { readonly plural: string };
  readonly trouble: string | undefined;
  /** rejects with APPSET_E0601 when it is not there after `ms` */
  whenListed(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Resolves when all are listed; tells every `tellMs` what is missing. @throws the signal's reason */
export async function whenAllListed(
  caches: readonly FirstList[],
  options: { readonly tellMs: number; readonly log: Log; readonly signal: AbortSignal },
): Promise<void> {
  const { tellMs, log, signal } = options;
  await Promise.all(
    caches.map(async (cache) => {
      for (;;) {
        try {
          return await cache.whenListed(tellMs, signal);
        } catch (error) {
          signal.throwIfAborted();
          if (!(error instanceof AppsetError)) throw error;
          log.error(
            { resource: cache.type.plural, problem: messageOf(error) },
            'still waiting for a first list',
          );
        }
      }
    }),
  );
}
