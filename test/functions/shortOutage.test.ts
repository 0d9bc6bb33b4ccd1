import { ServiceBusClient } from '@azure/service-bus';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import queues from '../../infra/queues.json' with { type: 'json' };
import { azuriteConnectionString } from '../../local/azurite/azurite.ts';
import { type ServiceBusEmulator, startServiceBusEmulator } from '../../local/service-bus/emulator.ts';
import { readQueueSettings } from '../../local/service-bus/settings.ts';
import { type App, startApp } from '../support/app.ts';
import { type HttpGate, startHttpGate } from '../support/httpGate.ts';
import { type Parts, startParts } from '../support/parts.ts';
import { tablesPort } from '../support/sharedAzurite.ts';
import { waitUntil } from '../support/waitUntil.ts';

/** So that each error that ends a delivery makes a dead letter. */
const MAX_DELIVERIES = 1;
const fewDeliveries = Object.fromEntries(
  Object.entries(queues).map(([name, queue]) => [name, { ...queue, maxDeliveryCount: MAX_DELIVERIES }]),
);

let parts: Parts;
let tables: HttpGate;
let bus: ServiceBusEmulator;
let app: App;

beforeAll(async () => {
  tables = await startHttpGate(tablesPort());
  parts = await startParts({ users: 1_000, tablesConnection: azuriteConnectionString(1, 2, tables.port) });
  bus = await startServiceBusEmulator({ queues: readQueueSettings(fewDeliveries) });
  app = await startApp(parts, { ServiceBusConnection: bus.connectionString });
});
afterAll(async () => {
  await app.child.stop();
  await Promise.all([bus.close(), parts.close()]);
  await tables.close();
});

/** The errors that the app has logged for a function. */
function errorsOf(step: string): string[] {
  return app.lines.filter((line) => line.includes(`"step":"${step}"`) && line.includes('"error":'));
}

interface Fault {
  readonly begin: () => void;
  readonly end: () => void;
  /** What the app logs of it. */
  readonly error: RegExp;
}

/** Accepts a request, lets a step fail by each fault in turn, and expects that nothing failed when they end. */
async function expectAppliedAfter(step: string, faults: readonly [Fault, ...Fault[]]): Promise<void> {
  const users = parts.people.take(20).map(({ id }) => id);
  const failures = ({ error }: Fault): number => errorsOf(step).filter((line) => error.test(line)).length;
  faults[0].begin();
  const accepted = await app.request({ state: 'enabled', users });
  for (const fault of faults) {
    fault.begin();
    const before = failures(fault);
    await waitUntil(() => failures(fault) > before, `${step} fails with ${fault.error}`);
    fault.end();
  }
  expect(await app.over(accepted)).toMatchObject({ counts: { applied: 20 }, status: 'Succeeded' });
}

/** The rows that a step reads, as they stand in the paths of requests to Table Storage. */
describe.each([
  ['planExpressStateChange', /RowKey='resolution-/],
  ['applyStateChange', /RowKey='chunk-/],
])('%s', (step, rows) => {
  it('fails nothing that was accepted while Table Storage refuses its requests', async () => {
    const refusing = (status: number): Fault => ({
      begin: () => tables.answerWith(status, rows),
      end: () => tables.answerWith(undefined),
      error: new RegExp(`\\(${status}\\)`),
    });
    await expectAppliedAfter(step, [refusing(503), refusing(403), refusing(500)]);
  });
});

it('planExpressStateChange fails nothing that was accepted while Service Bus is busy, and logs the cause', async () => {
  const busy: Fault = {
    begin: () => bus.makeBusy({ queue: 'changes', traffic: 'send' }),
    end: () => bus.endBusy(),
    error: /busy/i,
  };
  await expectAppliedAfter('planExpressStateChange', [busy]);
});

it('recordPlanDeadLetters retries within a delivery: a dead letter has no maximum of deliveries', async () => {
  tables.answerWith(503, /deadLetters/);
  const client = new ServiceBusClient(bus.connectionString);
  await client.createSender('plans').sendMessages({ body: 'not of this service', messageId: 'strange' });
  await client.close();
  const invocations = (): (string | undefined)[] =>
    errorsOf('recordPlanDeadLetters').flatMap((line) =>
      line.includes('(503)') ? /recordPlanDeadLetters ([0-9a-f-]{36})/.exec(line)?.[1] : [],
    );
  await waitUntil(() => invocations().length >= 3, 'storing the dead letter fails');
  tables.answerWith(undefined);
  expect(new Set(invocations()).size).toBe(1);
  await waitUntil(() => bus.queue('plans').deadLetter === 0, 'the dead letter is stored');
});

it('applyStateChange puts a user aside while Graph fails for the user, and changes the user afterwards', async () => {
  const person = parts.people.one();
  const match = { method: 'GET', path: `${person.id}/authentication/requirements$`, batchItem: true };
  parts.graph.faults.add({ match, times: 2, fault: { status: 500 } });
  const accepted = await app.request({ state: 'enabled', users: [person.id] });
  expect(await app.over(accepted)).toMatchObject({ counts: { applied: 1 }, status: 'Succeeded' });
  expect(app.lines.filter((line) => line.includes('"putAside":1'))).toHaveLength(2);
  expect(app.lines.filter((line) => line.includes('"step":"graph"') && line.includes('"status":500'))).not.toEqual([]);
});
