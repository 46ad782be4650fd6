/**
 * Cases that are not run, each with the reason. The list is meant to stay short: what differs on
 * purpose is a documented decision (docs/compatibility.md).
 */
export const SKIPS: Readonly<Record<string, string>> = {
  'preserve-resources/cluster-gone-strips-finalizer':
    'the reference deletes a terminating Application again at every run; ours never touches one (compat mode too)',
  'webhook/matrix-scm-then-git':
    'the reference runs an scmProvider generator while it matches; that generator does not exist yet',
  'webhook/matrix-plugin-then-git':
    'the reference runs a plugin generator while it matches; that generator does not exist yet',
};
