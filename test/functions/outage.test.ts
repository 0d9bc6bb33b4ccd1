import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import queues from '../../infra/queues.json' with { type: 'json' };
import { azuriteConnectionString } from '../../local/azurite/azurite.ts';
import { type ServiceBusEmulator, startServiceBusEmulator } from '../../local/service-bus/emulator.ts';
import { readQueueSettings } from '../../local/service-bus/settings.ts';
import type { ErrorBody } from '../support/api.ts';
import { type App, startApp } from '../support/app.ts';
import { type Parts, startParts } from '../support/parts.ts';
import { tablesPort } from '../support/sharedAzurite.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcpProxy.ts';

let parts: Parts;
let tables: TcpProxy;
let bus: ServiceBusEmulator;
let app: App;

beforeAll(async () => {
  tables = await startTcpProxy(tablesPort());
  parts = await startParts({ users: 300, tablesConnection: azuriteConnectionString(1, 2, tables.port) });
  bus = await startServiceBusEmulator({ queues: readQueueSettings(queues) });
  app = await startApp(parts, { ServiceBusConnection: bus.connectionString });
});
afterAll(async () => {
  await app.child.stop();
  await Promise.all([bus.close(), tables.cut(), parts.close()]);
});

/** A request that cannot be accepted gets an error, and is accepted when it is sent again after the repair. */
async function expectTakenAfter(repair: () => Promise<void>): Promise<void> {
  const people = parts.people.take(25);
  const body = { state: 'enabled', users: people.map(({ id }) => id), reason: 'a test' };
  const headers = { 'Operation-Id': randomUUID() };
  const refused = await app.call<ErrorBody>('POST', 'state-changes', body, headers);
  expect(refused).toMatchObject({ status: 503, body: { error: { code: 'ServiceUnavailable' } } });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(refused.headers.get('operation-id')).toBe(headers['Operation-Id']);
  const withoutId = await app.call('POST', 'state-changes', { ...body, dryRun: true });
  expect([withoutId.status, withoutId.headers.get('operation-id')]).toEqual([
    503,
    expect.stringMatching(/^[0-9a-f-]{36}$/),
  ]);
  expect(JSON.stringify(refused.body)).not.toMatch(/ECONN|127\.0\.0\.1|devstore/);

  await repair();
  const accepted = await app.request(body, headers);
  expect(accepted.id).toBe(headers['Operation-Id']);
  expect(await app.over(accepted)).toMatchObject({ references: 25, counts: { applied: 25 } });
}

describe('a request while something is out of reach', () => {
  it('is taken with the tables back', async () => {
    await tables.cut();
    await expectTakenAfter(() => tables.restore());
  });

  it('is taken with Service Bus back', async () => {
    const { port } = bus;
    await bus.close();
    await expectTakenAfter(async () => {
      bus = await startServiceBusEmulator({ port, queues: readQueueSettings(queues) });
    });
  });

  it('does not wait for Graph', async () => {
    parts.graph.faults.add({ match: {}, fault: { status: 503, retryAfterSeconds: 1 } });
    const person = parts.people.one();
    const accepted = await app.request({ state: 'enabled', users: [person.name] });
    expect(accepted.status).toBe('NotStarted');
    const live = await app.call<ErrorBody>('GET', `users/${person.id}/mfa-state`);
    expect(live).toMatchObject({ status: 503, body: { error: { code: 'ServiceUnavailable' } } });
    parts.graph.faults.remove();
    expect(await app.over(accepted)).toMatchObject({ counts: { applied: 1 } });
  });
});

describe('the loss of connections in the middle of an operation', () => {
  it('does not keep it from its end, nor does anything twice', async () => {
    parts.graph.tenant.changeSettings({ latencyMs: 40 });
    const people = parts.people.take(80);
    const accepted = await app.request({ state: 'enabled', users: people.map(({ id }) => id) });
    bus.dropConnections();
    await tables.cut();
    await tables.restore();
    bus.dropConnections();
    bus.expireLocks();
    expect(await app.over(accepted)).toMatchObject({ counts: { applied: 80 }, status: 'Succeeded' });
    parts.graph.tenant.changeSettings({ latencyMs: 0 });
    for (const { index } of people) expect(parts.graph.directory.columns.states[index]).toBe(1);
  });
});
