/**
 * An operator as a process of a simulation: the whole of it, on a client and a clock of its own. When it
 * is killed, both fall silent at once, in the middle of whatever it was doing: a call that was on its
 * way may have reached the server or not, and no answer comes back.
 */
import type {
  ListOptions,
  ListPage,
  ObjectClient,
  ResourceType,
  WatchEvent,
  WatchOptions,
} from '../../../src/api/client.ts';
import type { Json, KubeObject } from '../../../src/api/objects.ts';
import { type Operator, startOperator } from '../../../src/controller/operator.ts';
import { type ControllerSettings, controllerSettings } from '../../../src/controller/settings.ts';
import { type Faults, type Store, StoreClient } from '../../../src/sandbox/index.ts';
import { messageOf } from '../../../src/support/errors.ts';
import { seededRandom } from '../../../src/support/random.ts';
import { ProcessClock, type SimulatedTime } from './clock.ts';
import type { SimulatedRepository } from './repository.ts';
import type { Trace, TracedCall } from './trace.ts';

const never = <T>(): Promise<T> => new Promise(() => {});
/** Ten times as long as usual: time passes in large steps. */
const LEASE = { durationMs: 150_000, renewDeadlineMs: 100_000, retryMs: 20_000 };
const MANAGER = 'appset-operator';

/** What a world has that its processes share. */
export interface Surroundings {
  readonly store: Store;
  readonly faults: Faults;
  readonly time: SimulatedTime;
  readonly repository: SimulatedRepository;
  readonly trace: Trace;
  readonly settings: Partial<ControllerSettings>;
  readonly seed: number;
  /** before a call reaches the server; true: the process is killed just then */
  readonly onCall: (process: Process, call: TracedCall) => boolean;
  /** after the server has done it, and before the process is told; true: the process is killed just then */
  readonly onDone: (process: Process, call: TracedCall) => boolean;
}

export class Process implements ObjectClient {
  readonly name: string;
  readonly operator: Operator;
  readonly clock: ProcessClock;
  readonly #world: Surroundings;
  readonly #client: StoreClient;
  readonly #killed = new AbortController();
  #ended = false;

  constructor(name: string, number: number, world: Surroundings) {
    this.name = name;
    this.#world = world;
    this.clock = new ProcessClock(world.time);
    this.#client = new StoreClient(world.store, world.faults, MANAGER);
    const log = (level: string) => (fields: object, message: string) =>
      world.trace.log(name, level, fields, message);
    this.operator = startOperator({
      client: this,
      settings: controllerSettings(world.settings),
      workers: 2,
      gitFolder: '',
      git: world.repository.reader(this.clock),
      lease: LEASE,
      identity: name,
      clock: this.clock,
      random: seededRandom(world.seed * 100 + number),
      log: { debug: () => {}, info: log('info'), warn: log('warn'), error: log('error') },
    });
    this.operator.ready.catch(() => {
      // told by its end
    });
    this.operator.done
      .then(
        (how) => world.trace.add(`${name} ends: ${how}`),
        (error: unknown) => world.trace.add(`${name} ends: ${messageOf(error)}`),
      )
      .finally(() => {
        this.#ended = true;
      });
  }

  /** It is gone, one way or the other. */
  get ended(): boolean {
    return this.#ended || this.#killed.signal.aborted;
  }

  kill(): void {
    this.#killed.abort();
    this.clock.stop();
  }

  get(...args: Parameters<ObjectClient['get']>): Promise<KubeObject> {
    return this.#call({ verb: 'get', kind: args[0].kind, namespace: args[1], name: args[2] }, () =>
      this.#client.get(...args),
    );
  }

  list(type: ResourceType, options: ListOptions = {}): Promise<ListPage> {
    const call = { verb: 'list', kind: type.kind, namespace: options.namespace, name: undefined };
    return this.#call(call, () => this.#client.list(type, options));
  }

  async *watch(type: ResourceType, options: WatchOptions): AsyncGenerator<WatchEvent> {
    const killed = this.#killed.signal;
    const signal = options.signal === undefined ? killed : AbortSignal.any([options.signal, killed]);
    try {
      for await (const event of this.#client.watch(type, { ...options, signal })) {
        if (killed.aborted) await never();
        yield event;
      }
    } catch (error) {
      if (killed.aborted) await never();
      throw error;
    }
    if (killed.aborted) await never();
  }

  create(...args: Parameters<ObjectClient['create']>): Promise<KubeObject> {
    const [type, object] = args;
    const { namespace, name } = object.metadata;
    return this.#call({ verb: 'create', kind: type.kind, namespace, name, sent: object }, () =>
      this.#client.create(...args),
    );
  }

  update(...args: Parameters<ObjectClient['update']>): Promise<KubeObject> {
    const [type, object] = args;
    const { namespace, name } = object.metadata;
    return this.#call({ verb: 'update', kind: type.kind, namespace, name, sent: object }, () =>
      this.#client.update(...args),
    );
  }

  patch(...args: Parameters<ObjectClient['patch']>): Promise<KubeObject> {
    const [type, namespace, name, sent, { subresource }] = args;
    const verb = subresource === 'status' ? 'patchStatus' : 'patch';
    return this.#call({ verb, kind: type.kind, namespace, name, sent: sent as Json }, () =>
      this.#client.patch(...args),
    );
  }

  delete(...args: Parameters<ObjectClient['delete']>): Promise<KubeObject | undefined> {
    const [type, namespace, name, { uid, resourceVersion } = {}] = args;
    const sent = { uid, resourceVersion };
    return this.#call({ verb: 'delete', kind: type.kind, namespace, name, sent }, () =>
      this.#client.delete(...args),
    );
  }

  async #call<T>(call: TracedCall, run: () => Promise<T>): Promise<T> {
    const { trace, onCall, onDone } = this.#world;
    const killed = this.#killed.signal;
    if (killed.aborted) return never();
    if (onCall(this, call)) {
      this.kill();
      return never();
    }
    try {
      const answer = await run();
      if (killed.aborted) return await never();
      const done = { ...call, answer };
      trace.call(this.name, done);
      if (!onDone(this, done)) return answer;
      this.kill();
      return await never();
    } catch (error) {
      if (killed.aborted) return never();
      trace.call(this.name, { ...call, error });
      throw error;
    }
  }
}
