/**
 * Which of two states of one object is the newer. Resource versions are whole numbers that grow with
 * every write of a server (the API promises it for its own storage since Kubernetes 1.35, and etcd has
 * always done so). Whatever is no such number is not compared: the watch is believed.
 */

/** Whether `a` is older than `b`; false when that cannot be told. */
export function isOlderVersion(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined || !isWhole(a) || !isWhole(b)) return false;
  return a.length === b.length ? a < b : a.length < b.length;
}

const isWhole = (text: string): boolean => /^[1-9]\d*$/.test(text);
