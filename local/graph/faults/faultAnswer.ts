import { type Answer, errorAnswer, type RequestIds } from '../http/answer.ts';
import type { Fault } from './faultRule.ts';

const CODES: Readonly<Record<number, string>> = {
  400: 'Request_BadRequest',
  401: 'InvalidAuthenticationToken',
  403: 'Authorization_RequestDenied',
  404: 'Request_ResourceNotFound',
  409: 'Request_ConcurrencyViolation',
  429: 'TooManyRequests',
  500: 'InternalServerError',
  502: 'BadGateway',
  503: 'ServiceUnavailable',
  504: 'GatewayTimeout',
};

/** The answer that a fault puts in the place of the true one. */
export function faultAnswer(fault: Extract<Fault, { status: number }>, at: number, ids: RequestIds): Answer {
  if ('body' in fault) return { status: fault.status, headers: { ...fault.headers }, body: fault.body };
  const headers: Record<string, string> = {};
  if (typeof fault.retryAfterSeconds === 'number') headers['Retry-After'] = String(fault.retryAfterSeconds);
  if (fault.html === true) {
    headers['Content-Type'] = 'text/html; charset=utf-8';
    const body = `<html><head><title>${fault.status}</title></head><body><h1>Our services aren't available.</h1></body></html>`;
    return { status: fault.status, headers, body };
  }
  const code = fault.code ?? CODES[fault.status] ?? 'UnknownError';
  return errorAnswer(fault.status, code, 'An error was injected in place of the answer.', at, ids, headers);
}

/** The answer to a list with other properties of one item. The item keeps its place. */
export function alterItem(
  answer: Answer,
  { id, properties }: Extract<Fault, { alterItem: unknown }>['alterItem'],
): Answer {
  const { body } = answer;
  if (typeof body !== 'object' || !('value' in body) || !Array.isArray(body.value)) return answer;
  const value = body.value.map((item: unknown) =>
    typeof item === 'object' && item !== null && 'id' in item && item.id === id ? { ...item, ...properties } : item,
  );
  return { ...answer, body: { ...body, value } };
}
