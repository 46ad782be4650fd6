/**
 * The front of the webhook endpoint: which provider, is it authentic, what does it say, and the answer,
 * word for word the reference's (spec controller §8.1). The answer never waits for anything: facts go
 * to the inbox, whoever reaches sets takes them from there.
 */
import type { Clock } from '../support/clock.ts';
import { AppsetError, messageOf } from '../support/errors.ts';
import type { Fact, Provider, ProviderName, Received, WebhookCall } from './contract.ts';
import type { Inbox } from './inbox.ts';
import { providers } from './providers/index.ts';
import type { WebhookSecrets } from './secrets.ts';

export interface Answer {
  readonly status: number;
  readonly body: string;
  /** '' for an empty body */
  readonly contentType: string;
}

/** What is told of each call, when it is answered. */
export interface DeliveryReport {
  /** counts up; what becomes of it later is told under this number */
  readonly number: number;
  /** the sender's own id, '' when it gave none */
  readonly id: string;
  readonly provider: ProviderName | 'unknown';
  /** `-` for a call that was not believed or not understood: what it says of itself counts for nothing */
  readonly event: string;
  readonly verdict: 'queued' | 'ignored' | 'refused' | 'unauthentic' | 'overflow';
  /** why it was not queued */
  readonly reason: string;
  readonly facts: readonly Fact[];
}

export interface ReceiverOptions {
  readonly compat: boolean;
  readonly secrets: WebhookSecrets;
  readonly inbox: Inbox;
  readonly clock: Clock;
  readonly onDelivery: (report: DeliveryReport) => void;
}

const text = (status: number, message: string): Answer => ({
  status,
  body: `${message}\n`,
  contentType: 'text/plain; charset=utf-8',
});
const ACCEPTED: Answer = { status: 200, body: '', contentType: '' };

const HTML: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  "'": '&#39;',
  '"': '&#34;',
};
const escapeHtml = (message: string): string => message.replace(/[<>&'"]/g, (char) => HTML[char] ?? char);

export class Receiver {
  readonly #options: ReceiverOptions;
  readonly #providers: readonly Provider[];
  #count = 0;

  constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#providers = providers(options.compat);
  }

  /** Handles one call. Never throws but for defects. */
  receive(call: WebhookCall): Answer {
    const number = ++this.#count;
    const provider = this.#providers.find((candidate) => candidate.recognises(call));
    const tell = (report: Partial<DeliveryReport> & Pick<DeliveryReport, 'verdict'>): void =>
      this.#options.onDelivery({
        number,
        id: provider?.deliveryId(call) ?? '',
        provider: provider?.name ?? 'unknown',
        event: '-',
        reason: '',
        facts: [],
        ...report,
      });
    if (provider === undefined) {
      tell({ verdict: 'refused', reason: 'Unknown webhook event' });
      return text(400, 'Unknown webhook event');
    }
    let received: Received;
    try {
      received = provider.receive(call, this.#options);
    } catch (error) {
      if (!(error instanceof AppsetError)) throw error;
      const verdict = error.code === 'APPSET_E1001' ? 'unauthentic' : 'refused';
      tell({ verdict, reason: error.message });
      const message = `Webhook processing failed: ${escapeHtml(error.message)}`;
      return text(call.method === 'POST' ? 400 : 405, message);
    }
    return this.#queue(received, number, tell);
  }

  #queue(
    { event, facts }: Received,
    number: number,
    tell: (report: Partial<DeliveryReport> & Pick<DeliveryReport, 'verdict'>) => void,
  ): Answer {
    if (facts.length === 0) {
      tell({ verdict: 'ignored', event, reason: 'it says nothing that a set could read' });
      return ACCEPTED;
    }
    const { inbox, clock } = this.#options;
    tell({ verdict: 'queued', event, facts });
    try {
      inbox.add(facts, number, clock.monotonic());
    } catch (error) {
      tell({ verdict: 'overflow', event, reason: messageOf(error) });
      return text(503, messageOf(error));
    }
    return ACCEPTED;
  }
}
