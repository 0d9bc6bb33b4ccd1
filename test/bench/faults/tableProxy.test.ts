import { randomBytes } from 'node:crypto';
import { TableClient } from '@azure/data-tables';
import { afterEach, expect, it } from 'vitest';
import { type TableFault, tableFaultKinds, tableOdds } from '../../../bench/faults/faultRates.ts';
import {
  drawFault,
  startTableProxy,
  type TableProxy,
  tablePortOf,
  throughProxy,
} from '../../../bench/faults/tableProxy.ts';
import { tablesConnection } from '../../support/sharedAzurite.ts';

const direct = tablesConnection();
const proxies: TableProxy[] = [];

afterEach(async () => {
  await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
});

/** A table behind a proxy, whose client gives up at once. */
async function behindProxy(maxRetries = 0) {
  const proxy = await startTableProxy(tablePortOf(direct), () => 0.5);
  proxies.push(proxy);
  const name = `t${randomBytes(8).toString('hex')}`;
  const retryOptions = { maxRetries, retryDelayInMs: 10, maxRetryDelayInMs: 10 };
  const options = { allowInsecureConnection: true, retryOptions };
  const table = TableClient.fromConnectionString(throughProxy(direct, proxy), name, options);
  await table.createTable();
  return { proxy, table, straight: TableClient.fromConnectionString(direct, name, options) };
}

const always = (kind: TableFault) => ({ ...tableOdds('none'), [kind]: 1 });
const ROW = { partitionKey: 'p', rowKey: 'r', text: 'ü' };

it('passes everything on while nothing is to fail, transactions too', async () => {
  const { table, proxy } = await behindProxy();
  await table.createEntity(ROW);
  await table.submitTransaction([
    ['create', { partitionKey: 'p', rowKey: 'a' }],
    ['upsert', { ...ROW, text: 'ß' }, 'Merge'],
  ]);
  expect(await table.getEntity('p', 'r')).toMatchObject({ text: 'ß' });
  await expect(table.createEntity(ROW)).rejects.toMatchObject({ statusCode: 409 });
  await table.deleteEntity('p', 'a');
  expect(proxy.requests).toBe(6);
  expect(Object.values(proxy.faults)).toEqual([0, 0, 0, 0, 0, 0, 0]);
});

it.each(['refuse', 'error', 'busy', 'hang'] as const)('does not carry out a request that meets %s', async (kind) => {
  const { table, straight, proxy } = await behindProxy();
  proxy.setOdds(always(kind));
  await expect(table.createEntity(ROW)).rejects.toThrow();
  await expect(straight.getEntity('p', 'r')).rejects.toMatchObject({ statusCode: 404 });
  expect(proxy.faults).toMatchObject({ [kind]: 1 });
});

it('lets nothing through in an outage, and everything afterwards', async () => {
  const { table, straight, proxy } = await behindProxy();
  proxy.setOutage(true);
  await expect(table.createEntity(ROW)).rejects.toThrow();
  await expect(straight.getEntity('p', 'r')).rejects.toMatchObject({ statusCode: 404 });
  expect(proxy.faults.outage).toBe(1);
  proxy.setOutage(false);
  await table.createEntity(ROW);
});

it('carries out a request whose answer it drops, so that the client finds its own row', async () => {
  const { table, straight, proxy } = await behindProxy();
  proxy.setOdds(always('dropAnswer'));
  await expect(table.createEntity(ROW)).rejects.toThrow();
  expect(await straight.getEntity('p', 'r')).toMatchObject({ text: 'ü' });
  proxy.setOdds(tableOdds('none'));
  await expect(table.createEntity(ROW)).rejects.toMatchObject({ statusCode: 409 });
});

it('carries out late what is late', async () => {
  const { table, straight, proxy } = await behindProxy();
  proxy.setOdds(always('late'));
  await table.createEntity(ROW);
  expect(await straight.getEntity('p', 'r')).toMatchObject({ text: 'ü' });
  expect(proxy.faults.late).toBe(1);
});

it('draws each fault as often as its odds say', () => {
  const odds = { refuse: 0.1, error: 0.1, busy: 0.1, hang: 0.1, late: 0.1, dropAnswer: 0.1 };
  expect(tableFaultKinds.map((_, index) => drawFault(odds, index / 10 + 0.05))).toEqual([...tableFaultKinds]);
  expect(drawFault(odds, 0.65)).toBeUndefined();
});
