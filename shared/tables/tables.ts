import type { TableClient, TableServiceClientOptions } from '@azure/data-tables';
import type { Settings } from '../config.ts';
import { isLocalTables } from '../connectionString.ts';
import { azureCredential } from '../credential.ts';
import { requiredSetting } from '../requiredSetting.ts';
import { exactText } from './exactText.ts';

/** The tables of the service. Their rows are described in the modules that own them. */
export const tableNames = [
  'operations',
  'users',
  'snapshots',
  'audit',
  'auditByTime',
  'auditIndex',
  'quota',
  'control',
  'sweeps',
  'sweepPages',
  'notifications',
  'deadLetters',
] as const;
export type TableName = (typeof tableNames)[number];

/** Opens a table, and creates it if it does not exist. */
export type OpenTable = (name: TableName) => Promise<TableClient>;

/**
 * The tables of the storage account in the settings: with a connection string locally, with the managed identity in Azure.
 * Each table is created at most once per process.
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
  const options: TableServiceClientOptions = {
    retryOptions: { maxRetries: 3, retryDelayInMs: 100, maxRetryDelayInMs: 2_000 },
    // The SDK has written the body by then.
    additionalPolicies: [{ policy: exactText, position: 'perRetry' }],
  };
  if (settings.TablesConnection !== undefined) {
    return TableClient.fromConnectionString(settings.TablesConnection, tableName, {
      allowInsecureConnection: isLocalTables(settings.TablesConnection),
      ...options,
    });
  }
  const url = requiredSetting(settings, 'TablesConnection__tableServiceUri');
  return new TableClient(url, tableName, await azureCredential(settings), options);
}
