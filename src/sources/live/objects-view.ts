/**
 * What live sources see of a watch cache. A cache that has not been filled yet, or has lost its watch
 * for too long, answers nothing: an empty list from it would look like everything being deleted.
 */
import type { KubeObject } from '../../api/objects.ts';
import { AppsetError } from '../../support/errors.ts';

export interface ObjectsView {
  /** the whole list has been read, and the watch that follows it is healthy */
  readonly synced: boolean;
  /** why it is not synced, for people */
  readonly trouble?: string | undefined;
  list(): readonly KubeObject[];
}

/** The error of a view that cannot answer. */
export function notSynced(view: ObjectsView, what: string): AppsetError {
  return new AppsetError(
    'APPSET_E0401',
    `${what} have not been read yet${view.trouble ? `: ${view.trouble}` : ''}`,
  );
}

/** Decodes one value of a Secret; undefined when the key is not there. */
export function secretText(secret: KubeObject, key: string): string | undefined {
  const data = secret.data;
  if (typeof data !== 'object' || data === null || !(key in data)) return undefined;
  const value = (data as Readonly<Record<string, unknown>>)[key];
  return typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : undefined;
}
