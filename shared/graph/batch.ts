import { z } from 'zod';
import { cut } from '../groupBy.ts';
import { type Answer, noAnswer, readAnswer } from './answer.ts';
import type { GraphRequest, SendToGraph } from './graph.ts';

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
 * is read by itself, and a missing one becomes `noAnswer`.
 */
export async function sendBatches(
  send: SendToGraph,
  requests: readonly GraphRequest[],
  options: BatchOptions,
): Promise<Answer[]> {
  const batches = cut(requests, options.batchSize ?? BATCH_MAX_REQUESTS);
  return (await Promise.all(batches.map((batch) => sendBatch(send, batch, options)))).flat();
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

async function sendBatch(
  send: SendToGraph,
  requests: readonly GraphRequest[],
  options: BatchOptions,
): Promise<Answer[]> {
  const envelope = await send({
    method: 'POST',
    path: '/$batch',
    headers: { ...options.headers, 'Content-Type': 'application/json' },
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
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
  if (envelope.kind !== 'ok') return requests.map(() => envelope);

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

function ofItem(answer: Answer): Answer {
  return answer.kind === 'retry' ? { ...answer, ofItem: true } : answer;
}

/** An item without a request id gets the id of its batch: Graph's support knows the request by that id. */
function withRequestId(answer: Answer, batchRequestId: string | undefined): Answer {
  return answer.kind === 'ok' && answer.requestId === undefined ? { ...answer, requestId: batchRequestId } : answer;
}

/** The items of a batch have their headers in an object. The case of the names varies. */
function headerOf(headers: Readonly<Record<string, string>> | null | undefined) {
  const lower = new Map(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
  return (name: string): string | undefined => lower.get(name);
}
