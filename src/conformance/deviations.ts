/**
 * Where this operator differs from the reference on purpose, each with the reason and with tests that
 * show it. docs/compatibility.md is made from this list; a test holds that every test named is there.
 * `--compat=argocd` switches off what is marked `normal`; what is marked `both` holds in either mode.
 */
export interface Deviation {
  /** what it is about, in the words of the field */
  readonly about: string;
  readonly reference: string;
  readonly here: string;
  readonly why: string;
  readonly modes: 'normal' | 'both';
  readonly tests: readonly { readonly file: string; readonly title: string }[];
}

const shown = (file: string, ...titles: readonly string[]): Deviation['tests'] =>
  titles.map((title) => ({ file: `test/${file}.test.ts`, title }));

export const DEVIATIONS: readonly Deviation[] = [
  {
    about: 'One element fails (template, file, row, patch, name)',
    reference: 'the whole run stops; no Application of the set is made, changed or deleted',
    here: 'its own Application stays exactly as it is; the others go on',
    why: 'one bad file would hold up every other team of a set',
    modes: 'normal',
    tests: [
      ...shown(
        'integration/controller/keeping',
        'keeps only its own Application; others are made, changed and deleted',
      ),
      ...shown(
        'unit/planning/evaluate',
        'a row that fails fails alone and says set, generator, element, field and position',
      ),
      ...shown('unit/generators/git-files', 'in normal mode a bad file fails alone and is named'),
    ],
  },
  {
    about: 'Submodules and Git LFS',
    reference:
      'submodules are checked out with the repository, files of LFS are fetched where it is asked for',
    here: 'neither is read; what a pattern could take from a submodule is unknown until an exclude takes it out, and a file of LFS fails by name',
    why: 'both are other servers with credentials of their own; what is not read must not look empty',
    modes: 'both',
    tests: [
      ...shown('unit/generators/git-submodules', 'the words name pattern and submodule, and what to do'),
      ...shown('unit/generators/git-files', 'a file that is kept in Git LFS fails alone and is named'),
      ...shown(
        'integration/git/failures',
        'runs none of its hooks, filters and settings, and brings no submodule',
      ),
    ],
  },
  {
    about: 'A source cannot be read',
    reference: 'the run stops',
    here: 'the other generators go on; nothing of the set is deleted until the source is known again',
    why: 'what is unknown is not empty, and a git server that is down is no reason to stop rolling out',
    modes: 'normal',
    tests: shown(
      'integration/controller/keeping',
      'keeps everything, says so, and comes back in three minutes',
      'beside one that can: that one goes on, and nothing is deleted',
    ),
  },
  {
    about: 'What was known before a source failed',
    reference: 'is not used',
    here: 'feeds creations and updates, never a deletion',
    why: 'a template can be mended while a source is down',
    modes: 'normal',
    tests: shown(
      'unit/generators/clusters',
      'last known good gives stale rows beside the error; in compat mode it does not count',
    ),
  },
  {
    about: 'A set without generators, a list without elements, an entry that names no generator',
    reference: 'generates nothing, so that all its Applications are deleted',
    here: 'is a mistake: nothing is deleted, and the set says what is wrong',
    why: 'a misspelt field that the API server drops must not cost Applications',
    modes: 'normal',
    tests: [
      ...shown(
        'unit/generators/set',
        'a set without generators is a mistake, unknown and not empty',
        'an entry without a known generator: %j',
      ),
      ...shown('unit/generators/list', 'a list with neither field is a mistake, unknown and not empty'),
    ],
  },
  {
    about: 'A name or destination that was not rendered (`<no value>`, a tag, no DNS name)',
    reference: 'is sent to the API server, or makes an Application that goes nowhere',
    here: 'fails its element',
    why: 'it is never what was meant, and it would replace an Application that is right',
    modes: 'normal',
    tests: [
      ...shown('unit/planning/rendered-name', '%j with %j fails its row'),
      ...shown(
        'unit/planning/evaluate',
        'a param set without entries renders nothing, so its name is unusable',
      ),
    ],
  },
  {
    about: 'Several elements with one name',
    reference: 'are refused, with a message that names the Application',
    here: 'are refused, with a message that names the elements and an expression that tells them apart',
    why: 'the name alone does not say what to change',
    modes: 'normal',
    tests: shown(
      'unit/planning/evaluate',
      'elements with one name are all refused, each named, with what tells them apart',
    ),
  },
  {
    about: 'Unknown fields of the template',
    reference: 'are dropped without a word',
    here: 'are dropped and reported, with the place where a field of that name belongs',
    why: 'preserveResourcesOnDeletion inside the template has cost people their workloads',
    modes: 'normal',
    tests: shown('unit/planning/evaluate', 'unknown fields of the template are left out and told once'),
  },
  {
    about: 'A project that comes out of data',
    reference: 'is taken',
    here: 'is reported; annotation `appset-operator.io/allowed-projects` or `--allowed-projects` limits it',
    why: 'who may write the data would choose the permissions',
    modes: 'normal',
    tests: shown(
      'unit/planning/evaluate',
      'a project out of data is told, and a list of allowed ones is kept to',
    ),
  },
  {
    about: 'Children of a matrix',
    reference: 'exactly two, nested one level deep',
    here: 'two or more, nested as deep as the bound allows (10)',
    why: 'three dimensions are common, and nesting is a workaround for them',
    modes: 'normal',
    tests: [
      ...shown(
        'unit/generators/matrix',
        'normal mode folds any number of children',
        'normal mode reads deep nesting, to a bound',
      ),
      ...shown('unit/generators/set', 'normal mode reads deeper'),
    ],
  },
  {
    about: 'An Application of a generated name that nobody owns',
    reference: 'is taken over and overwritten',
    here: 'is taken over where that changes nothing or where it is asked for; else it is a conflict, and nothing is written (`--adopt`)',
    why: 'somebody made it by hand, and may not expect it to change',
    modes: 'normal',
    tests: shown(
      'integration/controller/taking-over',
      'is adopted where that changes nothing',
      'is a conflict where it differs, and nothing of it is written; the rest goes on',
      'that appears between plan and creation is not overwritten',
    ),
  },
  {
    about: 'An Application whose owner reference names the set with another uid',
    reference: 'counts as its own',
    here: 'has the reference repaired before anything else is done',
    why: 'after a restored backup the garbage collector takes such Applications within moments',
    modes: 'normal',
    tests: shown(
      'integration/controller/taking-over',
      'references to another uid are repaired before the collector takes the Applications',
    ),
  },
  {
    about: 'Ignored fields of list items',
    reference: 'are lost when another item of the list is written',
    here: 'stay with their item, found by its name, or by repository and path',
    why: 'an image that another tool keeps up to date would go back to an old version',
    modes: 'normal',
    tests: shown(
      'unit/planning/keep-ignored',
      'keeps its live value when another item is written',
      'is lost in compat mode, as in the reference',
    ),
  },
  {
    about: 'Switches of automated sync that are off (`prune`, `selfHeal`, `allowEmpty`)',
    reference: '`false` in the template and no value in the Application differ: the Application is written',
    here: '`false` and no value are the same',
    why: 'releases of Argo CD leave `false` out of whatever they write, and would be written after each time',
    modes: 'normal',
    tests: shown(
      'unit/planning/switched-off',
      'a switch that is off on both sides is not written',
      'in compat mode false and absence differ, as in the reference',
    ),
  },
  {
    about: 'A creation that the API server refuses',
    reference: 'no Application is deleted in that run',
    here: 'deletions that share an element with it wait; the others go on',
    why: 'the Application it may replace has to stay, and nothing else has to',
    modes: 'normal',
    tests: shown(
      'integration/controller/keeping',
      'a refused creation keeps what it may replace; unrelated deletions go on',
    ),
  },
  {
    about: 'Annotation `appset-operator.io/keep: "true"` on an Application',
    reference: 'means nothing',
    here: 'keeps the Application, and takes our owner reference off',
    why: 'one Application can be saved without a change to the set',
    modes: 'normal',
    tests: shown(
      'integration/controller/keeping',
      'the keep mark keeps an Application and takes our owner reference off, so that nothing of ours takes it',
    ),
  },
  {
    about: 'Our own annotations and conditions',
    reference: 'none',
    here: 'an Application says what it was made of, and a set has conditions of ours beside the reference’s',
    why: 'after a restart an element that is gone can be told from one that failed',
    modes: 'normal',
    tests: shown(
      'unit/planning/plan',
      'is owned by the set, normalised, and says what it was made of',
      'has none of our annotations in compat mode',
    ),
  },
  {
    about: 'The resources finalizer of an Application whose cluster is gone',
    reference: 'is taken off as soon as the cluster is missing from a list',
    here: 'is taken off after the cluster was certainly gone for the settle time (`--cluster-settle`)',
    why: 'a Secret that is made again a moment later is no cluster that is gone',
    modes: 'normal',
    tests: shown(
      'integration/controller/deleting',
      'lets go after the settle time, not before',
      'only counts when it is certain: an error or a Secret that is there keeps the finalizer',
    ),
  },
  {
    about: 'An Application that is being deleted',
    reference: 'is deleted again at every run',
    here: 'is left alone, and made again when it is gone and still generated',
    why: 'its deletion is under way, and every further call is noise',
    modes: 'both',
    tests: shown(
      'integration/controller/writing',
      'a terminating Application is left alone and made again when it is gone',
      'a terminating candidate is not deleted again',
    ),
  },
  {
    about: 'A set that changes while it is worked on',
    reference: 'is written on from the copy the run began with',
    here: 'is read live before the first write and again during long runs; a changed set is planned again',
    why: 'with `kubectl delete --cascade=orphan` the Applications would be adopted again and then collected',
    modes: 'both',
    tests: shown(
      'integration/controller/live-barrier',
      'a set deleted with --cascade=orphan while it is worked on: no owner reference is added again',
      'a set that is edited in the middle of many writes is not written on with the old plan',
    ),
  },
  {
    about: 'Deleting an Application',
    reference: 'by name, from a cache',
    here: 'with uid and resourceVersion as preconditions, after a live read',
    why: 'what was decided on one object must not hit another',
    modes: 'both',
    tests: shown(
      'integration/controller/deleting',
      'a deletion has uid and resourceVersion as preconditions; a write in between makes it look again',
    ),
  },
  {
    about: 'More deletions at once than usual',
    reference: 'are made at once',
    here: 'are held, all of them, beyond a budget: 5 or 20 % of a set in ten minutes where their cause is confirmed, 1 or 10 % where not, 50 or 20 % over all sets; an approval, a setting or the source itself ends it',
    why: 'every user who lost Applications lost them to a run that succeeded',
    modes: 'normal',
    tests: [
      ...shown('integration/controller/holds', 'are all held, and told once: condition, event, list'),
      ...shown(
        'disaster/clusters',
        'a label flaps on one cluster with 84 add-on sets: all 84 Applications stay',
      ),
      ...shown('disaster/releases', 'a slow leak, one element every half minute: the eighth is held'),
    ],
  },
  {
    about: 'A set that generates nothing any more',
    reference: 'loses all its Applications',
    here: 'keeps them until every absence is confirmed, or `appset-operator.io/allow-empty` or an approval says so',
    why: 'an empty answer is most often a mistake: a typo in a selector, a wrong branch',
    modes: 'normal',
    tests: shown('disaster/edits', 'a typo in a selector that then takes no cluster: all 8 stay'),
  },
  {
    about: 'An absence that was seen just now',
    reference: 'is acted on at once',
    here: 'has to stand for the settle time (`--cluster-settle`, 60 s); what nothing confirms is read twice, a minute apart',
    why: 'labels flap, and Secrets are replaced in place',
    modes: 'normal',
    tests: [
      ...shown(
        'disaster/clusters',
        'a Secret replaced in place, deleted and made again, costs nothing',
        'a live GET of a Secret that fails confirms nothing',
      ),
      ...shown(
        'integration/controller/nothing-lost',
        'a cluster the list lacks, whose Secret is there, keeps its Application for as long as that is so',
      ),
    ],
  },
  {
    about: 'An Application generated under another name',
    reference: 'the new one is made and the old one deleted with its workloads',
    here: 'both are held as one change until `appset-operator.io/on-rename` or an approval',
    why: 'renaming is no reason to take down what runs',
    modes: 'normal',
    tests: shown(
      'disaster/edits',
      'a name template edited with 30 Applications: none is deleted, none is made twice',
      'cd#28576 a rename with on-rename: release: the new are made, workloads of the old stay',
    ),
  },
  {
    about: 'A branch that does not descend from the commit seen last',
    reference: 'is taken as it is',
    here: 'costs nothing: its deletions are held',
    why: 'a force push or a replica that lags is not a removal',
    modes: 'normal',
    tests: shown(
      'disaster/git',
      'a force push that lost a folder: its Application stays',
      'a lagging replica that lacks one folder of twenty: its deletion is held',
    ),
  },
  {
    about: 'Data that moves many Applications to another destination, project or source',
    reference: 'is followed',
    here: 'is held beyond the budget of confirmed deletions; an edit of the set is not',
    why: 'a label whose format changed moved 26 clusters to another branch',
    modes: 'normal',
    tests: [
      ...shown(
        'disaster/clusters',
        'cd#26819 a label whose format changed rebinds 26 clusters: none is updated',
      ),
      ...shown('ordinary/days', 'a set moved to another destination by an edit of the set'),
    ],
  },
  {
    about:
      'Guards in the wrong place, a CRD that was replaced, and the first run over Applications of others',
    reference: 'deletes what it does not generate',
    here: 'holds these deletions',
    why: 'what the set says is not what its author wrote',
    modes: 'normal',
    tests: [
      ...shown(
        'disaster/edits',
        'a misplaced guard: preserveResourcesOnDeletion in the template, and 4 removed',
      ),
      ...shown('disaster/server', 'a CRD swapped for one that drops some rows of a set: all stay'),
      ...shown(
        'disaster/controllers',
        'a first run over Applications of the reference: what it would delete waits',
      ),
    ],
  },
  {
    about: 'The controller of Argo CD running beside us',
    reference: 'two of them write in turn',
    here: 'nothing is written while it is ready or keeps its Lease',
    why: 'each would undo what the other does, and delete what the other made',
    modes: 'normal',
    tests: shown(
      'integration/controller/holds',
      'lets us write no Application at all, and is looked for again every minute',
    ),
  },
  {
    about: 'Sets in several namespaces, and no list of providers of source code they may ask',
    reference: 'the controller does not start',
    here: 'it starts, and generators that ask such providers are refused, with their reason',
    why: 'most sets have no such generator, and would all stand still',
    modes: 'normal',
    tests: shown(
      'unit/cli/operator-settings',
      'need a list of providers, or none of them',
      'do not let compat mode start without, as the reference does not',
    ),
  },
  {
    about: 'Pausing',
    reference: 'scale the controller down',
    here: '`appset pause` stops deletions, or all writes, of one set or of all',
    why: 'in an incident the rest has to go on',
    modes: 'normal',
    tests: shown('disaster/releases', 'paused in an incident: no deletion until it is resumed'),
  },
  {
    about: 'A write that the server undoes, or that fails',
    reference: 'is sent again at every run; one failure runs the whole set again',
    here: 'is not sent again until something changes; one Application backs off alone',
    why: 'a mutating webhook would otherwise cause writes without end',
    modes: 'both',
    tests: shown(
      'integration/controller/writing',
      'that the server undoes is not sent again until something changes',
      'backs off alone: the others are written, the set is not in error with the queue',
    ),
  },
  {
    about: 'Deep merges that crash the reference (an object over `values`)',
    reference: 'the run panics and is tried again for ever, without a condition',
    here: 'are merged as two objects',
    why: 'it is what was meant',
    modes: 'both',
    tests: [
      ...shown('unit/generators/matrix', 'an object over values is merged where the reference crashes'),
      ...shown(
        'unit/generators/merge',
        'values of a generator take over an object where the reference crashes',
      ),
    ],
  },
  {
    about: 'Map keys that render to one text',
    reference: 'one of them survives, at random',
    here: 'the last in the order of writing by bytes survives',
    why: 'the same set should give the same Applications every time',
    modes: 'both',
    tests: shown(
      'unit/templating/object-template',
      'of keys that become one, the last in the order of writing by bytes survives',
    ),
  },
  {
    about: 'Templates that change their parameters (`set`, `merge` …)',
    reference: 'the change may reach other elements',
    here: 'the change is seen by later fields of the same Application only',
    why: 'elements must not depend on each other',
    modes: 'both',
    tests: [
      ...shown(
        'unit/planning/evaluate',
        'a change a template makes to its params is seen by later fields of that Application only',
      ),
      ...shown(
        'unit/generators/isolation',
        'a template that changes a nested map of the first child leaves the other rows alone',
      ),
    ],
  },
  {
    about: 'Bounds on rows, files, steps and output',
    reference: 'none',
    here: 'each ends in an error that names it',
    why: 'one set must not stop the operator for all others',
    modes: 'both',
    tests: [
      ...shown('unit/generators/set', 'the rows of all entries together are bounded'),
      ...shown('unit/generators/matrix', 'the product is bounded before it is made, and named'),
      ...shown('unit/generators/git-files', 'the number of files is bounded'),
      ...shown(
        'unit/templating/functions/bounds',
        'a regular expression that makes others stall takes linear time',
      ),
    ],
  },
];
