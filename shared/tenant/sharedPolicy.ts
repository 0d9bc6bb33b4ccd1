import { readRow } from '../tables/rows.ts';
import type { OpenTable } from '../tables/tables.ts';
import { writeVersion } from '../tables/versionedRow.ts';
import { isComplete, type TenantPolicy, tenantPolicySchema } from './policy.ts';

/** Graph takes one request for Conditional Access a second, of all apps together. */
export const ASK_EVERY_MS = 1_100;
/** What could not be found out is asked for again after this long. */
const UNKNOWN_FOR_MS = 5_000;
/** How long a process goes without looking whether another has found something out. */
const LOOK_EVERY_MS = 1_000;

const PARTITION = 'policy';
const ROW = 'facts';

/** What is known of the tenant's policies, by all instances together. */
export interface SharedPolicy {
  /** The facts, found out when they are not fresh. However many wait for them, Graph is asked once. */
  current(): Promise<TenantPolicy>;
  /** The facts when they are fresh. Graph is not asked. */
  known(): Promise<TenantPolicy | undefined>;
}

interface Stored {
  readonly policy: TenantPolicy | undefined;
  /** When Graph was asked last, milliseconds since 1970. */
  readonly askedAt: number;
  readonly etag: string | undefined;
}

/**
 * Keeps the facts in one row (table `quota`, partition `policy`). Whoever asks Graph says so in the row before, on the
 * version that was read, so that all instances together ask at most once a second.
 * @param pause waits for so many milliseconds
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

  /** Says that we are about to ask. False when somebody else was quicker. */
  async function claim({ etag }: Stored): Promise<boolean> {
    const table = await open('quota');
    const row = { partitionKey: PARTITION, rowKey: ROW, askedAt: String(now()) };
    return (await writeVersion(table, row, etag, 'Merge')) !== undefined;
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
    await (await open('quota')).upsertEntity(row, 'Merge');
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
