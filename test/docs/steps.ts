/**
 * The commands of a page, and how each is tried. Nearly all are run as they stand there. The few that
 * cannot be are listed here, each with the reason and with what is looked at instead; a list entry that
 * no command needs any more is a failure.
 */
import { spawnSync } from 'node:child_process';
import { blocksOf, type Page } from '../harness/pages.ts';

/** One command of a block: a line, or several that bash takes as one. */
export interface Step {
  readonly command: string;
  /** in the page */
  readonly line: number;
}

const isWhole = (text: string): boolean =>
  !text.endsWith('\\') && spawnSync('bash', ['-n', '-c', text]).status === 0;

/** The blocks of a page that hold commands, each as its steps. Comments and empty lines are left out. */
export function blocksOfSteps({ name, text }: Page): readonly (readonly Step[])[] {
  return blocksOf(text)
    .filter(({ language }) => language === 'sh')
    .map((block) => {
      const steps: Step[] = [];
      let open: Step | undefined;
      for (const [index, line] of block.text.split('\n').entries()) {
        if (open === undefined && /^\s*(#.*)?$/.test(line)) continue;
        open = {
          command: open === undefined ? line : `${open.command}\n${line}`,
          line: open?.line ?? block.line + 1 + index,
        };
        if (!isWhole(open.command)) continue;
        steps.push(open);
        open = undefined;
      }
      if (open !== undefined) throw new Error(`${name}:${open.line} is no whole command: ${open.command}`);
      return steps;
    });
}

/** What is looked at where a command is not run. */
export type Instead =
  /** package.json has the script */
  | 'script'
  /** the file is there, and bash can read it */
  | 'file'
  /** the image is the one the chart pulls, at its version, and the Dockerfile is there */
  | 'image'
  /** kubectl knows the flags, and the object is there */
  | 'object';

export interface NotRun {
  readonly pattern: RegExp;
  readonly reason: string;
  readonly instead: Instead;
}

export const NOT_RUN: readonly NotRun[] = [
  {
    pattern: /^npm ci$/,
    reason: 'it would take away the packages the tests run from; .ci/run begins with it',
    instead: 'script',
  },
  {
    pattern: /^npm (?:test|run (?:lint|typecheck))\b/,
    reason: 'suites of their own, which .ci/run runs beside this one',
    instead: 'script',
  },
  { pattern: /^bash \.ci\/run\b/, reason: 'it runs this suite', instead: 'file' },
  {
    pattern: /^docker (?:build|push) /,
    reason: 'no container engine; workflow ci builds the image',
    instead: 'image',
  },
  {
    pattern: /^kubectl .*(?: logs | port-forward | rollout status )/,
    reason: 'no kubelet runs Pods on the test cluster',
    instead: 'object',
  },
];

export const whyNotRun = (command: string): NotRun | undefined =>
  NOT_RUN.find(({ pattern }) => pattern.test(command));

/** Commands that stay until they are stopped. */
export const STAYS = /^npx appset run\b/;

/** Exit codes that say that all is well. */
export function wanted(command: string): readonly number[] {
  // 3 and 4 tell that something would change or be held
  return /^npx appset (?:plan|migrate check)\b/.test(command) ? [0, 3, 4] : [0];
}
