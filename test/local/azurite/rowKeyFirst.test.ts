import { TableClient } from '@azure/data-tables';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Azurite, startAzurite } from '../../../local/azurite/azurite.ts';
import { findByRowKeyFirst } from '../../../local/azurite/rowKeyFirst.ts';

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.child.stop());

it('asks for the row key first, and for nothing else differently', () => {
  const asked: string[] = [];
  const collection = { findOne: (query?: object) => void asked.push(JSON.stringify(query ?? null)) };
  findByRowKeyFirst(collection);
  collection.findOne({ PartitionKey: 'a', RowKey: '1' });
  collection.findOne({ account: 'x', table: 'y' });
  collection.findOne();
  expect(asked).toEqual(['{"RowKey":"1","PartitionKey":"a"}', '{"account":"x","table":"y"}', 'null']);
});

it('tells rows apart that share a row key or a partition', async () => {
  const table = TableClient.fromConnectionString(azurite.connectionString, 'rows', { allowInsecureConnection: true });
  await table.createTable();
  for (const partitionKey of ['a', 'b'])
    for (const rowKey of ['1', '2'])
      await table.createEntity({ partitionKey, rowKey, text: `${partitionKey}${rowKey}` });
  await table.updateEntity({ partitionKey: 'b', rowKey: '1', text: 'new' }, 'Replace');
  await table.deleteEntity('a', '2');

  expect((await table.getEntity('a', '1')).text).toBe('a1');
  expect((await table.getEntity('b', '1')).text).toBe('new');
  expect((await table.getEntity('b', '2')).text).toBe('b2');
  await expect(table.getEntity('a', '2')).rejects.toMatchObject({ statusCode: 404 });
  await expect(table.createEntity({ partitionKey: 'b', rowKey: '2' })).rejects.toMatchObject({ statusCode: 409 });
});
