/** AnotherController: the reference's controller is alive. Two controllers would undo each other: nothing is written. */
import type { Hold } from './contract.ts';

export const anotherController: Hold = {
  reason: 'AnotherController',
  latched: false,
  setting: () => '',
  wayOut: () => 'scale the other controller down to 0',
  find: ({ anotherController: alive }, rest) =>
    alive === undefined
      ? undefined
      : { candidates: rest, message: `the ApplicationSet controller of Argo CD is running: ${alive}` },
};
