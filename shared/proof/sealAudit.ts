import type { AuditStore } from '../audit/auditStore.ts';
import type { OpenTable } from '../tables/tables.ts';
import { completeCopies } from './completeCopies.ts';
import { digestText } from './digest.ts';
import type { DigestStore } from './digestStore.ts';
import { earlier, HOUR_MS, hourOf, hoursAfter, hoursBetween } from './hours.ts';
import { sha256 } from './rowHash.ts';
import { rowsOfHours } from './rowsOfHours.ts';

/**
 * An hour is sealed this long after its end. A row says when it was about to be stored; no function lives longer
 * (`functionTimeout` of host.json), so the row is stored by then, or never.
 */
export const GRACE_MS = 10 * 60_000;
/** Below `functionTimeout` of host.json. The next invocation seals the rest. */
const SEAL_BUDGET_MS = 4 * 60_000;
/** Hours whose rows are read together, when many have to be sealed. */
const MAX_HOURS_AT_ONCE = 24;

export interface SealDependencies {
  readonly open: OpenTable;
  readonly audit: Pick<AuditStore, 'copyByUser'>;
  readonly digests: DigestStore;
  readonly now: () => number;
}

export interface SealSummary {
  /** Hours that were sealed. */
  readonly hours: number;
  /** Rows in their digests. */
  readonly rows: number;
  /** The last hour that is sealed; null when none is. */
  readonly sealed: string | null;
  /** The hash of its digest. Kept in the log, it shows later that no digest up to it was replaced. */
  readonly sha256: string | null;
  /** Hours that have ended and are left to the next invocation. */
  readonly left: number;
}

/** The last hour that can be sealed. @param now milliseconds since 1970 */
export function lastDueHour(now: number): string {
  return hourOf(now - GRACE_MS - HOUR_MS);
}

/**
 * Seals each hour that has ended: adds a digest of all rows that were recorded in it, chained to the digest before. The
 * proof begins with the hour that is due at the first invocation. Digests are only added, so the first of two instances
 * decides. Copies by user that are missing, because a process ended before it stored them, are stored first.
 */
export async function sealAudit({ open, audit, digests, now }: SealDependencies): Promise<SealSummary> {
  const deadline = now() + SEAL_BUDGET_MS;
  const due = lastDueHour(now());
  const summary = { hours: 0, rows: 0 };
  let last = await newestDigest(digests, due);
  let next = last === undefined ? due : hoursAfter(last.hour, 1);
  // One hour at first: so each invocation seals at least one, however many rows there are.
  for (let atOnce = 1; next <= due && now() <= deadline; atOnce = Math.min(2 * atOnce, MAX_HOURS_AT_ONCE)) {
    const until = earlier(due, hoursAfter(next, atOnce - 1));
    const rows = await rowsOfHours(next, until, open, (entries) => completeCopies(entries, { open, audit }));
    for (const hour of hoursBetween(next, until)) {
      const own = rows.get(hour) ?? [];
      const text = digestText({ version: 1, hour, previous: last ?? null, rows: own });
      if (await digests.add(hour, text)) {
        summary.hours++;
        summary.rows += own.length;
        last = { hour, sha256: sha256(text) };
      } else last = await storedDigest(digests, hour);
    }
    next = hoursAfter(until, 1);
  }
  const left = hoursBetween(next, due).length;
  return { ...summary, sealed: last?.hour ?? null, sha256: last?.sha256 ?? null, left };
}

interface DigestHash {
  readonly hour: string;
  readonly sha256: string;
}

/** The newest digest up to an hour. A later one can only be of another clock, and does not hold the others up. */
async function newestDigest(digests: DigestStore, due: string): Promise<DigestHash | undefined> {
  const hour = (await digests.hours()).findLast((one) => one <= due);
  return hour === undefined ? undefined : storedDigest(digests, hour);
}

/** The hash of what is stored for an hour, whatever it is: the chain continues, and shows later what was stored. */
async function storedDigest(digests: DigestStore, hour: string): Promise<DigestHash> {
  const text = await digests.read(hour);
  if (text === undefined) throw new Error(`The digest of ${hour} exists and cannot be read: it was removed meanwhile.`);
  return { hour, sha256: sha256(text) };
}
