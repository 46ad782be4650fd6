/**
 * Who used the processor: the benchmark's own processes by name, and everybody else on the machine, as
 * the kernel counts them. Wall times of a run during which others worked are not worth much.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';

const TICKS = 100;

function statOf(
  pid: number | string,
): { readonly name: string; readonly fields: readonly string[] } | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    // it ended meanwhile
    return undefined;
  }
  const end = text.lastIndexOf(')');
  return { name: text.slice(text.indexOf('(') + 1, end), fields: text.slice(end + 2).split(' ') };
}

const used = (fields: readonly string[]): number => (Number(fields[11]) + Number(fields[12])) / TICKS;

/** User and system time of a process so far, in seconds; undefined when it is gone. */
export function cpuOf(pid: number): number | undefined {
  const stat = statOf(pid);
  return stat === undefined ? undefined : used(stat.fields);
}

/** Seconds of the children of this process whose names begin so. */
export function cpuOfChildren(prefix = ''): number {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .map(statOf)
    .filter((stat) => stat !== undefined)
    .filter(({ name, fields }) => Number(fields[1]) === process.pid && name.startsWith(prefix))
    .reduce((sum, { fields }) => sum + used(fields), 0);
}

/** CPU seconds of kube-apiserver and etcd. */
export const serverCpu = (): number => cpuOfChildren('kube-apiserver') + cpuOfChildren('etcd');

/** Seconds all processors were busy, for whomever. */
function busy(): number {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const [user = 0, nice = 0, system = 0, , , interrupts = 0, soft = 0, steal = 0] = line
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + interrupts + soft + steal) / TICKS;
}

/** Counts from now on. @returns what share of the machine others had since, in percent */
export function othersFromNow(): () => number {
  const own = () => cpuOfChildren() + (cpuOf(process.pid) ?? 0);
  const before = { at: performance.now(), busy: busy(), own: own() };
  return () => {
    const seconds = (performance.now() - before.at) / 1_000;
    const others = busy() - before.busy - (own() - before.own);
    return Math.max(0, (others / (seconds * cpus().length)) * 100);
  };
}
