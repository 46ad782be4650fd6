/**
 * The faults of the matrix: what the API server does to reads, watches and writes, and what a git server
 * does at the same time. Each goes on until the cell ends it.
 */
import type { FaultEffect, FaultRule, FaultVerb } from '../../../src/sandbox/index.ts';
import type { GitFault } from '../../harness/faulty-connections.ts';

/** Test files of the matrix, which share its rows: `matrix-PART.test.ts`. */
export const PARTS = ['answers', 'lists', 'watches-and-writes', 'operator'] as const;
export type Part = (typeof PARTS)[number];

export interface Fault {
  readonly name: string;
  readonly part: Part;
  /** in words, for the page */
  readonly how: string;
  readonly api: readonly FaultRule[];
  readonly git?: GitFault;
  /** how long the client waits for an answer, where that matters */
  readonly requestMs?: number;
  /** what is done beside the rules */
  readonly also?: 'restart' | 'kill' | 'jump' | 'relist afterwards';
}

const READS: readonly FaultVerb[] = ['get', 'list'];
const WRITES: readonly FaultVerb[] = ['create', 'update', 'patch', 'patchStatus', 'updateStatus', 'delete'];
/** Watched kinds that are listed again when their watches expire. */
const KINDS = ['ApplicationSet', 'Application', 'Secret', 'AppProject'] as const;
/** Caches the operator fills. */
const CACHES = 6;

/** The watches that are cut expire, so that everything is listed again, and the lists meet the effect. */
const onLists = (effect: FaultEffect, verbs: readonly FaultVerb[] = ['list']): FaultRule[] => [
  { verb: 'watch', effect: { type: 'drop', afterEvents: 0, code: 410 }, times: CACHES },
  { verb: verbs, effect },
];
/** On what is not the Lease: losing leadership is another story. */
const butLease = (verbs: readonly FaultVerb[], effect: FaultEffect): FaultRule[] =>
  [...KINDS, 'Event'].map((kind) => ({ verb: verbs, kind, effect }));
const expired: FaultRule = {
  verb: 'watch',
  effect: { type: 'drop', afterEvents: 0, code: 410 },
  times: CACHES,
};

/** Longer than the client waits. */
const TOO_LONG_MS = 4_000;

export const FAULTS: readonly Fault[] = [
  {
    name: 'empty answer',
    part: 'answers',
    how: 'reads are answered with status 200 and no body; so is git',
    api: [expired, ...butLease(READS, { type: 'blank' })],
    git: 'blank',
  },
  {
    name: 'empty list',
    part: 'answers',
    how: 'lists are valid and hold nothing, whatever there is',
    api: onLists({ type: 'nothing' }),
    also: 'relist afterwards',
  },
  {
    name: 'HTML body',
    part: 'answers',
    how: 'reads are answered with a page of HTML and status 200; so is git',
    api: [expired, ...butLease(READS, { type: 'html' })],
    git: 'html',
  },
  {
    name: '5xx',
    part: 'answers',
    how: 'reads are answered with 503, writes with 500; git with 503',
    api: [
      expired,
      ...butLease(READS, { type: 'refuse', code: 503 }),
      ...butLease(WRITES, { type: 'refuse', code: 500 }),
    ],
    git: { code: 503 },
  },
  {
    name: 'time-out',
    part: 'answers',
    how: 'reads are answered after the client has given up; git never answers',
    api: [expired, ...butLease(READS, { type: 'delay', ms: TOO_LONG_MS })],
    git: 'hang',
    requestMs: 2_000,
  },
  {
    name: 'truncated page',
    part: 'lists',
    how: 'lists break off in the middle of their body; so do the answers of git',
    api: onLists({ type: 'truncate' }),
    git: 'truncate',
  },
  {
    name: 'lost second page',
    part: 'lists',
    how: 'the first page of each list comes, the connection is cut at the second; git answers the first call of a conversation only',
    api: [
      expired,
      ...KINDS.map(
        (kind): FaultRule => ({ verb: 'list', kind, after: 1, effect: { type: 'cut', when: 'before' } }),
      ),
    ],
    git: 'second',
  },
  {
    name: 'list error',
    part: 'lists',
    how: 'lists are refused with 403; git with 404',
    api: onLists({ type: 'refuse', code: 403 }),
    git: { code: 404 },
  },
  {
    name: 'cache not synced',
    part: 'lists',
    how: 'the operator is started anew while clusters, projects and Applications cannot be listed',
    api: ['Secret', 'AppProject', 'Application'].map((kind) => ({
      verb: 'list',
      kind,
      effect: { type: 'refuse', code: 500 },
    })),
    also: 'restart',
  },
  {
    name: 'watch dropped',
    part: 'watches-and-writes',
    how: 'every connection is cut, and each watch after it ends at its first event; git is cut off',
    api: [{ verb: 'watch', effect: { type: 'drop', afterEvents: 1 } }],
    git: 'cut',
  },
  {
    name: '410 storm',
    part: 'watches-and-writes',
    how: 'every watch ends at once with 410 Expired; git answers 410',
    api: [{ verb: 'watch', effect: { type: 'drop', afterEvents: 0, code: 410 } }],
    git: { code: 410 },
  },
  {
    name: '409',
    part: 'watches-and-writes',
    how: 'every write is refused with 409 Conflict',
    api: butLease(WRITES, { type: 'refuse', code: 409 }),
  },
  {
    name: '429',
    part: 'watches-and-writes',
    how: 'every write is refused with 429 and Retry-After; so is git',
    api: butLease(WRITES, { type: 'refuse', code: 429, retryAfterSeconds: 1 }),
    git: { code: 429 },
  },
  {
    name: 'operator killed',
    part: 'operator',
    how: 'the operator, as a process, is killed with -9 in the middle of its writes; another is started',
    api: [{ verb: 'create', kind: 'Application', effect: { type: 'delay', ms: 100 } }],
    also: 'kill',
  },
  {
    name: 'clock jump',
    part: 'operator',
    how: 'the wall clock jumps a day ahead, then two days back',
    api: [],
    also: 'jump',
  },
];
