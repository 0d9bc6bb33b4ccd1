import { TableClient } from '@azure/data-tables';
import { AuditStore } from '../../shared/audit/auditStore.ts';
import { type AuditEntry, auditEntrySchema } from '../../shared/audit/entry.ts';
import { laneOf } from '../../shared/domain/lane.ts';
import { fromSplitText } from '../../shared/tables/splitText.ts';

/** The audit record as it lies in the tables, past the service. */
export interface AuditTables {
  /** Every entry of the table `audit`, a row each. */
  byUser(): Promise<AuditEntry[]>;
  /** Every entry of the table `auditByTime`, many in a row. */
  byTime(): Promise<AuditEntry[]>;
  /** The entries about one user, newest first. */
  history(userId: string): Promise<AuditEntry[]>;
}

/** @param connectionString of Azurite */
export function auditTables(connectionString: string): AuditTables {
  const open = async (name: string): Promise<TableClient> => {
    const table = TableClient.fromConnectionString(connectionString, name, { allowInsecureConnection: true });
    await table.createTable(); // where nothing was recorded there is no table yet
    return table;
  };
  const store = new AuditStore(open, Date.now);
  return {
    byUser: async () => {
      const entries: AuditEntry[] = [];
      for await (const row of (await open('audit')).listEntities())
        entries.push(auditEntrySchema.parse(fromSplitText('entry', row)));
      return entries;
    },
    byTime: async () => {
      const entries: AuditEntry[] = [];
      for await (const row of (await open('auditByTime')).listEntities())
        entries.push(...auditEntrySchema.array().parse(fromSplitText('entries', row)));
      return entries;
    },
    history: async (userId) => {
      const entries: AuditEntry[] = [];
      for await (const entry of store.history(laneOf(userId), userId)) entries.push(entry);
      return entries;
    },
  };
}
