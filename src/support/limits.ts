/**
 * Every bound of the product, with a sentence on why it is there. Each may be overridden by flag or
 * by argument; none is silent: what hits a bound ends in an error that names it.
 */
export const LIMITS = {
  /** Rows one set may generate; the product of a matrix is estimated before it is expanded. */
  rowsPerSet: 50_000,
  /** Depth of generators inside generators that is read in normal mode. */
  nesting: 10,
  /** Evaluations of a matrix's interpolated child that run at once. */
  generatorsAtOnce: 16,
  /** Seconds between two listings of a provider or plugin, where the set says nothing. */
  listingRequeueSeconds: 1_800,
  /** Rows of leaves kept for the next evaluation, over all sets. */
  leafRows: 20_000,
  /** Parsed files of repositories kept for the next evaluation, over all sets. */
  parsedFiles: 10_000,
  /** Characters of the texts of those files together. */
  parsedCharacters: 32 * 1_048_576,
  /** Steps one template may take (nodes executed, loop turns, function work) before it is stopped. */
  templateSteps: 2_000_000,
  /** Steps a template is charged for one bcrypt hash (about 60 ms). */
  bcryptSteps: 100_000,
  /** Steps a template is charged for one scrypt key (about 150 ms). */
  scryptSteps: 200_000,
  /** Steps a template is charged for one key of 2048 bits, or one of an elliptic curve. */
  rsa2048Steps: 200_000,
  /** Steps a template is charged for one key of 4096 bits, or one of DSA: seconds of work. */
  rsa4096Steps: 900_000,
  /** Bytes one template may write. */
  templateOutputBytes: 1_048_576,
  /** Characters all templates of one evaluation of a set may write: they are held at once. */
  renderedCharacters: 256 * 1_048_576,
  /** Steps all templates of one element may take: nothing else runs before it is done. */
  elementSteps: 4_000_000,
  /** How deep a template may call itself through {{template}}. */
  templateRecursion: 100,
  /** Nesting of a template, over which parser and walker recurse: a parenthesis counts 4, a block 2, an else if 1. */
  templateNesting: 1_000,
  /** Lists and maps inside each other that are still printed; a value that contains itself has no end. */
  valueDepth: 1_000,
  /** Columns of a line shown around an error's caret. */
  excerptColumns: 120,
  /** Nodes that YAML aliases may add before go-yaml's ratio of aliased to written nodes applies ("billion laughs"). */
  yamlAliases: 100,
  /** Patterns the braces of one glob may stand for. */
  globAlternatives: 1_000,
  /** Lists and maps inside each other in one YAML or JSON document; deeper ones would exhaust the stack. */
  yamlDepth: 1_000,
  /** Size of one YAML or JSON file read from a repository. */
  yamlFileBytes: 10 * 1_048_576,
  /** Characters of YAML that are read in place; longer ones have a thread of their own. */
  yamlInPlace: 128 * 1_024,
  /** Characters of it that are read at once where it is a list or a map of many items, and how deep such are looked for. */
  yamlPiece: 64 * 1_024,
  yamlPieceNesting: 8,
  /** Memory and time that thread may take. */
  yamlThreadMegabytes: 512,
  yamlThreadMs: 120_000,
  /** Files one git generator may read. */
  filesPerSet: 50_000,
  /** Characters a user's regular expression is run over. */
  regexInput: 1_048_576,
  /** Body of a webhook call. */
  webhookBodyBytes: 10 * 1_048_576,
  /** Webhook calls handled at once. */
  webhookInFlight: 50,
  /** Different facts of webhook calls that wait to be matched, as the reference. */
  webhookQueue: 50_000,
  /** Paths one webhook fact carries; a push that touches more counts as touching everything. */
  webhookPaths: 20_000,
  /** Commits a provider may have cut its list at: as many as this tell nothing of the paths. */
  webhookCommits: 2_048,
  /** Age a signed generic webhook call may have, either way. */
  webhookReplayMs: 300_000,
  /** Signatures of generic webhook calls remembered against replay. */
  webhookReplays: 20_000,
  /** Webhook calls a second over all senders, and how many more may come at once. */
  webhookRate: 1_000,
  webhookBurst: 2_000,
  /** Webhook calls shown by `appset webhooks`. */
  webhookDeliveries: 200,
  /** Characters shown of a text a sender of webhooks wrote, and those an address in a payload may have. */
  webhookTextShown: 300,
  webhookUrl: 4_096,
  /** Sets named for one webhook call before "and N more". */
  webhookSetsShown: 100,
  /** Time a client has for the headers of a request, and for the whole of it. */
  httpHeadersMs: 5_000,
  httpRequestMs: 15_000,
  /** How long an idle connection to our listeners is kept. */
  httpIdleMs: 5_000,
  /** How long a listener that closes waits for requests in flight. */
  httpDrainMs: 2_000,
  /** Bytes of the headers of one request to our listeners. */
  httpHeaderBytes: 16_384,
  /** Connections one of our listeners holds. */
  httpConnections: 1_000,
  /** How long one rendering of the metrics is served. */
  metricsCacheMs: 1_000,
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
  /** Bytes all annotations of an object may take, keys and values. */
  annotationsBytes: 262_144,
  /** Length of a label value. */
  labelValueLength: 63,
  /** Compiled template strings kept for the next evaluation, over all sets. */
  compiledStrings: 20_000,
  /** Characters of those strings together: what a template writes may be a template again. */
  compiledCharacters: 16 * 1_048_576,
  /** Compiled regular expressions of template functions kept for the next call. */
  compiledPatterns: 500,
  /** Compiled object templates kept for the next evaluation, over all sets. */
  compiledObjects: 2_000,
  /** Characters of the rendered patches of one set kept for elements that render alike. */
  patchCharacters: 4 * 1_048_576,
  /** How long git may take to tell the refs of a repository. */
  gitTimeoutMs: 30_000,
  /** How long git may take to bring the trees of a commit or the contents of files. */
  gitFetchTimeoutMs: 120_000,
  /** Bytes one git command may write before it is stopped. */
  gitOutputBytes: 256 * 1_048_576,
  /** git processes that work on the disk at once. */
  gitProcesses: 8,
  /** git processes that talk to servers at once, and to one host; they wait more than they work. */
  gitRemoteProcesses: 32,
  gitProcessesPerHost: 4,
  /** How long a command has to have waited for nothing that its host counts as silent. */
  gitSilentAfterMs: 5_000,
  /** Silences in a row after which a host is asked by one command at a time, and how long not at all after each. */
  gitSilences: 2,
  gitSilenceMs: 10_000,
  /** Hosts of git repositories that are remembered. */
  gitHosts: 1_000,
  /** How long GitHub may take to give a token of an App installation, and how long before its end one is not used any more. */
  githubAppTokenMs: 15_000,
  githubAppTokenMarginMs: 300_000,
  /** Tokens of App installations kept. */
  githubAppTokens: 500,
  /** Commits whose signature was found good, remembered. */
  verifiedCommits: 5_000,
  /** Digits of a key id that are enough to tell keys apart; shorter ones can be forged. */
  keyIdDigits: 16,
  /** All mirrors together; beyond it the least recently used ones go. */
  gitCacheBytes: 2 * 1_073_741_824,
  /** Operators one cache folder serves, and how long taking over a part of it that was left behind may take. */
  cacheParts: 32,
  cacheTakingMs: 30_000,
  /** Commits that webhooks tell of, kept until their repository is read. */
  gitHints: 1_000,
  /** Commits that are fetched first when it is asked whether one descends from another. */
  gitHistoryDepth: 200,
  /** Pack files of one mirror (one a fetch) before it is made anew: lookups slow down with each. */
  gitMirrorPacks: 100,
  /** How much earlier than its time a poll may come and still ask the server. */
  pollSlackMs: 100,
  /** Refs of repositories kept in memory, all together. */
  gitRefs: 1_000_000,
  /** Trees of commits kept in memory, counted in entries. */
  gitTreeEntries: 400_000,
  /** Selections of paths of git generators that are known again when a later commit has the same. */
  gitSelections: 20_000,
  /** Contents of files kept in memory for the next run, in bytes over all repositories. */
  gitBlobBytes: 64 * 1_048_576,
  /** Symbolic links followed for one path, as the kernel does. */
  symlinkHops: 40,
  /** Bytes a symbolic link may say, as the kernel's PATH_MAX; a longer one leads nowhere. */
  symlinkBytes: 4_096,
  /** Paths of a working tree through links beyond those that are tracked: links into each other double them at each level. */
  linkedPaths: 100_000,
  /** Facts kept as last known good, per kind. */
  lastKnownGoodFacts: 2_000,
  /** File contents and trees kept as last known good, in characters and entries. */
  lastKnownGoodWeight: 64 * 1_048_576,
  /** Changes the sandbox remembers for watches; older resourceVersions are answered with 410 Expired. */
  sandboxEvents: 50_000,
  /** Paged lists the sandbox keeps open at once; the oldest continue token expires first. */
  sandboxOpenLists: 64,
  /** How long the sandbox honours a continue token, as etcd's compaction would. */
  sandboxContinueMs: 300_000,
  /** The sandbox sends a bookmark on a quiet watch this often. */
  sandboxBookmarkMs: 60_000,
  /** The sandbox ends a watch that named no timeoutSeconds after this long. */
  sandboxWatchSeconds: 1_800,
  /** Body of a request the sandbox reads, above etcd's own bound so that large CRDs fit. */
  sandboxBodyBytes: 8 * 1_048_576,
  /** Bytes that may wait on one watch connection of the sandbox before it is ended as too slow. */
  sandboxWatchBacklogBytes: 64 * 1_048_576,
  /** Steps one jq path expression of an ignore rule may take on one Application. */
  jqSteps: 200_000,
  /** Elements of one name that are compared for what tells them apart. */
  distinguishedRows: 1_000,
  /** Names listed in a condition or event of ours before "and N more". */
  namesShown: 10,
  /** Characters of the tables of a plan in Markdown: a comment on GitHub holds 65,536 in all. */
  markdownTables: 50_000,
  /** Writes after which the live barrier is taken again. */
  barrierWrites: 100,
  /** Milliseconds after which the live barrier is taken again. */
  barrierMs: 5_000,
  /** Runs whose barrier one list takes at least, and how many sets it may bring for each. */
  barrierListFrom: 20,
  barrierListedForOne: 15,
  /** Runs that wait to write while others are planned, and the Applications they may hold together. */
  runsBeforeWriting: 500,
  rowsBeforeWriting: 20_000,
  /** Times a run plans again because the set or an Application changed under it. */
  replans: 3,
  /** Tries of one status write that conflicts, as the reference. */
  statusTries: 5,
  /** Milliseconds between those tries. */
  statusRetryMs: 10,
  /** Seconds a terminating Application may take before it is reported. */
  stuckTerminatingSeconds: 600,
  /** Seconds between a failed evaluation and the next try, as the reference. */
  errorRequeueSeconds: 180,
  /** First delay of the back-off of one Application's writes, milliseconds. */
  applicationBackoffMs: 5,
  /** Ceiling of that back-off, milliseconds. */
  applicationBackoffMaxMs: 1_000_000,
  /** Seconds waited where the server says 429 or 503 without Retry-After. */
  throttleSeconds: 1,
  /** Tries of one write while the server throttles. */
  throttleTries: 5,
  /** How long a deletion of ours counts against the budgets. */
  deletionWindowMs: 600_000,
  /** Budget of deletions whose cause is confirmed: the larger of a number and a share of what the set owns. */
  budgetConfirmed: 5,
  budgetConfirmedPercent: 20,
  /** Budget of deletions that only a listing or an edit explains. */
  budgetUnconfirmed: 1,
  budgetUnconfirmedPercent: 10,
  /** Budget over all sets together. */
  budgetTotal: 50,
  budgetTotalPercent: 20,
  /** Two readings that agree are at least this far apart where nothing else confirms an absence. */
  secondReadingMs: 60_000,
  /** How long an approval is good for. */
  approvalMs: 3_600_000,
  /** Generations after which an expectation of deletions is void. */
  expectationGenerations: 2,
  /** Deletions of the last minutes that are listed one by one in a set's state; more are counted. */
  recordedDeletions: 1_000,
  /** Applications one audit line names. */
  auditedNames: 1_000,
  /** How long a deletion waits for its audit line to be taken before it is given up for now. */
  auditHandOverMs: 5_000,
  /** Times of the last minutes at which data moved Applications; of more the oldest become one. */
  recordedRebinds: 50,
  /** Applications whose times and approvals fit a set's state. */
  heldItems: 10_000,
  /** Characters of a hold's message that its state keeps. */
  latchMessage: 300,
  /** Commits of git leaves a set's state keeps. */
  rememberedTips: 50,
  /** Deletions between two looks at the set: one, then tenfold, up to this many. */
  deletionBatchGrowth: 10,
  deletionBatchMost: 100,
  /** How old what a deletion rests on may be when it is sent; what is left then is looked at again. */
  deletionFactsMs: 10_000,
  /** How soon a set is looked at again whose run found that it has to be. */
  lookAgainMs: 1_000,
  /** Bytes of the list of held deletions in its ConfigMap. */
  planMapBytes: 524_288,
  /** How long the answer whether the reference's controller is alive is good for. */
  anotherControllerMs: 60_000,
  /** How long a write by it, seen in a watch, counts as a sign of life. */
  rivalRestMs: 180_000,
  /** Times one write is made within the window before somebody who undoes it is left to it. */
  undoneWrites: 3,
  undoneWindowMs: 600_000,
  /** Applications of a set that are fought over from which on nothing of the set is written. */
  disputedApplications: 3,
  /** Connections kept open to one API server; each running watch holds one. */
  kubeConnections: 32,
  /** Calls of one API server that run at once, watches and leases aside; fewer after it says 429. */
  kubeCallsAtOnce: 20,
  /** A call that waited this long for its turn takes turns with more urgent ones. */
  kubeCallPatienceMs: 15_000,
  /** A write that waited this long for its turn is not sent: what it rests on is looked at again first. */
  kubeTurnMs: 2_000,
  /** Runs that only have their status left to write, beside those the workers have. */
  statusesAtOnce: 1_000,
  /** How long a connection may rest before it is closed: under the idle time of load balancers. */
  kubeIdleMs: 45_000,
  /** How long the API server may take to answer a call; a watch is bounded by its own time. */
  kubeRequestMs: 30_000,
  /** Body of one answer of the API server, and one line of a watch. */
  kubeBodyBytes: 256 * 1_048_576,
  /** Times a read is tried again after 429, 5xx with Retry-After, or a connection that was gone. */
  kubeReadRetries: 5,
  /** Longest wait the API server may ask of a read before the read fails instead. */
  kubeRetryAfterSeconds: 30,
  /** Tokens, certificates and authorities are read again this often. */
  kubeCredentialsMs: 60_000,
  /** Objects in one page of a list. */
  kubeListPage: 500,
  /** Seconds a watch is asked to last: drawn between the two, so that watches do not end together. */
  kubeWatchMinSeconds: 300,
  kubeWatchMaxSeconds: 600,
  /** A watch the server has not ended is cut this long after its time. */
  kubeWatchGraceMs: 5_000,
  /** Back-off of a reflector, doubled from the first to the second. */
  kubeBackoffMinMs: 1_000,
  kubeBackoffMaxMs: 30_000,
  /** A watch that lived this long makes the next failure the first one again. */
  kubeWatchHealthyMs: 10_000,
  /** A watch that ended within this time without an event is a failure, however politely it ended. */
  kubeWatchVeryShortMs: 1_000,
  /** A cache without a working watch for this long no longer answers. */
  kubeCacheStaleMs: 60_000,
  /** Kubernetes events waiting to be written. */
  eventQueue: 1_000,
  /** Kubernetes events remembered for counting repetitions. */
  eventMemory: 4_096,
  /** Events one object may have at once, and how often it gets one more. */
  eventBurst: 25,
  eventRefillMs: 60_000,
  /** How long the end waits for Kubernetes events to be written; a server that hangs must not hold it. */
  eventFlushMs: 2_000,
  /** First and longest wait of a key that failed. */
  queueBackoffMinMs: 5,
  queueBackoffMaxMs: 1_000_000,
  /**
   * Leader election: others wait this long, the holder gives up after, and tries every. Whoever waits sees
   * a renewal up to one try late: with both, another leads within 15 seconds of a crash.
   */
  leaseDurationMs: 12_000,
  leaseRenewDeadlineMs: 9_000,
  leaseRetryMs: 2_000,
  /** A standby looks this long after the holder's time has run out by its own clock. */
  leaseRunOutMs: 10,
  /** No write is sent in the last part of a lease. */
  leaseMarginMs: 2_000,
  /** Notifications that wait to be sent; more are dropped and counted. */
  notificationsWaiting: 100,
  /** How long one call of a notification may take, how often it is tried, and the waits in between. */
  notificationTimeoutMs: 10_000,
  notificationTries: 6,
  notificationBackoffMinMs: 1_000,
  notificationBackoffMaxMs: 60_000,
  /** Characters of a notification's text. */
  notificationText: 2_000,
  /** Waits before the settings of Argo CD are read again that could not be. */
  settingsRetryMinMs: 1_000,
  settingsRetryMaxMs: 30_000,
  /** How long after a right was missing it is asked for again, and how many rights are asked about at once. */
  accessReviewMs: 300_000,
  accessReviewsAtOnce: 4,
  /** How long a start waits for the first lists each time before it says what is missing. */
  cacheSyncMs: 30_000,
  /** How long after work the operator looks whether memory is to be given back. */
  idleCollectMs: 30_000,
  /** Growth of resident memory since the last time that makes it worth it. */
  idleCollectBytes: 48 * 1_048_576,
  /** Long work gives the event loop a turn after this long. */
  yieldAfterMs: 10,
} as const;
