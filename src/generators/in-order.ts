/**
 * Work on many items a few at a time, with the results in the order of the items. Nothing new is begun
 * once the reader stops reading; what `work` throws is thrown at its place in the order.
 */
export async function* inOrder<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<{ readonly item: T; readonly result: R }> {
  const begun: { item: T; promise: Promise<R> }[] = [];
  let next = 0;
  const begin = (): void => {
    const item = items[next++] as T;
    const promise = work(item);
    promise.catch(() => undefined);
    begun.push({ item, promise });
  };
  while (next < items.length || begun.length > 0) {
    while (begun.length < atOnce && next < items.length) begin();
    const first = begun.shift();
    if (first === undefined) return;
    yield { item: first.item, result: await first.promise };
  }
}
