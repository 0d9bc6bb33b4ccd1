import { z } from 'zod';

/** What each caller has used of its share lately, by caller: writes, and the time in milliseconds since 1970. */
export const sharesSchema = z.record(z.string(), z.tuple([z.number(), z.number()]));
export type Shares = z.infer<typeof sharesSchema>;

/** The share of one caller: so many writes at once, which come back evenly over a window. */
export interface Share {
  readonly writes: number;
  readonly windowMs: number;
}

/** How many writes a caller may still take from its share. */
export function leftOf(shares: Shares, caller: string, now: number, share: Share): number {
  return Math.max(0, Math.floor(share.writes - usedBy(shares, caller, now, share)));
}

/** Takes writes from a caller's share, and forgets callers whose share is whole again. */
export function takeShare(shares: Shares, caller: string, writes: number, now: number, share: Share): Shares {
  const used = usedBy(shares, caller, now, share) + writes;
  const others = Object.entries(shares).filter(([name]) => name !== caller && usedBy(shares, name, now, share) > 0);
  return { ...Object.fromEntries(others), ...(used > 0 ? { [caller]: [used, now] as const } : {}) };
}

function usedBy(shares: Shares, caller: string, now: number, share: Share): number {
  const [used, at] = shares[caller] ?? [0, now];
  const back = (Math.max(0, now - at) / share.windowMs) * share.writes;
  return Math.max(0, used - back);
}
