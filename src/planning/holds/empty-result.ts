/** EmptyResult: the run would leave the set with nothing, and not every absence is confirmed. From one Application upward. */
import { OWN } from '../../api/names.ts';
import { isExempt } from './budgets.ts';
import type { Hold } from './contract.ts';

export const emptyResult: Hold = {
  reason: 'EmptyResult',
  latched: true,
  setting: ({ annotations }) => `${annotations.allowEmpty} ${annotations.ephemeral}`,
  wayOut: () => `annotation ${OWN.allowEmpty}: "true"`,
  find: (run, rest) => {
    const { annotations, generated } = run;
    if (annotations.allowEmpty || generated.length > 0) return undefined;
    const candidates = rest.filter((candidate) => !isExempt(run, candidate));
    const unsure = candidates.find(({ evidence }) => evidence.is !== 'confirmed');
    if (unsure === undefined) return undefined;
    return { candidates, message: `the set generates nothing any more: ${unsure.evidence.why}` };
  },
};
