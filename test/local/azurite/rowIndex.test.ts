import { TableClient } from '@azure/data-tables';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Azurite, startAzurite } from '../../../local/azurite/azurite.ts';
import { findByRarerKey } from '../../../local/azurite/rowIndex.ts';

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.child.stop());

it('asks for the key that fewer rows share, and for nothing else differently', () => {
  const asked: string[] = [];
  const collection = {
    findOne: (query?: object) => void asked.push(JSON.stringify(query ?? null)),
    calculateRange: (_: string, __: string, value: unknown): [number, number] => (value === 'rare' ? [3, 4] : [0, 900]),
  };
  findByRarerKey(collection);
  collection.findOne({ PartitionKey: 'a', RowKey: 'rare' });
  collection.findOne({ PartitionKey: 'rare', RowKey: 'header' });
  collection.findOne({ account: 'x', table: 'y' });
  collection.findOne();
  expect(asked).toEqual([
    '{"RowKey":"rare","PartitionKey":"a"}',
    '{"PartitionKey":"rare","RowKey":"header"}',
    '{"account":"x","table":"y"}',
    'null',
  ]);
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
