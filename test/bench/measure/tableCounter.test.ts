import { expect, test } from 'vitest';
import { requestName } from '../../../bench/measure/tableCounter.ts';

test('A request is named after what it does to which table.', () => {
  expect(requestName('GET', "/devstoreaccount1/users(PartitionKey='03',RowKey='a')?$format=x", '')).toBe('GET users');
  expect(requestName('POST', '/devstoreaccount1/operations', '{}')).toBe('POST operations');
  expect(requestName('POST', '/devstoreaccount1/Tables', '{"TableName":"users"}')).toBe('create table');
});

test('A transaction is named after its table, which only its body has.', () => {
  const body = `--batch_1\r\ncontent-type: application/http\r\n\r\nPUT http://127.0.0.1:10002/devstoreaccount1/audit(PartitionKey='00',RowKey='x') HTTP/1.1\r\n`;
  expect(requestName('POST', '/devstoreaccount1/$batch', body)).toBe('transaction audit');
});
