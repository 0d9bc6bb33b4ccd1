import { z } from 'zod';
import { count } from './counters.ts';
import { execute } from './execute.ts';
import { faultAnswer } from './faults/faultAnswer.ts';
import { type Answer, errorAnswer } from './http/answer.ts';
import { GraphError } from './http/graphError.ts';
import type { GraphRequest } from './routes/route.ts';
import type { Tenant } from './tenant.ts';

/** How many requests a batch may have. Source: learn.microsoft.com/graph/json-batching. */
const MOST_REQUESTS = 20;

const batchBody = z.object({
  requests: z
    .array(
      z.object({
        id: z.string().min(1),
        method: z.string().min(1),
        url: z.string().min(1),
        headers: z.record(z.string(), z.string()).optional(),
        body: z.unknown().optional(),
        dependsOn: z.array(z.string()).optional(),
      }),
    )
    .min(1),
});

type BatchItem = z.infer<typeof batchBody>['requests'][number];

/** One answer of a batch. */
interface BatchItemAnswer {
  readonly id: string;
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: object | string;
}

/** The result of a batch. A fault of a single request can affect the whole connection. */
export interface BatchResult {
  readonly answers: BatchItemAnswer[];
  /** `reset`: nothing is answered, and what came behind the request was not executed. */
  readonly delivery: 'whole' | 'reset' | 'drop' | 'truncate';
}

/**
 * Executes the requests of a batch in order, each charged and throttled for itself.
 * @throws GraphError 400 when the envelope is malformed; nothing is executed then.
 */
export async function executeBatch(
  tenant: Tenant,
  envelope: GraphRequest,
  wait: (ms: number) => Promise<void>,
): Promise<BatchResult> {
  const items = readItems(envelope);
  tenant.counters.batches++;
  const statuses = new Map<string, number>();
  const answers: BatchItemAnswer[] = [];
  let delivery: BatchResult['delivery'] = 'whole';
  for (const item of items) {
    const request = itemRequest(envelope, item);
    const failed = item.dependsOn?.some((id) => (statuses.get(id.toLowerCase()) ?? 424) >= 400) === true;
    const fault = failed ? undefined : tenant.faults.next('item', request.method, `/${request.version}${request.url}`);
    if (fault !== undefined && 'hangMs' in fault) {
      await wait(fault.hangMs);
      if (fault.thenApply !== true) return { answers, delivery: 'reset' };
    }
    if (fault !== undefined && 'resetConnection' in fault) return { answers, delivery: 'reset' };
    if (fault !== undefined && 'dropAnswer' in fault) delivery = 'drop';
    if (fault !== undefined && 'truncate' in fault) delivery = 'truncate';
    let answer: Answer;
    if (failed) answer = dependencyFailed(tenant, request);
    else if (fault !== undefined && 'status' in fault) answer = faultAnswer(fault, tenant.outside.now(), request);
    else answer = execute(tenant, request);
    statuses.set(item.id.toLowerCase(), answer.status);
    count(tenant.counters.batchItemStatuses, answer.status);
    answers.push(itemAnswer(item.id, answer));
  }
  return { answers, delivery };
}

function readItems(envelope: GraphRequest): BatchItem[] {
  const parsed = batchBody.safeParse(envelope.body);
  if (!parsed.success) {
    throw new GraphError(400, 'BadRequest', 'Invalid batch payload format.', { cause: parsed.error });
  }
  const items = parsed.data.requests;
  if (items.length > MOST_REQUESTS) {
    throw new GraphError(
      400,
      'MaximumValueExceeded',
      `Number of batch request steps exceeds the maximum value of ${MOST_REQUESTS}.`,
    );
  }
  const known = new Set<string>();
  for (const item of items) {
    checkItem(item, known);
    known.add(item.id.toLowerCase());
  }
  return items;
}

/** `known` are the ids of the requests before, in lower case: ids are compared without regard to case. */
function checkItem(item: BatchItem, known: ReadonlySet<string>): void {
  if (known.has(item.id.toLowerCase())) {
    throw new GraphError(400, 'BadRequest', `Request Id ${item.id} has to be unique in a batch.`);
  }
  const unknown = item.dependsOn?.find((id) => !known.has(id.toLowerCase()));
  if (unknown !== undefined) {
    throw new GraphError(400, 'BadRequest', `Request ${item.id} depends on ${unknown}, which does not come before it.`);
  }
  if (/^[a-z]+:\/\//i.test(item.url)) {
    throw new GraphError(400, 'BadRequest', `The url of request ${item.id} must be relative.`);
  }
  if (item.body === undefined) return;
  const names = Object.keys(item.headers ?? {});
  if (!names.some((name) => name.toLowerCase() === 'content-type')) {
    throw new GraphError(
      400,
      'BadRequest',
      `Write request id : ${item.id} does not contain Content-Type header or body.`,
    );
  }
}

function itemRequest(envelope: GraphRequest, item: BatchItem): GraphRequest {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(item.headers ?? {})) headers[name.toLowerCase()] = value;
  // The priority may be given once, for the whole batch.
  const priority = envelope.headers['x-ms-throttle-priority'];
  if (priority !== undefined) headers['x-ms-throttle-priority'] ??= priority;
  return {
    method: item.method.toUpperCase(),
    version: envelope.version,
    url: item.url.startsWith('/') ? item.url : `/${item.url}`,
    headers,
    body: isJson(headers['content-type']) ? item.body : undefined,
    appId: envelope.appId,
    requestId: envelope.requestId,
    clientRequestId: headers['client-request-id'] ?? envelope.clientRequestId,
    batchItemId: item.id,
  };
}

function isJson(contentType: string | undefined): boolean {
  return contentType?.toLowerCase().includes('application/json') === true;
}

function dependencyFailed(tenant: Tenant, request: GraphRequest): Answer {
  return errorAnswer(
    424,
    'FailedDependency',
    'The request was not executed because a request that it depends on failed.',
    tenant.outside.now(),
    request,
  );
}

function itemAnswer(id: string, answer: Answer): BatchItemAnswer {
  if (answer.body === undefined) return { id, status: answer.status, headers: answer.headers };
  return {
    id,
    status: answer.status,
    headers: { 'Content-Type': 'application/json', ...answer.headers },
    body: answer.body,
  };
}
