import { z } from 'zod';
import { cut } from '../groupBy.ts';
import { type Answer, noAnswer, type Refused, readAnswer } from './answer.ts';
import type { GraphRequest, SendToGraph } from './graph.ts';
import { sendPatiently } from './patience.ts';
import { graphSaid } from './refusal.ts';

/** Graph takes at most 20 requests in one batch (https://learn.microsoft.com/graph/json-batching). */
export const BATCH_MAX_REQUESTS = 20;

interface BatchOptions extends Ask {
  readonly now: () => number;
}

/** How requests are put into batches. */
export interface Ask {
  /** Headers of the batch request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How many requests a batch has at most; Graph's limit when undefined. */
  readonly batchSize?: number;
  /** The longest wait for the answer to a batch. */
  readonly timeoutMs?: number;
  /** Whether a user whose answer is late is left, when Graph answers for others. */
  readonly leaveLate?: boolean;
}

const itemSchema = z.object({
  id: z.string(),
  status: z.number(),
  headers: z.record(z.string(), z.string()).nullish(),
  body: z.unknown().optional(),
});
const batchSchema = z.object({ responses: z.array(z.unknown()) });

/**
 * Sends requests in batches of at most 20, all at the same time, and returns the answers in the order of the requests.
 * The status of a batch says nothing about its items; the items come in any order, and some may be missing. So each item
 * is read by itself, and a missing one becomes `noAnswer`. A refusal of the whole batch says nothing about its items
 * either: they are to be sent again.
 */
export async function sendBatches(
  send: SendToGraph,
  requests: readonly GraphRequest[],
  options: BatchOptions,
): Promise<Answer[]> {
  const batches = cut(requests, options.batchSize ?? BATCH_MAX_REQUESTS);
  const answers = batches.map((batch) =>
    options.leaveLate
      ? sendPatiently(send, batch, (some, signal) => sendBatch(send, some, options, signal))
      : sendBatch(send, batch, options),
  );
  return (await Promise.all(answers)).flat();
}

/**
 * Sends one request for each user, in batches.
 * @returns Graph's answer by the user's object id
 */
export async function sendForEach(
  send: SendToGraph,
  ids: readonly string[],
  requestFor: (id: string) => GraphRequest,
  options: BatchOptions,
): Promise<ReadonlyMap<string, Answer>> {
  const answers = await sendBatches(send, ids.map(requestFor), options);
  return new Map(ids.map((id, position) => [id, answers[position] ?? noAnswer('missingAnswer')]));
}

/**
 * Sends a batch. Reads that Graph answers with 401 are sent again at once, because the next request has a new token.
 * Writes are not: their caller must check first that it may still send them.
 */
async function sendBatch(
  send: SendToGraph,
  requests: readonly GraphRequest[],
  options: BatchOptions,
  signal?: AbortSignal,
): Promise<Answer[]> {
  const answers = await sendBatchOnce(send, requests, options, signal);
  const again = requests.flatMap((request, index) =>
    request.method === 'GET' && isUnauthorizedItem(answers[index]) ? [{ request, index }] : [],
  );
  if (again.length === 0) return answers;
  const second = await sendBatchOnce(
    send,
    again.map(({ request }) => request),
    options,
    signal,
  );
  for (const [position, { index }] of again.entries()) answers[index] = second[position] ?? noAnswer('missingAnswer');
  return answers;
}

function isUnauthorizedItem(answer: Answer | undefined): boolean {
  return answer?.kind === 'retry' && answer.ofItem === true && answer.status === 401;
}

async function sendBatchOnce(
  send: SendToGraph,
  requests: readonly GraphRequest[],
  options: BatchOptions,
  signal: AbortSignal | undefined,
): Promise<Answer[]> {
  const envelope = await send({
    method: 'POST',
    path: '/$batch',
    headers: { ...options.headers, 'Content-Type': 'application/json' },
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    ...(signal === undefined ? {} : { signal }),
    body: {
      requests: requests.map((request, index) => ({
        id: String(index),
        method: request.method,
        url: request.path,
        ...(request.body === undefined
          ? { headers: request.headers ?? {} }
          : { headers: { ...request.headers, 'Content-Type': 'application/json' }, body: request.body }),
      })),
    },
  });
  if (envelope.kind === 'refused') return requests.map(() => noAnswer(envelope.code, batchRefused(envelope)));
  if (envelope.kind === 'retry') return requests.map(() => envelope);

  const batch = batchSchema.safeParse(envelope.body);
  if (!batch.success) return requests.map(() => noAnswer('unreadableAnswer'));
  const answers: Answer[] = requests.map(() => ofItem(noAnswer('missingAnswer')));
  for (const candidate of batch.data.responses) {
    const item = itemSchema.safeParse(candidate);
    const index = item.success ? Number(item.data.id) : Number.NaN;
    if (item.success && answers[index] !== undefined)
      answers[index] = withRequestId(
        ofItem(readAnswer(item.data.status, headerOf(item.data.headers), item.data.body, options.now())),
        envelope.requestId,
      );
  }
  return answers;
}

function batchRefused(answer: Refused): Error {
  return new Error(`Microsoft Graph refused the whole batch. ${graphSaid(answer)}`);
}

function ofItem(answer: Answer): Answer {
  return answer.kind === 'retry' ? { ...answer, ofItem: true } : answer;
}

/** An item without a request id gets the id of its batch: Graph's support knows the request by that id. */
function withRequestId(answer: Answer, batchRequestId: string | undefined): Answer {
  if (answer.kind === 'retry' || answer.requestId !== undefined || batchRequestId === undefined) return answer;
  return { ...answer, requestId: batchRequestId };
}

/** The items of a batch have their headers in an object. The case of the names varies. */
function headerOf(headers: Readonly<Record<string, string>> | null | undefined) {
  const lower = new Map(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
  return (name: string): string | undefined => lower.get(name);
}
