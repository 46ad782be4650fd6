/**
 * What is told to people outside the cluster, in two forms: plain JSON for programs, and the JSON that
 * Slack and those that imitate it take. No credentials of URLs leave in either.
 */
import { LIMITS } from '../../support/limits.ts';

export type NotificationEvent = 'DeletionsHeld' | 'DeletionsReleased' | 'SourceFailed' | 'SourceRecovered';

export interface Notification {
  readonly event: NotificationEvent;
  /** namespace/name */
  readonly set: string;
  /** RFC 3339 */
  readonly time: string;
  /** one line for people */
  readonly message: string;
  /** of what is held */
  readonly digest?: string;
}

export type NotificationFormat = 'slack' | 'plain';

const ICONS: Readonly<Record<NotificationEvent, string>> = {
  DeletionsHeld: ':raised_hand:',
  DeletionsReleased: ':white_check_mark:',
  SourceFailed: ':warning:',
  SourceRecovered: ':white_check_mark:',
};

/** Text without user and password of URLs, without values of parameters that name a secret, cut. */
export function withoutSecrets(text: string): string {
  const clean = text
    .replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/@'"]+@/gi, '$1')
    .replace(/([?&][a-z0-9_-]*(?:token|secret|password|key|signature)=)[^\s&'"]+/gi, '$1***');
  return clean.length > LIMITS.notificationText ? `${clean.slice(0, LIMITS.notificationText - 1)}…` : clean;
}

/** The body of the call. */
export function bodyOf(notification: Notification, format: NotificationFormat): string {
  const { event, set, message } = notification;
  const text = withoutSecrets(message);
  if (format === 'plain')
    return JSON.stringify({
      apiVersion: 'appset-operator.io/v1',
      kind: 'Notification',
      ...notification,
      message: text,
    });
  const escaped = `${ICONS[event]} ${set}: ${text}`
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
  return JSON.stringify({ text: escaped });
}
