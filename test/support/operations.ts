import { randomUUID } from 'node:crypto';
import type { LedgerEntry } from '../../local/graph/ledger.ts';
import type { GraphSimulator } from '../../local/graph/simulator.ts';
import type { AuditEntry } from '../../shared/audit/entry.ts';
import { laneOf } from '../../shared/domain/lane.ts';
import type { Actor, Operation } from '../../shared/domain/operation.ts';
import type { Dependencies } from '../../shared/host/dependencies.ts';
import { allItems, type OperationItem } from '../../shared/operations/items.ts';
import type { ChangeMessage } from '../../shared/queues/messages.ts';
import { acceptStateChange, type Proposal } from '../../shared/stateChange/accept.ts';
import { applyChunk } from '../../shared/stateChange/applyChunk.ts';
import { planPage } from '../../shared/stateChange/plan.ts';
import { readStateChangeRequest, type StateChangeRequest } from '../../shared/stateChange/request.ts';
import { readUserRow, type UserRow } from '../../shared/users/userRow.ts';

export const actor: Actor = { kind: 'user', id: '11111111-2222-4333-8444-555555555555', name: 'an administrator' };

/** Accepts a change as the HTTP door does. */
export function accept(
  deps: Dependencies,
  request: Partial<StateChangeRequest>,
  proposal: Partial<Proposal> = {},
): Promise<Operation> {
  return acceptStateChange(
    {
      id: randomUUID(),
      kind: 'stateChange',
      request: readStateChangeRequest({ state: 'enabled', reason: 'a test', ...request }),
      actor,
      mayWeaken: true,
      ...proposal,
    },
    deps,
  );
}

/**
 * Plans every page of an operation and returns the messages of its chunks; none while the operation waits for approval.
 */
export async function plan(deps: Dependencies, operation: Operation): Promise<ChangeMessage[]> {
  for (let page = 0; ; page++) {
    await planPage({ version: 1, operationId: operation.id, page }, deps);
    const { pageCount } = (await deps.operations.get(operation.id)) as Operation;
    if (pageCount !== null && page + 1 >= pageCount) return carryOut(deps, operation, pageCount);
  }
}

/** Carries out the planned pages of an operation and returns the messages of its chunks. */
export async function carryOut(deps: Dependencies, { id }: Operation, pageCount: number): Promise<ChangeMessage[]> {
  const messages: ChangeMessage[] = [];
  for (let page = 0; page < pageCount; page++) {
    await planPage({ version: 1, operationId: id, page, step: 'carryOut' }, deps);
    for (const chunk of await deps.operations.getChunks(id, page))
      messages.push({ version: 1, operationId: id, chunk: chunk.key });
  }
  return messages;
}

/**
 * Applies a chunk until each of its users has an outcome: a message that the service queues again with a delay is
 * delivered when it is due.
 * @param deliver is called before each of these deliveries
 * @returns the checks of writes without an answer that the service has queued for later
 */
export async function applyToEnd(
  message: ChangeMessage,
  deps: Dependencies,
  deliver: (times: number, session: string) => void | Promise<void> = () => {},
): Promise<ChangeMessage[]> {
  type Queued = { readonly change: ChangeMessage; readonly session?: string; readonly at?: number };
  const checks: ChangeMessage[] = [];
  let next: Queued | undefined = { change: message };
  const sendChanges = async (messages: readonly Queued[]): Promise<void> => {
    for (const queued of messages)
      if (queued.change.lateWrites === undefined) next = queued;
      else checks.push(queued.change);
  };
  const queues = { ...deps.queues, sendChanges };
  for (let times = 0; next !== undefined; times++) {
    if (times > 1_000) throw new Error('The message is queued again without an end.');
    const { change, session = '', at = 0 }: Queued = next;
    next = undefined;
    const early = at - deps.now();
    if (early > 0) await deps.wait(early);
    if (times > 0) await deliver(times, session);
    await applyChunk(change, { ...deps, queues });
  }
  return checks;
}

/** Accepts a change of one user and plans it. */
export async function planOne(
  deps: Dependencies,
  user: string,
  request: Partial<StateChangeRequest> = {},
  proposal: Partial<Proposal> = {},
): Promise<{ operation: Operation; message: ChangeMessage }> {
  const operation = await accept(deps, { users: [user], ...request }, proposal);
  const [message] = await plan(deps, operation);
  if (message === undefined) throw new Error('The user is not to be changed');
  return { operation, message };
}

/** Plans and applies an operation, and returns the outcomes of its references. */
export async function run(deps: Dependencies, operation: Operation): Promise<OperationItem[]> {
  for (const message of await plan(deps, operation)) await applyToEnd(message, deps);
  return itemsOf(deps, operation);
}

/** Accepts, plans and applies a change. */
export async function change(
  deps: Dependencies,
  request: Partial<StateChangeRequest>,
  proposal: Partial<Proposal> = {},
): Promise<OperationItem[]> {
  return run(deps, await accept(deps, request, proposal));
}

export async function itemsOf(deps: Dependencies, { id }: Operation): Promise<OperationItem[]> {
  const items: OperationItem[] = [];
  for await (const item of allItems((await deps.operations.get(id)) as Operation, deps.operations)) items.push(item);
  return items;
}

/** The outcomes of an operation, in the order of its references. */
export async function outcomesOf(deps: Dependencies, operation: Operation): Promise<string[]> {
  return (await itemsOf(deps, operation)).map(({ outcome }) => outcome);
}

/** A user's audit entries, newest first. */
export async function historyOf(deps: Dependencies, userId: string): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  for await (const entry of deps.audit.history(laneOf(userId), userId)) entries.push(entry);
  return entries;
}

/** Every write of a user's state, by whomever, in order. */
export function writesOf(graph: GraphSimulator, userId: string): LedgerEntry[] {
  return graph.ledger.entries.filter((entry) => entry.userId === userId);
}

/** The row of a user as it is stored. */
export async function userRow(deps: Dependencies, userId: string): Promise<UserRow> {
  const table = await deps.open('users');
  return readUserRow((await table.getEntity(laneOf(userId), userId)) as Parameters<typeof readUserRow>[0]);
}

/** How many rows a table holds. */
export async function rowCount(deps: Dependencies, name: Parameters<Dependencies['open']>[0]): Promise<number> {
  let count = 0;
  for await (const _ of (await deps.open(name)).listEntities()) count++;
  return count;
}
