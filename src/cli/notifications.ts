/** Notifications as the settings ask for them; none by themselves. */
import { keyOf } from '../api/objects.ts';
import {
  type NotificationFormat,
  Notifier,
  Outbox,
  type SendResult,
} from '../controller/notifications/index.ts';
import type { Operator, OperatorOptions } from '../controller/operator.ts';
import type { Telemetry } from '../controller/telemetry.ts';
import type { SettingFlag, SettingValue } from './operator-settings.ts';

export interface Notifications {
  /** the same telemetry, looked on at */
  readonly telemetry: Telemetry;
  follow(operator: Pick<Operator, 'caches'>): void;
  close(): Promise<void>;
}

/** @param onResult told what became of each */
export function notifications(
  values: Readonly<Record<SettingFlag, SettingValue>>,
  parts: Pick<OperatorOptions, 'clock' | 'random' | 'log'>,
  telemetry: Telemetry,
  onResult: (result: SendResult) => void,
): Notifications {
  const urlFile = values['notify-url-file'].value ?? '';
  if (urlFile === '') return { telemetry, follow: () => {}, close: async () => {} };
  const format = values['notify-format'].value as NotificationFormat;
  const { clock, random, log } = parts;
  const outbox = new Outbox({ urlFile, format, clock, random, log, onResult });
  const notifier = new Notifier(clock, (notification) => outbox.put(notification));
  return {
    telemetry: {
      ...telemetry,
      ran: (run, facts) => {
        telemetry.ran(run, facts);
        notifier.ran(run);
      },
    },
    follow: ({ caches }) => {
      caches.sets.onChange(({ before, after }) => {
        if (after === undefined && before !== undefined) notifier.forget(keyOf(before));
      });
    },
    close: () => outbox.close(),
  };
}
