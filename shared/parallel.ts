/**
 * Works on items as they come, at most so many at one time.
 * @throws the first failure, after all that is under way has ended
 */
export async function workThrough<T>(
  items: AsyncIterable<T>,
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];
  try {
    for await (const item of items) {
      const job = work(item).then(
        () => void underWay.delete(job),
        (thrown: unknown) => {
          failures.push(thrown);
          underWay.delete(job);
        },
      );
      underWay.add(job);
      if (underWay.size >= atOnce) await Promise.race(underWay);
      if (failures.length > 0) break;
    }
  } finally {
    await Promise.all(underWay);
  }
  if (failures.length > 0) throw failures[0];
}
