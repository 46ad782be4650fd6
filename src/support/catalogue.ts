/**
 * All error codes: what they mean and what to do about them. `docs/errors.md` is made from this file.
 * Ranges: 01 input and schema, 02 generators, 03 templates, 04 sources and git, 05 planning and
 * validation, 06 Kubernetes API, 07 controller, 08 command line and configuration, 09 sandbox,
 * 10 webhooks, 99 defects.
 */

/** Who has to act: the author of the set, the keeper of a source, the operator's admin, or us. */
export type ErrorKind =
  | 'input'
  | 'generator'
  | 'template'
  | 'source'
  | 'validation'
  | 'conflict'
  | 'api'
  | 'usage'
  | 'limit'
  | 'internal';

export interface CatalogueEntry {
  readonly kind: ErrorKind;
  /** whether trying again without a change can help */
  readonly retryable: boolean;
  /** one line: what happened */
  readonly title: string;
  /** what to do about it */
  readonly help: string;
}

const entry = (kind: ErrorKind, retryable: boolean, title: string, help: string): CatalogueEntry => ({
  kind,
  retryable,
  title,
  help,
});

export const CATALOGUE = {
  // 01 input and schema
  APPSET_E0101: entry('input', false, 'a file is not valid YAML', 'Mend the YAML at the position shown.'),
  APPSET_E0102: entry(
    'input',
    false,
    'an object does not fit its schema',
    'Mend the field named in the message.',
  ),
  APPSET_E0103: entry(
    'input',
    false,
    'an unknown field',
    'Remove the field, or move it to where the message says it belongs.',
  ),
  APPSET_E0104: entry(
    'input',
    false,
    'a file holds no ApplicationSet',
    'Pass a file with at least one object of kind ApplicationSet.',
  ),
  APPSET_E0105: entry(
    'input',
    false,
    'a pattern is not valid',
    'Mend the pattern; the message says what the matcher refuses.',
  ),
  // 02 generators
  APPSET_E0201: entry(
    'generator',
    false,
    'a generator is written wrongly',
    'Mend the generator named in the message.',
  ),
  APPSET_E0202: entry(
    'generator',
    false,
    'a generator that is not supported yet',
    'Remove the generator, or wait for the release that brings it; the set is left as it is.',
  ),
  APPSET_E0203: entry(
    'generator',
    false,
    'a selector is not valid',
    'Mend the key, operator or values named in the message.',
  ),
  APPSET_E0204: entry(
    'generator',
    false,
    'an element of a generator cannot be used',
    'Mend the element named in the message.',
  ),
  APPSET_E0205: entry(
    'limit',
    false,
    'a generator hit a bound',
    'Make the generator give less, or raise the bound named in the message.',
  ),
  APPSET_E0206: entry(
    'generator',
    false,
    'a generator may not ask its provider',
    'Use a provider that is allowed, or have it added to --allowed-scm-providers; --enable-scm-providers=false switches all of them off.',
  ),
  APPSET_E0207: entry(
    'generator',
    true,
    'a token may not be taken from a Secret',
    'Label the Secret argocd.argoproj.io/secret-type: scm-creds, which --token-ref-strict-mode demands, or name another one.',
  ),
  // 03 templates
  APPSET_E0301: entry('template', false, 'a template cannot be parsed', 'Mend the template at the caret.'),
  APPSET_E0302: entry(
    'template',
    false,
    'a template failed while it ran',
    'Mend the template or the data of the element named.',
  ),
  APPSET_E0303: entry(
    'limit',
    false,
    'a template hit a bound',
    'Make the template smaller; the message names the bound.',
  ),
  APPSET_E0304: entry(
    'template',
    false,
    'a templatePatch cannot be applied',
    'Mend the patch; the message shows it as rendered.',
  ),
  APPSET_E0312: entry(
    'validation',
    false,
    'several elements generate one Application name',
    'Use an expression that tells them apart; the message names one where there is one.',
  ),
  // 04 sources and git
  APPSET_E0401: entry(
    'source',
    true,
    'a source could not be read',
    'See the cause; nothing is deleted while the source is unknown.',
  ),
  APPSET_E0402: entry(
    'source',
    true,
    'a git repository could not be read',
    'Check the URL, the credentials and the network; nothing is deleted meanwhile.',
  ),
  APPSET_E0403: entry('source', true, 'a git revision does not exist', 'Check the revision.'),
  APPSET_E0404: entry(
    'source',
    false,
    'a fact was not given',
    'Give it with --clusters, --projects, --repo or --facts.',
  ),
  APPSET_E0405: entry(
    'source',
    true,
    'a project does not exist',
    'Make the AppProject in the namespace of Argo CD, or name another one.',
  ),
  APPSET_E0406: entry(
    'source',
    true,
    'GitHub gave no token for an App installation',
    'Check the ids and the key of the App in the repository Secret, and that it is installed; nothing is deleted meanwhile.',
  ),
  APPSET_E0407: entry(
    'source',
    true,
    'a commit is not signed as its project demands',
    'Sign the commit with a key the project lists, and keep the public key in argocd-gpg-keys-cm; nothing is deleted meanwhile.',
  ),
  APPSET_E0408: entry(
    'source',
    false,
    'a pattern reaches into a submodule',
    'Exclude the submodule, whose content is not read; nothing the set made from there is deleted meanwhile.',
  ),
  // 05 planning and validation
  APPSET_E0501: entry(
    'validation',
    false,
    'a generated Application is not valid',
    'See the message; the Application is left as it is.',
  ),
  APPSET_E0502: entry(
    'validation',
    false,
    'an element renders to no usable name or destination',
    'Give the parameter the template asks for, or mend the template; the Application is left as it is.',
  ),
  APPSET_E0503: entry(
    'validation',
    false,
    'the project of generated Applications comes out of data',
    'Write the project literally, or list the allowed ones in annotation appset-operator.io/allowed-projects.',
  ),
  APPSET_E0511: entry(
    'validation',
    false,
    'a rule of ignoreApplicationDifferences cannot be used',
    'Mend the expression; creations go on, the Applications it applies to are not updated.',
  ),
  APPSET_E0512: entry(
    'validation',
    false,
    'a rule of ignoreApplicationDifferences failed on an Application',
    'See the message; the rule is skipped for that Application.',
  ),
  // 06 Kubernetes API
  APPSET_E0601: entry(
    'api',
    true,
    'the Kubernetes API refused or failed a call',
    'See the reason given by the server.',
  ),
  // 07 controller
  APPSET_E0701: entry(
    'conflict',
    false,
    'an Application belongs to somebody else',
    'Remove the other owner, or rename the generated Application.',
  ),
  APPSET_E0702: entry(
    'conflict',
    false,
    'an Application of that name exists and differs',
    'List it in annotation appset-operator.io/adopt of the set (or put the annotation with value "true" on the Application) to take it over.',
  ),
  APPSET_E0703: entry(
    'conflict',
    true,
    'an Application is being deleted',
    'It is made again when it is gone; see its finalizers when that takes long.',
  ),
  APPSET_E0705: entry(
    'usage',
    false,
    'progressive syncs are not supported yet',
    'Use strategy AllAtOnce, or switch progressive syncs off; the set is left as it is.',
  ),
  APPSET_E0706: entry(
    'conflict',
    true,
    'the ApplicationSet changed while it was worked on',
    'Nothing to do: it is looked at again.',
  ),
  APPSET_E0707: entry(
    'api',
    true,
    'the Applications of a set could not be listed',
    'See the reason given by the server; nothing is written meanwhile.',
  ),
  APPSET_E0708: entry(
    'conflict',
    true,
    'a change is held back',
    'See condition DeletionsHeld of the set: it names the reason and both ways out.',
  ),
  APPSET_E0709: entry(
    'internal',
    true,
    'the audit line of a deletion could not be handed over',
    'Look after whoever reads the log of the operator: while it takes no lines nothing is deleted.',
  ),
  APPSET_E0710: entry(
    'conflict',
    false,
    'two sets generate one Application',
    'Let one of them generate another name, or hand the Application over with appset-operator.io/hand-over-to and take-over-from.',
  ),
  // 08 command line and configuration
  APPSET_E0801: entry('usage', false, 'the command was used wrongly', 'See --help of the command.'),
  APPSET_E0802: entry(
    'usage',
    false,
    'the cluster to talk to could not be determined',
    'Check --kubeconfig, --context and the KUBECONFIG variable.',
  ),
  APPSET_E0803: entry(
    'usage',
    false,
    'the demo could not be given',
    'See the message; git must be on the PATH.',
  ),
  APPSET_E0804: entry(
    'usage',
    false,
    'a file named on the command line cannot be read',
    'Check the path and its permissions.',
  ),
  APPSET_E0805: entry(
    'validation',
    false,
    'there is nothing of that name to act on',
    'See the message; appset get and appset plan show what there is now.',
  ),
  APPSET_E0806: entry(
    'source',
    true,
    'the operator could not be asked',
    'Name its metrics address with --operator; `kubectl port-forward` brings it to this machine.',
  ),
  APPSET_E0807: entry(
    'usage',
    false,
    'the output of a command cannot be written',
    'Make room, or send the output somewhere else.',
  ),
  // 09 sandbox
  APPSET_E0901: entry(
    'usage',
    false,
    'the sandbox could not start',
    'Choose another port, or leave the port out to get a free one.',
  ),
  APPSET_E0902: entry('usage', false, 'the sandbox was used wrongly', 'See the message.'),
  // 10 webhooks
  APPSET_E1001: entry(
    'input',
    false,
    'a webhook call could not be authenticated',
    'Give the sender the secret that argocd-secret holds for its provider.',
  ),
  APPSET_E1002: entry(
    'input',
    false,
    'a webhook call is not understood',
    'Send push, tag and pull request events as JSON; switch the others off at the sender.',
  ),
  APPSET_E1003: entry(
    'limit',
    true,
    'more webhook calls than can be queued',
    'Polling goes on; look why the operator does not keep up.',
  ),
  APPSET_E1004: entry(
    'usage',
    false,
    'a listener could not be opened',
    'Choose another address for it, or 0 to switch it off.',
  ),
  APPSET_E1005: entry(
    'source',
    true,
    'a notification could not be sent',
    'Check the URL in the file of --notify-url-file, and whether it can be reached from the Pod.',
  ),
  // 99 defects
  APPSET_E9999: entry('internal', false, 'a defect of appset', 'Please report it with the text shown.'),
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof CATALOGUE;
