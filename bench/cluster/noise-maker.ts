/**
 * Changes the status of Applications all over, so many a second or as many as the API server takes: a
 * process of its own, which writes smallest merge patches over kept connections and reads of an answer
 * nothing but its first line. Forked with a `NoiseOrder` as its argument; it ends when it is told to,
 * and tells its count.
 */
import { Client } from 'undici';
import { setName } from './fleet.ts';

export interface NoiseOrder {
  readonly url: string;
  readonly ca: string;
  readonly token: string;
  /** path of the Applications */
  readonly applications: string;
  readonly sets: number;
  readonly perSet: number;
  /** changes a second; undefined: as many as are answered */
  readonly rate: number | undefined;
  readonly connections: number;
}

/** What it tells at its end. */
export interface NoiseMade {
  readonly changes: number;
  readonly failures: number;
  /** seconds of its own CPU */
  readonly cpu: number;
}

const LAG_MS = 2;

class NoiseMaker {
  readonly #order: NoiseOrder;
  readonly #headers: Record<string, string>;
  readonly #started = performance.now();
  #sent = 0;
  #changes = 0;
  #failures = 0;
  #stopped = false;

  constructor(order: NoiseOrder) {
    this.#order = order;
    this.#headers = {
      authorization: `Bearer ${order.token}`,
      'content-type': 'application/merge-patch+json',
      accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
    };
  }

  async make(): Promise<NoiseMade> {
    const { url, ca, connections } = this.#order;
    const clients = Array.from({ length: connections }, () => new Client(url, { connect: { ca } }));
    await Promise.all(clients.map((client) => this.#over(client)));
    await Promise.all(clients.map((client) => client.close()));
    const { user, system } = process.cpuUsage();
    return { changes: this.#changes, failures: this.#failures, cpu: (user + system) / 1e6 };
  }

  stop(): void {
    this.#stopped = true;
  }

  /** One connection: one patch after the other. */
  async #over(client: Client): Promise<void> {
    while (!this.#stopped) {
      const { rate } = this.#order;
      const due = rate === undefined ? Infinity : ((performance.now() - this.#started) / 1_000) * rate;
      if (this.#sent >= due) {
        await new Promise((done) => setTimeout(done, LAG_MS));
        continue;
      }
      this.#sent += 1;
      if (await this.#patch(client, this.#sent)) this.#changes += 1;
      else this.#failures += 1;
    }
  }

  #patch(client: Client, serial: number): Promise<boolean> {
    const { applications, sets, perSet } = this.#order;
    const status = {
      sync: { status: serial % 3 === 0 ? 'OutOfSync' : 'Synced', revision: String(serial) },
      health: { status: serial % 2 === 0 ? 'Healthy' : 'Progressing' },
      reconciledAt: new Date().toISOString(),
    };
    const path = `${applications}/${setName((serial * 7) % sets)}-000${serial % perSet}`;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    let code = 0;
    const call = { method: 'PATCH', path, headers: this.#headers, body: JSON.stringify({ status }) } as const;
    client.dispatch(call, {
      onRequestStart: () => {},
      onResponseStart: (_controller, statusCode) => {
        code = statusCode;
      },
      onResponseData: () => {},
      onResponseEnd: () => resolve(code === 200),
      onResponseError: () => resolve(false),
    });
    return promise;
  }
}

if (process.send !== undefined) {
  const maker = new NoiseMaker(JSON.parse(process.argv[2] ?? '') as NoiseOrder);
  process.once('message', () => maker.stop());
  process.send(await maker.make());
  process.disconnect();
}
