/**
 * What an update leaves as somebody else put it (spec controller-and-operations §2.5, §3.2): listed
 * labels and annotations, the built-in ones, hook finalizers, and, whatever the lists say, everything
 * under our own prefix. All other live-only labels, annotations and finalizers go.
 */
import {
  ALWAYS_PRESERVED_ANNOTATIONS,
  OWN_PREFIX,
  POST_DELETE_FINALIZER_PREFIX,
  PRE_DELETE_FINALIZER_PREFIX,
} from '../api/names.ts';
import type { ApplicationSet, ApplicationSetSpec } from '../api/objects.ts';
import { isJsonObject, setKey } from '../support/json.ts';

type Strings = Readonly<Record<string, string>>;

export interface PreservedKeys {
  readonly labels: ReadonlySet<string>;
  readonly annotations: ReadonlySet<string>;
  /** keep everything under `appset-operator.io/` as well; false in compat mode */
  readonly own: boolean;
}

/** A set that says preserve and whose template names no finalizers renders none. */
export function preservesResources({ spec }: ApplicationSet): boolean {
  if (spec.syncPolicy?.preserveResourcesOnDeletion !== true) return false;
  const metadata = spec.template?.metadata;
  const finalizers = isJsonObject(metadata) ? metadata.finalizers : undefined;
  return !Array.isArray(finalizers) || finalizers.length === 0;
}

/** The keys of the set, of the controller's flags and the built-in ones together. */
export function preservedKeys(
  spec: ApplicationSetSpec,
  flags: { readonly labels: readonly string[]; readonly annotations: readonly string[] },
  own: boolean,
): PreservedKeys {
  return {
    labels: new Set([...(spec.preservedFields?.labels ?? []), ...flags.labels]),
    annotations: new Set([
      ...(spec.preservedFields?.annotations ?? []),
      ...flags.annotations,
      ...ALWAYS_PRESERVED_ANNOTATIONS,
    ]),
    own,
  };
}

const isOwn = (key: string): boolean => key.startsWith(OWN_PREFIX);

/** Desired entries, with the live value of every preserved key that exists on the live object. */
export function preserveEntries(
  desired: Strings | undefined,
  live: Strings | undefined,
  keys: ReadonlySet<string>,
  own: boolean,
): Strings {
  const result: Record<string, string> = { ...desired };
  for (const [key, value] of Object.entries(live ?? {})) {
    if (keys.has(key) || (own && isOwn(key) && result[key] === undefined)) setKey(result, key, value);
  }
  return result;
}

/**
 * Desired finalizers, then the live hook finalizers (pre-delete before post-delete), then our own.
 * None occurs twice: the reference lets such a list grow at every run (spec §12 #67).
 */
export function preserveFinalizers(
  desired: readonly string[] | undefined,
  live: readonly string[] | undefined,
  own: boolean,
): readonly string[] {
  const all = live ?? [];
  return [
    ...new Set([
      ...(desired ?? []),
      ...all.filter((name) => name.startsWith(PRE_DELETE_FINALIZER_PREFIX)),
      ...all.filter((name) => name.startsWith(POST_DELETE_FINALIZER_PREFIX)),
      ...(own ? all.filter(isOwn) : []),
    ]),
  ];
}
