import { TableClient } from '@azure/data-tables';
import { expect, it } from 'vitest';
import { startAzurite } from '../../../local/azurite/azurite.ts';

it('starts on free ports, serves tables, and stops in order when it is asked to', async () => {
  const azurite = await startAzurite();
  const table = TableClient.fromConnectionString(azurite.connectionString, 'things', { allowInsecureConnection: true });
  await table.createTable();
  await table.createEntity({ partitionKey: 'a', rowKey: '1', text: 'kept' });
  expect((await table.getEntity('a', '1')).text).toBe('kept');

  expect(await azurite.child.stop()).toBe(0);
});
