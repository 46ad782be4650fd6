/**
 * What the second child of a matrix comes to for each param set of the first: the reference runs that
 * first child while it matches webhooks, and so compat mode has to. Selectors do not count (spec
 * generators §13 #12).
 */
import type { ApplicationSet, JsonObject } from '../api/objects.ts';
import type { GenerationSettings, Sources } from '../generators/contract.ts';
import { generateSet, setContext } from '../generators/index.ts';
import { compileInterpolation } from '../generators/interpolate.ts';
import type { Clock } from '../support/clock.ts';
import { AppsetError } from '../support/errors.ts';
import { LIMITS } from '../support/limits.ts';
import type { Random } from '../support/random.ts';
import { Turns } from '../support/turns.ts';
import type { RenderContext } from '../templating/contract.ts';
import { deepCopyValue } from '../templating/values.ts';
import type { SecondChildren } from '../webhook/index.ts';

export interface SecondChildrenOptions {
  /** one snapshot of the facts */
  readonly sources: () => Sources;
  readonly controllerNamespace: string;
  readonly settings: GenerationSettings;
  readonly clock: Clock;
  readonly random: Random;
}

/** Evaluates first children with the generators there are. */
export function secondChildren(options: SecondChildrenOptions): SecondChildren {
  const { clock, random } = options;
  const render: RenderContext = {
    clock,
    random,
    maxSteps: LIMITS.templateSteps,
    maxOutputBytes: LIMITS.templateOutputBytes,
    maxRecursion: LIMITS.templateRecursion,
  };
  return async (set: ApplicationSet, first: JsonObject, second: JsonObject) => {
    const { selector: _, ...generator } = first;
    const alone = { ...set, spec: { ...set.spec, generators: [generator] } };
    const context = setContext(set);
    const { entries, errors } = await generateSet(alone, {
      ...context,
      controllerNamespace: options.controllerNamespace,
      render,
      settings: options.settings,
      sources: options.sources(),
    });
    if (errors.length > 0) return undefined;
    try {
      const interpolation = compileInterpolation(second, context.mode);
      const turns = new Turns(clock);
      const children: JsonObject[] = [];
      for (const { params } of entries.flatMap(({ generated }) => generated.rows)) {
        if (turns.due) await turns.take();
        const own = interpolation.mutates ? deepCopyValue(params) : params;
        children.push(interpolation.render(own, render));
      }
      return children;
    } catch (error) {
      if (error instanceof AppsetError) return undefined;
      throw error;
    }
  };
}
