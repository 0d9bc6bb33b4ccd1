import { type GraphControl, graphControl } from '../../../local/graph/control.ts';
import {
  type GraphSimulator,
  type GraphSimulatorOptions,
  startGraphSimulator,
} from '../../../local/graph/simulator.ts';

/** An answer with its JSON; the body of an error, a page or an object, as the test expects it. */
export interface Reply<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

export interface Page<T = Record<string, unknown>> {
  readonly '@odata.nextLink'?: string;
  readonly '@odata.count'?: number;
  readonly value: T[];
}

export interface ErrorBody {
  readonly error: { readonly code: string; readonly message: string; readonly innerError: Record<string, string> };
}

/** A running simulator, with a clock of its own, and a way to call it as an application would. */
export interface Caller {
  readonly simulator: GraphSimulator;
  readonly control: GraphControl;
  readonly clock: { now: number };
  /** `path` begins with the version, or is a complete link. */
  call<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Reply<T>>;
  get<T = Page>(path: string, headers?: Record<string, string>): Promise<Reply<T>>;
  /** Changes a user's state and returns the status. */
  setState(user: string, state: string): Promise<number>;
  batch(requests: readonly object[], headers?: Record<string, string>): Promise<Reply<{ responses: BatchResponse[] }>>;
}

export interface BatchResponse {
  readonly id: string;
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body?: ErrorBody & { perUserMfaState?: string };
}

export const START = Date.parse('2026-03-02T08:00:00Z');

export async function startCaller(options: GraphSimulatorOptions = {}): Promise<Caller> {
  const clock = { now: START };
  const simulator = await startGraphSimulator({ users: 300, now: () => clock.now, ...options });
  const call: Caller['call'] = async <T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply<T>> => {
    const response = await fetch(path.startsWith('http') ? path : `${simulator.url}${path}`, {
      method,
      headers: {
        authorization: 'Bearer some-token',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true && text !== '';
    return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as T };
  };
  return {
    simulator,
    control: graphControl(simulator.url),
    clock,
    call,
    get: (path, headers) => call('GET', path, undefined, headers),
    setState: async (user, state) =>
      (await call('PATCH', `/beta/users/${user}/authentication/requirements`, { perUserMfaState: state })).status,
    batch: (requests, headers) => call('POST', '/beta/$batch', { requests }, headers),
  };
}

/** A request of a batch that changes a state. */
export function changeItem(id: string, user: string, state: string): object {
  return {
    id,
    method: 'PATCH',
    url: `/users/${user}/authentication/requirements`,
    headers: { 'Content-Type': 'application/json' },
    body: { perUserMfaState: state },
  };
}

/** All items of a list, page by page. */
export async function readAll<T>(caller: Caller, path: string, headers: Record<string, string> = {}): Promise<T[]> {
  const all: T[] = [];
  for (let next: string | undefined = path; next !== undefined; ) {
    const { status, body }: Reply<Page<T>> = await caller.get<Page<T>>(next, headers);
    if (status !== 200) throw new Error(`${next} was answered with ${status}.`);
    all.push(...body.value);
    next = body['@odata.nextLink'];
  }
  return all;
}
