/**
 * Runs `work` on every item, at most `limit` at a time. File operations queue in libuv's threads, which
 * decode images as well: without the limit, a folder of a million files would delay the images.
 */
export async function forEachLimited<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const lane = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
}
