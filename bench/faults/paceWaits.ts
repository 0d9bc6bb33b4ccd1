/** A turn that begins later than this waits for the quota: bulk work prepares its writes half a second ahead anyway. */
const WAIT_MS = 1_000;

/**
 * How long the newest turn in a stored row of the quota has to wait, in milliseconds; undefined for any other row.
 * @param body of a request to Table Storage
 * @param now milliseconds since 1970
 */
export function turnWaitMs(body: string, now: number): number | undefined {
  // The grants are pairs of a time and a number of writes, as a text in JSON.
  const text = /"grants":"(\[[^"]*\])"/.exec(body)?.[1];
  if (text === undefined) return undefined;
  const times = [...text.matchAll(/\[(\d+),\d+\]/g)].map((pair) => Number(pair[1]));
  return Math.max(0, ...times.map((time) => time - now));
}

/** Whether writes wait for the quota, according to a request to Table Storage. */
export function isPaceWait(body: string, now: number): boolean {
  return (turnWaitMs(body, now) ?? 0) > WAIT_MS;
}
