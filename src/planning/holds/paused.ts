/** Paused: a person stopped deletions, or everything, of this set or of all. Ends when it is resumed. */
import { OWN } from '../../api/names.ts';
import type { Hold, HoldRun } from './contract.ts';
import { pauseOf } from './set-settings.ts';

/** What is paused for a set, and by which word. */
export function pauseFor(run: Pick<HoldRun, 'annotations' | 'pause'>): {
  readonly what: 'deletions' | 'all' | undefined;
  readonly by: string;
  /** all sets are, not this one alone */
  readonly ofAll: boolean;
} {
  const all = pauseOf(run.pause);
  const own = run.annotations.paused;
  if (own === 'all' || (own !== undefined && all !== 'all'))
    return { what: own, by: `annotation ${OWN.paused}`, ofAll: false };
  return { what: all, by: 'key pause of ConfigMap appset-operator', ofAll: true };
}

export const paused: Hold = {
  reason: 'Paused',
  latched: false,
  setting: () => '',
  wayOut: (run) => {
    const { name, namespace } = run.set.metadata;
    const { controllerNamespace } = run.settings;
    const where = controllerNamespace === 'argocd' ? '' : ` --control-plane ${controllerNamespace}`;
    return `appset resume ${pauseFor(run).ofAll ? `--all${where}` : `${name} -n ${namespace}`}`;
  },
  find: (run, rest) => {
    const { what, by } = pauseFor(run);
    return what === undefined
      ? undefined
      : { candidates: rest, message: `${by} pauses ${what === 'all' ? 'all writes' : 'deletions'}` };
  },
};
