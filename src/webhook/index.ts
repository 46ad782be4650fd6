/** Webhooks: from a signed call to the sets it concerns. The front door of this folder. */
export type { Fact, Matches, SecondChildren, Verdict, WebhookCall } from './contract.ts';
export { type Dispatched, Dispatcher, matchAsReference } from './dispatcher.ts';
export { Inbox } from './inbox.ts';
export { matchSets } from './matching.ts';
export { type Answer, type DeliveryReport, Receiver } from './receiver.ts';
export { type SecretReader, WebhookSecrets } from './secrets.ts';
export { type GitRead, SetIndex } from './set-index.ts';
