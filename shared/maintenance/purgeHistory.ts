import type { AuditStore } from '../audit/auditStore.ts';
import type { Settings } from '../config.ts';
import { REMINDERS } from '../notifications/deliveryStore.ts';
import type { CoverageStore } from '../registration/coverageStore.ts';
import type { SweepStore } from '../registration/sweepStore.ts';
import type { OpenTable } from '../tables/tables.ts';
import { purgeAudit } from './purgeAudit.ts';
import { type PurgeOperationsDependencies, purgeOperations } from './purgeOperations.ts';

const DAY_MS = 24 * 60 * 60_000;
/** Below `functionTimeout` of host.json. The next invocation removes the rest. */
export const PURGE_BUDGET_MS = 7 * 60_000;

/** A message may be delivered again for this long, and must still find that its mail was sent. */
const MESSAGES_LIVE_MS = 15 * DAY_MS;

/** The numbers of removed items. */
export interface PurgeSummary {
  readonly operations: number;
  readonly sweeps: number;
  /** 0 unless AUDIT_RETENTION_DAYS is set: audit entries are never removed. */
  readonly auditEntries: number;
  /** Operations, and batches of audit entries, that cannot be read and were left out. */
  readonly unreadable: number;
}

/** Removes history that is older than the retention in the settings. A limit before 1970 removes nothing. */
export async function purgeHistory(
  deps: PurgeOperationsDependencies & {
    readonly open: OpenTable;
    readonly audit: AuditStore;
    readonly sweeps: SweepStore;
    readonly coverage: CoverageStore;
    readonly settings: Pick<Settings, 'OPERATION_RETENTION_DAYS' | 'AUDIT_RETENTION_DAYS'>;
  },
): Promise<PurgeSummary> {
  const { now, sweeps, settings } = deps;
  const startedAt = now();
  const deadline = startedAt + PURGE_BUDGET_MS;
  const daysAgo = (days: number): number => Math.max(0, Math.floor(startedAt - days * DAY_MS));
  const before = daysAgo(settings.OPERATION_RETENTION_DAYS);
  const auditDays = settings.AUDIT_RETENTION_DAYS;
  const remindersBefore = Math.min(before, Math.floor(startedAt - MESSAGES_LIVE_MS));
  await deps.deliveries.purge(REMINDERS, new Date(remindersBefore).toISOString());
  const operations = await purgeOperations(before, deadline, deps);
  const forgotten = await sweeps.forget(new Date(before).toISOString());
  if (auditDays !== undefined) await deps.coverage.forget(new Date(daysAgo(auditDays)).toISOString());
  const audit =
    auditDays === undefined
      ? { purged: 0, unreadable: 0 }
      : await purgeAudit(daysAgo(auditDays), `AUDIT_RETENTION_DAYS is ${auditDays}.`, deadline, deps);
  return {
    operations: operations.purged,
    sweeps: forgotten,
    auditEntries: audit.purged,
    unreadable: operations.unreadable + audit.unreadable,
  };
}
