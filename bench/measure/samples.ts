/** The middle, and how far the others are from it. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** How many were measured. */
  readonly runs: number;
}

/**
 * As it is reported.
 * @throws RangeError when there are no samples
 */
export function spreadOf(samples: readonly number[]): Spread {
  return {
    median: shown(median(samples)),
    min: shown(Math.min(...samples)),
    max: shown(Math.max(...samples)),
    runs: samples.length,
  };
}

/**
 * The middle one; between two, their mean.
 * @throws RangeError when there are no samples
 */
export function median(samples: readonly number[]): number {
  const sorted = inOrder(samples);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2;
}

/**
 * The smallest sample that this share of all does not exceed (nearest rank).
 * @param share from 0 to 1, such as 0.99
 * @throws RangeError when there are no samples
 */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = inOrder(samples);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] as number;
}

function inOrder(samples: readonly number[]): number[] {
  if (samples.length === 0) throw new RangeError('There are no samples.');
  return [...samples].sort((a, b) => a - b);
}

/** A number as it is reported: four digits, or all of its digits before the point. */
export function shown(value: number): number {
  return Math.abs(value) >= 1_000 ? Math.round(value) : Number(value.toPrecision(4));
}
