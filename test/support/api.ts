import { expect } from 'vitest';
import type { OperationStatus } from '../../shared/domain/operation.ts';
import type { OutcomeCounts } from '../../shared/domain/outcome.ts';
import type { OperationItemView } from '../../shared/http/itemView.ts';
import { contractFaults } from './contract.ts';
import { waitUntil } from './waitUntil.ts';

/** An operation as the API shows it. */
export interface OperationBody {
  readonly id: string;
  readonly kind: string;
  readonly status: OperationStatus;
  readonly references: number;
  readonly counts: OutcomeCounts;
  readonly retryOf?: string;
  readonly finishedDateTime: string | null;
  readonly cancelRequestedDateTime: string | null;
}

export interface ErrorBody {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly target?: string;
    readonly details?: { readonly code: string; readonly message: string; readonly target?: string }[];
  };
}

export interface ListBody<T> {
  readonly value: T[];
  readonly nextLink?: string;
}

export interface Reply<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

/** Calls the HTTP API as a client does. */
export interface Api {
  readonly url: string;
  /** @param body an object is sent as JSON, text as it is, a stream in chunks without Content-Length */
  call<T>(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Reply<T>>;
  get<T = OperationBody>(path: string): Promise<Reply<T>>;
  /** Requests a change that must be accepted. */
  request(body: object, headers?: Readonly<Record<string, string>>): Promise<OperationBody>;
  /** Waits until the operation has finished. */
  over(operation: { readonly id: string }): Promise<OperationBody>;
  /** All items of an operation, page by page. */
  items(operation: { readonly id: string }, query?: string): Promise<OperationItemView[]>;
}

export function api(url: string): Api {
  const call: Api['call'] = async <T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply<T>> => {
    const isText = typeof body === 'string' || body instanceof Uint8Array || body instanceof ReadableStream;
    const response = await fetch(path.startsWith('http') ? path : `${url}/${path}`, {
      method,
      headers: { ...(body === undefined || isText ? {} : { 'Content-Type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: isText ? (body as string) : JSON.stringify(body) }),
      ...(body instanceof ReadableStream && { duplex: 'half' }),
    });
    const text = await response.text();
    const isJson = /^application\/json\b/.test(response.headers.get('content-type') ?? '');
    const answer: unknown = isJson ? JSON.parse(text) : text || null;
    if (isJson) expect(contractFaults(method, path, response.status, answer)).toEqual([]);
    return { status: response.status, headers: response.headers, body: answer as T };
  };
  const get: Api['get'] = (path) => call('GET', path);
  return {
    url,
    call,
    get,
    request: async (body, headers) => {
      const reply = await call<OperationBody>('POST', 'state-changes', { reason: 'a test', ...body }, headers);
      if (reply.status !== 202) throw new Error(`${reply.status}: ${JSON.stringify(reply.body)}`);
      return reply.body;
    },
    over: ({ id }) =>
      waitUntil(async () => {
        const { body } = await get(`operations/${id}`);
        return body.finishedDateTime !== null && body;
      }, `operation ${id} has finished`),
    items: async ({ id }, query = '') => {
      const items: OperationItemView[] = [];
      for (let next: string | undefined = `operations/${id}/items${query}`; next !== undefined; ) {
        const { body }: Reply<ListBody<OperationItemView>> = await get<ListBody<OperationItemView>>(next);
        items.push(...body.value);
        next = body.nextLink;
      }
      return items;
    },
  };
}
