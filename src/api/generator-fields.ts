/** The fields of an entry of `spec.generators` that name a generator. */

/** Every generator, in the order in which several of one entry are evaluated (spec generators §0.5). */
export const GENERATOR_FIELDS = [
  'list',
  'clusters',
  'git',
  'scmProvider',
  'clusterDecisionResource',
  'pullRequest',
  'matrix',
  'merge',
  'plugin',
] as const;
