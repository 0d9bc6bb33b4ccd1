import type { Quota } from '../settings.ts';

export type WindowKind = 'tokenBucket' | 'tumbling' | 'sliding';

/** Counts what is used of a quota over time. Times are in milliseconds and never go back. */
export interface Window {
  /** The part of the quota in use: 0 none, 1 all, above 1 when rejected requests count too. */
  usage(now: number): number;
  /** Whether `amount` more stays within `share` (0 to 1) of the quota. */
  fits(amount: number, now: number, share: number): boolean;
  take(amount: number, now: number): void;
  /** The time until `fits` is true if there are no more requests. */
  waitMs(amount: number, now: number, share: number): number;
}

/** Above this, requests are no longer counted: the documented range of `x-ms-throttle-limit-percentage` ends here. */
const MOST_USAGE = 1.8;

export function createWindow(kind: WindowKind, quota: Quota): Window {
  const windowMs = quota.windowSeconds * 1000;
  if (kind === 'tokenBucket') return tokenBucket(quota.limit, windowMs);
  return kind === 'tumbling' ? tumblingWindow(quota.limit, windowMs) : slidingWindow(quota.limit, windowMs);
}

/** Refilling adds up rounding errors of this relative size; they must not cost a request. */
const ROUNDING = 1e-9;

/** Starts full; what is used flows back evenly. */
function tokenBucket(limit: number, windowMs: number): Window {
  const perMs = limit / windowMs;
  let used = 0;
  let at = 0;
  const usedAt = (now: number): number => {
    used = Math.max(0, used - Math.max(0, now - at) * perMs);
    at = Math.max(at, now);
    return used;
  };
  return {
    usage: (now) => usedAt(now) / limit,
    fits: (amount, now, share) => usedAt(now) + amount <= limit * share + ROUNDING * limit,
    take: (amount, now) => {
      used = Math.min(usedAt(now) + amount, limit * MOST_USAGE);
    },
    waitMs: (amount, now, share) => Math.min(windowMs, Math.max(0, usedAt(now) + amount - limit * share) / perMs),
  };
}

/** Everything flows back at once, at the end of each window. */
function tumblingWindow(limit: number, windowMs: number): Window {
  let start = 0;
  let used = 0;
  const usedAt = (now: number): number => {
    const current = now - (now % windowMs);
    if (current > start) {
      start = current;
      used = 0;
    }
    return used;
  };
  return {
    usage: (now) => usedAt(now) / limit,
    fits: (amount, now, share) => usedAt(now) + amount <= limit * share,
    take: (amount, now) => {
      used = Math.min(usedAt(now) + amount, limit * MOST_USAGE);
    },
    waitMs: (amount, now, share) => (usedAt(now) + amount <= limit * share ? 0 : start + windowMs - now),
  };
}

/** Each unit flows back one window after it was used. */
function slidingWindow(limit: number, windowMs: number): Window {
  let taken: { readonly at: number; amount: number }[] = [];
  let first = 0;
  let used = 0;
  const usedAt = (now: number): number => {
    for (let oldest = taken[first]; oldest !== undefined && oldest.at <= now - windowMs; oldest = taken[first]) {
      used -= oldest.amount;
      first++;
    }
    if (first > 1024 && first * 2 > taken.length) {
      taken = taken.slice(first);
      first = 0;
    }
    return used;
  };
  return {
    usage: (now) => usedAt(now) / limit,
    fits: (amount, now, share) => usedAt(now) + amount <= limit * share,
    take: (amount, now) => {
      const counted = Math.min(amount, limit * MOST_USAGE - usedAt(now));
      if (counted <= 0) return;
      used += counted;
      const last = taken.at(-1);
      if (last?.at === now && taken.length > first) last.amount += counted;
      else taken.push({ at: now, amount: counted });
    },
    waitMs: (amount, now, share) => {
      let excess = usedAt(now) + amount - limit * share;
      if (excess <= 0) return 0;
      for (const { at, amount: freed } of taken.slice(first)) {
        excess -= freed;
        if (excess <= 0) return at + windowMs - now;
      }
      return windowMs;
    },
  };
}
