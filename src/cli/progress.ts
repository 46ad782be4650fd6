/** A counter on stderr for long work: one line that is rewritten, on a terminal only. */
import { systemClock } from '../support/clock.ts';

export interface Progress {
  step(): void;
  end(): void;
}

export function progress(total: number, what: string): Progress {
  const stream = process.stderr;
  if (stream.isTTY !== true || process.env['TERM'] === 'dumb') return { step: () => {}, end: () => {} };
  let done = 0;
  let shown = -1_000;
  return {
    step: () => {
      done += 1;
      const now = systemClock.monotonic();
      if (now - shown < 100) return;
      shown = now;
      stream.write(`\r${done} of ${total} ${what}`);
    },
    end: () => void stream.write('\r\u001b[K'),
  };
}
