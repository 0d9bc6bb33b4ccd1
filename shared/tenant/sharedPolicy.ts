import { isForbidden } from '../tables/failures.ts';
import { readRow } from '../tables/rows.ts';
import type { OpenTable } from '../tables/tables.ts';
import { writeVersion } from '../tables/versionedRow.ts';
import { isComplete, type TenantPolicy, tenantPolicySchema } from './policy.ts';

/** Graph allows one request for Conditional Access a second, for all apps together. */
export const ASK_EVERY_MS = 1_100;
/** An incomplete answer is read again after this time. */
const UNKNOWN_FOR_MS = 5_000;
/** How often a process looks for facts that another process has stored. */
const LOOK_EVERY_MS = 1_000;

const PARTITION = 'policy';
const ROW = 'facts';

/** The facts about the tenant's policies, shared by all instances. */
export interface SharedPolicy {
  /** The facts, read from Graph when they are not fresh. Concurrent callers share one request. */
  current(): Promise<TenantPolicy>;
  /** The facts if they are fresh. Sends no request to Graph. */
  known(): Promise<TenantPolicy | undefined>;
}

interface Stored {
  readonly policy: TenantPolicy | undefined;
  /** When an instance last asked Graph, milliseconds since 1970. */
  readonly askedAt: number;
  readonly etag: string | undefined;
}

/**
 * Keeps the facts in one row (table `quota`, partition `policy`). An instance claims the row before it asks Graph, on the
 * version that it read, so that all instances together ask at most once a second. An instance that may not write the row, as
 * in the app with the API, keeps what it read from Graph for itself: what it stored would decide about changes of users.
 * @param pause waits for this many milliseconds
 */
export function sharedPolicy(parts: {
  readonly open: OpenTable;
  readonly read: () => Promise<TenantPolicy>;
  readonly freshForMs: number;
  readonly now: () => number;
  readonly pause: (ms: number) => Promise<void>;
}): SharedPolicy {
  const { open, read, freshForMs, now, pause } = parts;
  let kept: TenantPolicy | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<TenantPolicy> | undefined;
  let mayStore = true;

  function isFresh(policy: TenantPolicy | undefined): policy is TenantPolicy {
    if (policy === undefined) return false;
    const foundAt = Math.min(policy.conditionalAccess.at, policy.securityDefaults.at);
    return now() < foundAt + (isComplete(policy) ? freshForMs : Math.min(freshForMs, UNKNOWN_FOR_MS));
  }

  async function load(): Promise<Stored> {
    lookedAt = now();
    const row = await readRow(await open('quota'), PARTITION, ROW);
    const policy =
      typeof row?.policy === 'string' ? tenantPolicySchema.safeParse(JSON.parse(row.policy)).data : undefined;
    if (isFresh(policy)) kept = policy;
    return { policy, askedAt: Number(row?.askedAt ?? 0), etag: row?.etag };
  }

  /** Claims the next request to Graph. False when another instance has claimed it. */
  async function claim({ etag }: Stored): Promise<boolean> {
    const table = await open('quota');
    const row = { partitionKey: PARTITION, rowKey: ROW, askedAt: String(now()) };
    try {
      return (await writeVersion(table, row, etag, 'Merge')) !== undefined;
    } catch (error) {
      if (!isForbidden(error)) throw error;
      mayStore = false;
      return true;
    }
  }

  async function find(): Promise<TenantPolicy> {
    for (;;) {
      const stored = await load();
      if (isFresh(stored.policy)) return stored.policy;
      const waitMs = stored.askedAt + ASK_EVERY_MS - now();
      if (waitMs > 0) await pause(waitMs);
      else if (await claim(stored)) break;
    }
    const policy = await read();
    kept = policy;
    const row = { partitionKey: PARTITION, rowKey: ROW, policy: JSON.stringify(policy) };
    if (mayStore) await (await open('quota')).upsertEntity(row, 'Merge');
    return policy;
  }

  return {
    current: async () => {
      if (isFresh(kept)) return kept;
      asking ??= find().finally(() => {
        asking = undefined;
      });
      return asking;
    },
    known: async () => {
      if (!isFresh(kept) && now() - lookedAt >= LOOK_EVERY_MS) await load();
      return isFresh(kept) ? kept : undefined;
    },
  };
}
