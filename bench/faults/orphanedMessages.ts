import { TableClient } from '@azure/data-tables';

/** How many messages are stored that belong to no operation. @param connectionString of Azurite itself */
export async function countOrphanedMessages(connectionString: string): Promise<number> {
  const table = TableClient.fromConnectionString(connectionString, 'deadLetters', { allowInsecureConnection: true });
  await table.createTable(); // before the first one there is no table
  let rows = 0;
  for await (const _ of table.listEntities()) rows++;
  return rows;
}
