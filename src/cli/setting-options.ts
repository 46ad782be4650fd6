/** Settings of the operator as options of a command, and what was written for them. */
import { Option } from 'commander';
import { SETTINGS, type Setting } from './operator-settings.ts';

/** `requeue-after` → `requeueAfter`, as commander names options. */
const attribute = (flag: string) => flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

export function settingOption(setting: Setting): Option {
  const isSwitch = setting.kind === 'switch';
  const placeholder = typeof setting.kind === 'object' ? setting.kind.oneOf.join('|') : setting.kind;
  const short = setting.flag === 'namespace' ? '-n, ' : '';
  const shownDefault = setting.default === undefined || isSwitch ? '' : ` (default: ${setting.default})`;
  return new Option(
    `${short}--${setting.flag}${isSwitch ? ' [true|false]' : ` <${placeholder}>`}`,
    `${setting.meaning}${shownDefault}`,
  );
}

/** Flags as they were written, by name; a switch without a value is `true`. */
export function flagsOf(options: Readonly<Record<string, unknown>>): Record<string, string | undefined> {
  return Object.fromEntries(
    SETTINGS.map(({ flag }) => {
      const value = options[attribute(flag)];
      return [flag, value === undefined ? undefined : String(value)];
    }),
  );
}
