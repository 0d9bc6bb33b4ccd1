import { setTimeout as delay } from 'node:timers/promises';
import { TableClient } from '@azure/data-tables';
import { ServiceBusClient } from '@azure/service-bus';
import type { GraphControl } from '../../local/graph/control.ts';
import type { Stack } from '../../local/stack.ts';
import { type Change, sendUntilAccepted } from './caller.ts';
import type { Phase } from './scenario.ts';
import type { Surroundings } from './surroundings.ts';

/** Messages that the service cannot read: each becomes a dead letter, and is stored. */
export const UNREADABLE_MESSAGES = 20;
const LOOK_EVERY_MS = 20;
const REACHED_WITHIN_MS = 120_000;

/**
 * Sends the request and begins the outage in the phase. Returns a promise of the acceptance, with the number of attempts.
 * @throws Error when the outage came too late for the phase
 */
export async function beginIn(
  phase: Phase,
  change: Change,
  { surroundings, graph }: { readonly surroundings: Surroundings; readonly graph: GraphControl },
): Promise<{ readonly accepted: Promise<number> }> {
  const { stack } = surroundings;
  if (phase === 'accept') {
    await surroundings.begin();
    const accepted = sendUntilAccepted(stack.apiUrl, change);
    accepted.catch(() => {}); // awaited after the outage
    return { accepted };
  }
  const before = (await graph.state()).ledgerEntries;
  const attempts = await sendUntilAccepted(stack.apiUrl, change);
  const written = async (): Promise<number> => (await graph.state()).ledgerEntries - before;
  const share = { plan: 0, apply: 0.1, end: 0.9 }[phase];
  for (let waitedMs = 0; (await written()) < share * change.users.length; waitedMs += LOOK_EVERY_MS) {
    if (waitedMs > REACHED_WITHIN_MS) throw new Error(`The phase "${phase}" was not reached.`);
    await delay(LOOK_EVERY_MS);
  }
  if (phase === 'end') await sendUnreadable(stack);
  await surroundings.begin();
  if (phase === 'plan' && (await isPlanned(stack, change.id))) throw new Error('The outage began after the planning.');
  if (phase === 'apply' && (await written()) > 0.9 * change.users.length)
    throw new Error('The outage began after most users were changed.');
  return { accepted: Promise.resolve(attempts) };
}

async function isPlanned({ tablesConnection }: Stack, id: string): Promise<boolean> {
  const table = TableClient.fromConnectionString(tablesConnection, 'operations', { allowInsecureConnection: true });
  const keys: string[] = [];
  const filter = `PartitionKey eq '${id}'`;
  for await (const { rowKey } of table.listEntities({ queryOptions: { filter, select: ['rowKey'] } }))
    keys.push(rowKey ?? '');
  const pages = (kind: string): number => keys.filter((key) => key.startsWith(`${kind}-`)).length;
  return pages('resolution') === pages('references');
}

async function sendUnreadable({ serviceBusConnection }: Stack): Promise<void> {
  const client = new ServiceBusClient(serviceBusConnection);
  const messages = Array.from({ length: UNREADABLE_MESSAGES }, (_, index) => ({
    body: 'not of this service',
    messageId: `unreadable-${index}`,
  }));
  await client.createSender('plans').sendMessages(messages);
  await client.close();
}

/** How many messages without an operation are stored. */
export async function countStoredDeadLetters({ tablesConnection }: Stack): Promise<number> {
  const table = TableClient.fromConnectionString(tablesConnection, 'deadLetters', { allowInsecureConnection: true });
  await table.createTable(); // without dead letters there is no table yet
  let rows = 0;
  for await (const _ of table.listEntities({ queryOptions: { select: ['rowKey'] } })) rows++;
  return rows;
}
