/** Long YAML is read in a thread: the same value and the same errors, while others run. */
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../../src/support/clock.ts';
import { AppsetError } from '../../../../src/support/errors.ts';
import { LIMITS } from '../../../../src/support/limits.ts';
import { unmarshalYaml, unmarshalYamlApart } from '../../../../src/support/yaml.ts';

const clock = new ManualClock();
const lines = Math.ceil(LIMITS.yamlInPlace / 10);
const long = Array.from({ length: lines }, (_, index) => `k${index}: value ${index}\n`).join('');

const thrown = (read: () => unknown) =>
  Promise.resolve()
    .then(read)
    .catch((error: unknown) => error);

describe('a long text', () => {
  it('is read as in place', async () => {
    const text = `${long}__proto__: {a: -0.0}\nlast: [yes, 0o7, ~, "\\U0001F600"]\n`;
    const value = await unmarshalYamlApart(text, clock);
    expect(value).toEqual(unmarshalYaml(text));
    expect(Object.keys(value as object)).toHaveLength(lines + 2);
  });

  it('lets others run', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await unmarshalYamlApart(long, clock);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(3);
  });

  it('fails as in place, at the same place', async () => {
    const text = `${long}b: : c\n`;
    const [apart, inPlace] = await Promise.all([
      thrown(() => unmarshalYamlApart(text, clock)),
      thrown(() => unmarshalYaml(text)),
    ]);
    expect(apart).toBeInstanceOf(AppsetError);
    expect(apart).toMatchObject({ message: (inPlace as AppsetError).message });
    expect((apart as AppsetError).place).toEqual((inPlace as AppsetError).place);
    // and the next one has its turn
    expect(await unmarshalYamlApart(long, clock)).toEqual(unmarshalYaml(long));
  });

  it('larger than any file may be is refused at once', async () => {
    const text = `a: ${'x'.repeat(LIMITS.yamlFileBytes)}`;
    await expect(unmarshalYamlApart(text, clock)).rejects.toThrow('is larger than');
  });

  it('that takes too long is given up', async () => {
    const late = Object.assign(new ManualClock(), {
      after: (ms: number, task: () => void) => {
        expect(ms).toBe(LIMITS.yamlThreadMs);
        task();
        return () => {};
      },
    });
    await expect(unmarshalYamlApart(long, late)).rejects.toMatchObject({
      code: 'APPSET_E0205',
      message: expect.stringContaining('takes more than 120 seconds to read'),
    });
  });

  it.each(['before it begins', 'while it is read'])(
    'is given up when nobody waits any more: %s',
    async (when) => {
      const stop = new AbortController();
      const abort = () => stop.abort(new AppsetError('APPSET_E0706', 'changed'));
      const started = Object.assign(new ManualClock(), {
        after: () => {
          abort();
          return () => {};
        },
      });
      const read = unmarshalYamlApart(long, started, stop.signal);
      if (when === 'before it begins') abort();
      await expect(read).rejects.toMatchObject({ code: 'APPSET_E0706' });
    },
  );
});
