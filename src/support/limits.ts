/**
 * Every bound of the product, with a sentence on why it is there. Each may be overridden by flag or
 * by argument; none is silent: what hits a bound ends in an error that names it.
 */
export const LIMITS = {
  /** Rows one set may generate; the product of a matrix is estimated before it is expanded. */
  rowsPerSet: 50_000,
  /** Depth of generators inside generators that is read in normal mode. */
  nesting: 10,
  /** Steps one template may take (nodes executed, loop turns, function work) before it is stopped. */
  templateSteps: 2_000_000,
  /** Bytes one template may write. */
  templateOutputBytes: 1_048_576,
  /** How deep a template may call itself through {{template}}. */
  templateRecursion: 100,
  /** Uses of YAML aliases in one document ("billion laughs"). */
  yamlAliases: 100,
  /** Size of one YAML or JSON file read from a repository. */
  yamlFileBytes: 10 * 1_048_576,
  /** Files one git generator may read. */
  filesPerSet: 50_000,
  /** Characters a user's regular expression is run over. */
  regexInput: 1_048_576,
  /** Body of an HTTP answer we read. */
  httpBodyBytes: 10 * 1_048_576,
  /** Pages of one listing. */
  httpPages: 1_000,
  /** Body of a webhook call. */
  webhookBodyBytes: 10 * 1_048_576,
  /** Webhook calls handled at once. */
  webhookInFlight: 50,
  /** Our own condition messages and status fields. */
  statusTextBytes: 65_536,
  /** `status.resources` is cut when it would pass this size; `resourcesCount` stays true. */
  statusResourcesBytes: 900 * 1_024,
  /** Entries of `status.resources`, as the reference's default. */
  statusResourcesCount: 5_000,
  /** Message of a Kubernetes event. */
  eventTextBytes: 1_024,
  /** Length of an object name. */
  nameLength: 253,
  /** Length of a namespace. */
  namespaceLength: 63,
  /** Length of a label value. */
  labelValueLength: 63,
  /** A single-thread rendering loop gives the event loop a turn after this long. */
  yieldAfterMs: 20,
} as const;

export type Limits = { readonly [K in keyof typeof LIMITS]: number };
