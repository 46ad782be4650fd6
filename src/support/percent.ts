/** Parts of URLs, which come from people and may hold a % that encodes nothing. */

/** What a part says; undefined where a % in it encodes nothing. */
export function percentDecoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
