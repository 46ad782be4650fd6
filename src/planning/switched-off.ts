/**
 * Switches of automated sync that are off. `prune: false` and no `prune` mean the same, and the releases
 * of Argo CD whose types cannot tell them apart leave `false` out of whatever they write: their
 * ApplicationSet controller when it makes an Application, their application controller when it starts a
 * sync. A switch that is off on both sides is therefore no difference: the desired document gets what
 * is live. `enabled` is not one of them, absent it is on.
 */
import type { Application, JsonObject } from '../api/objects.ts';
import { isJsonObject } from '../support/json.ts';

const SWITCHES = ['prune', 'selfHeal', 'allowEmpty'] as const;

/** `desired`, with each switch that is off on both sides as it is written in `live`. */
export function keepSwitchedOff(live: Application, desired: Application): Application {
  const policy = desired.spec.syncPolicy;
  const wanted = automatedOf(desired);
  const there = automatedOf(live);
  if (!isJsonObject(policy) || wanted === undefined || there === undefined) return desired;
  const written = SWITCHES.filter(
    (name) => (wanted[name] ?? false) === false && (there[name] ?? false) === false,
  ).filter((name) => wanted[name] !== there[name]);
  if (written.length === 0) return desired;
  const automated = { ...wanted };
  for (const name of written) {
    if (there[name] === false) automated[name] = false;
    else delete automated[name];
  }
  return { ...desired, spec: { ...desired.spec, syncPolicy: { ...policy, automated } } };
}

function automatedOf({ spec }: Application): JsonObject | undefined {
  const automated = isJsonObject(spec.syncPolicy) ? spec.syncPolicy.automated : undefined;
  return isJsonObject(automated) ? automated : undefined;
}
