import { executeBatch } from './batch.ts';
import { execute } from './execute.ts';
import { alterItem, faultAnswer } from './faults/faultAnswer.ts';
import type { Fault } from './faults/faultRule.ts';
import { type Answer, errorAnswer } from './http/answer.ts';
import type { Delivery, HttpRequest } from './http/exchange.ts';
import { GraphError } from './http/graphError.ts';
import { appIdOf } from './issuer/appId.ts';
import type { GraphRequest, Version } from './routes/route.ts';
import type { Tenant } from './tenant.ts';

/** Waits for so many milliseconds; rejects when the simulator closes meanwhile. */
export type Wait = (ms: number) => Promise<void>;

/** Answers `/v1.0/…` and `/beta/…`: reads the request, injects faults, and says how the answer is delivered. */
export async function handleGraph(tenant: Tenant, http: HttpRequest, wait: Wait): Promise<Delivery> {
  const ids = { requestId: tenant.outside.newId(), clientRequestId: http.headers['client-request-id'] ?? '' };
  if (ids.clientRequestId === '') ids.clientRequestId = ids.requestId;
  const before = tenant.ledger.entries.length;
  const { ledger } = tenant;
  const delivery = await answer(tenant, http, ids, wait);
  const headers = {
    'request-id': ids.requestId,
    'client-request-id': ids.clientRequestId,
    ...delivery.answer.headers,
  };
  return {
    ...delivery,
    answer: { ...delivery.answer, headers },
    onLost: () => ledger.withholdAnswer(ids.requestId, before),
  };
}

async function answer(
  tenant: Tenant,
  http: HttpRequest,
  ids: Pick<GraphRequest, 'requestId' | 'clientRequestId'>,
  wait: Wait,
): Promise<Delivery> {
  const { latencyMs } = tenant.settings;
  if (latencyMs > 0) await wait(latencyMs);
  let request: GraphRequest;
  try {
    request = readRequest(http, ids);
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    return whole(errorAnswer(error.status, error.code, error.message, tenant.outside.now(), ids));
  }
  const isBatch = request.url === '/$batch' && request.method === 'POST';
  const fault = tenant.faults.next(isBatch ? 'envelope' : 'single', request.method, http.url);
  if (fault !== undefined) {
    if ('status' in fault) return whole(faultAnswer(fault, tenant.outside.now(), ids));
    if ('resetConnection' in fault) return { kind: 'reset', answer: NOTHING };
    if ('hangMs' in fault) {
      await wait(fault.hangMs);
      if (fault.thenApply !== true) return { kind: 'reset', answer: NOTHING };
    }
  }
  if (fault !== undefined && 'alterItem' in fault) return whole(alterItem(execute(tenant, request), fault.alterItem));
  const delivery = isBatch ? await answerBatch(tenant, request, fault, wait) : whole(execute(tenant, request));
  if (fault !== undefined && 'dropAnswer' in fault) return { ...delivery, kind: 'reset' };
  if (fault !== undefined && 'truncate' in fault) return { ...delivery, kind: 'truncate' };
  return delivery;
}

const NOTHING: Answer = { status: 0, headers: {} };

function whole(answer: Answer): Delivery {
  return { kind: 'whole', answer };
}

async function answerBatch(
  tenant: Tenant,
  request: GraphRequest,
  fault: Fault | undefined,
  wait: Wait,
): Promise<Delivery> {
  const before = tenant.ledger.entries.length;
  let result: Awaited<ReturnType<typeof executeBatch>>;
  try {
    result = await executeBatch(tenant, request, wait);
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    return whole(errorAnswer(error.status, error.code, error.message, tenant.outside.now(), request));
  }
  let responses = result.answers;
  const { choices } = tenant.faults;
  if (fault !== undefined && 'omitItems' in fault) {
    const omitted = new Set(shuffled(responses, choices).slice(0, fault.omitItems));
    responses = responses.filter((response) => !omitted.has(response));
    const items = new Set([...omitted].map((response) => response.id));
    tenant.ledger.withholdAnswer(request.requestId, before, items);
  }
  if (fault !== undefined && 'reorder' in fault) responses = shuffled(responses, choices);
  const kind = result.delivery === 'drop' ? 'reset' : result.delivery;
  return { kind, answer: { status: 200, headers: {}, body: { responses } } };
}

function shuffled<T>(list: readonly T[], random: () => number): T[] {
  return list
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

/** @throws GraphError when the request cannot be understood, or says not who asks. */
function readRequest(http: HttpRequest, ids: Pick<GraphRequest, 'requestId' | 'clientRequestId'>): GraphRequest {
  const bearer = /^Bearer\s+(\S+)$/i.exec(http.headers.authorization ?? '')?.[1];
  if (bearer === undefined) throw new GraphError(401, 'InvalidAuthenticationToken', 'Access token is empty.');
  const path = /^\/([^/?#]*)(.*)$/.exec(http.url);
  const version = path?.[1];
  const url = path?.[2];
  if (!isVersion(version)) throw new GraphError(400, 'BadRequest', `Invalid version: ${version ?? ''}`);
  return {
    method: http.method,
    version,
    url: url === undefined || url === '' ? '/' : url,
    headers: http.headers,
    body: readJson(http),
    appId: appIdOf(bearer),
    ...ids,
  };
}

function isVersion(text: string | undefined): text is Version {
  return text === 'v1.0' || text === 'beta';
}

function readJson({ body, headers, method }: HttpRequest): unknown {
  if (body === undefined) throw new GraphError(413, 'RequestEntityTooLarge', 'The request body is too large.');
  if (method === 'GET' || method === 'HEAD' || body === '') return undefined;
  try {
    if (headers['content-type']?.toLowerCase().includes('application/json') !== true) throw new Error('No JSON type.');
    return JSON.parse(body);
  } catch (cause) {
    throw new GraphError(
      400,
      'BadRequest',
      'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.',
      { cause },
    );
  }
}
