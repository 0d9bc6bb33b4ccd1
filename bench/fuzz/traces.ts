import { type OpenTable, type TableName, tableNames } from '../../shared/tables/tables.ts';

/** The places in which a request may leave traces. */
export interface Stores {
  readonly open: OpenTable;
  /** Messages that each queue has taken in, duplicates that it dropped not counted. */
  readonly enqueued: () => Promise<Readonly<Record<string, number>>>;
}

/** Tables with data that does not come from the request, and the copy of the audit entries by time. */
const KNOWLEDGE: readonly TableName[] = ['quota', 'control', 'auditByTime'];
/** Audit entries about the request itself: it was accepted or refused. */
const DECISION =
  /^decision-.*_(operationAccepted|retryAccepted|undoAccepted|operationCanceled|requestRefused|writesHalted|writesResumed)$/;

/**
 * Finds stored and queued data beyond the accepted operations. There should be none.
 * @param accepted ids of the operations that were accepted since everything was empty
 */
export async function findTraces(accepted: ReadonlySet<string>, { open, enqueued }: Stores): Promise<string[]> {
  const traces: string[] = [];
  const stored = new Set<string>();
  let pages = 0;
  for await (const { partitionKey, rowKey, operationId } of (await open('operations')).listEntities()) {
    const id = partitionKey === 'index' ? (operationId ?? 'index') : partitionKey;
    stored.add(id as string);
    if (rowKey === 'header') pages++;
  }
  stored.delete('index'); // the counter
  for (const id of stored) if (!accepted.has(id)) traces.push(`operation ${id} is stored, and was not accepted`);
  for (const id of accepted) if (!stored.has(id)) traces.push(`operation ${id} was accepted, and is not stored`);

  for (const name of tableNames.filter((table) => table !== 'operations' && !KNOWLEDGE.includes(table)))
    for await (const { partitionKey, rowKey } of (await open(name)).listEntities())
      if (name !== 'audit' || !DECISION.test(String(rowKey)))
        traces.push(`table ${name} has a row ${partitionKey} ${rowKey}`);

  // Every request that can be accepted here has one page of references.
  const messages = await enqueued();
  const planned = sumOf(messages, (queue) => queue.endsWith('plans'));
  if (planned !== pages) traces.push(`${planned} pages are queued, and ${pages} are stored`);
  const others = sumOf(messages, (queue) => !queue.endsWith('plans'));
  if (others > 0) traces.push(`queues have taken in ${others} other messages: ${JSON.stringify(messages)}`);
  return traces;
}

function sumOf(messages: Readonly<Record<string, number>>, isCounted: (queue: string) => boolean): number {
  return Object.entries(messages).reduce((sum, [queue, count]) => sum + (isCounted(queue) ? count : 0), 0);
}
