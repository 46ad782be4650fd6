/** Notifications to people outside the cluster. The front door of this folder. */
export type { Notification, NotificationFormat } from './messages.ts';
export { Notifier } from './notifier.ts';
export { Outbox, type SendResult } from './outbox.ts';
