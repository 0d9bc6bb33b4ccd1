import type { TableClient } from '@azure/data-tables';
import type { Settings } from '../config.ts';
import { isLocalTables } from '../connectionString.ts';
import { azureCredential } from '../credential.ts';

/** The tables of the service. Their rows are described in the modules that own them. */
export const tableNames = [
  'operations',
  'users',
  'usersByState',
  'audit',
  'auditByTime',
  'quota',
  'sweeps',
  'sweepPages',
  'notifications',
  'deadLetters',
] as const;
export type TableName = (typeof tableNames)[number];

/** Opens a table, creating it when it is not there. */
export type OpenTable = (name: TableName) => Promise<TableClient>;

/**
 * Tables of the storage account that the settings name: by connection string locally, by managed identity in Azure.
 * Each table is created at most once a process.
 */
export function tablesOf(settings: Settings): OpenTable {
  const opened = new Map<TableName, Promise<TableClient>>();
  const open = async (name: TableName): Promise<TableClient> => {
    const client = await connect(settings, `${settings.TABLES_PREFIX}${name}`);
    await client.createTable();
    return client;
  };
  return (name) => {
    let table = opened.get(name);
    if (table === undefined) {
      table = open(name);
      table.catch(() => opened.delete(name)); // the next call tries again
      opened.set(name, table);
    }
    return table;
  };
}

async function connect(settings: Settings, tableName: string): Promise<TableClient> {
  const { TableClient } = await import('@azure/data-tables');
  const retryOptions = { maxRetries: 3, retryDelayInMs: 100, maxRetryDelayInMs: 2_000 };
  if (settings.TablesConnection !== undefined) {
    return TableClient.fromConnectionString(settings.TablesConnection, tableName, {
      allowInsecureConnection: isLocalTables(settings.TablesConnection),
      retryOptions,
    });
  }
  const url = settings.TablesConnection__tableServiceUri as string;
  return new TableClient(url, tableName, await azureCredential(settings), { retryOptions });
}
