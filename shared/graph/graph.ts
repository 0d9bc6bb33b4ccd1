import type { Client, Context, Middleware } from '@microsoft/microsoft-graph-client';
import type { Settings } from '../config.ts';
import { fieldOf } from '../fieldOf.ts';
import { type Answer, noAnswer, readAnswer } from './answer.ts';
import { appTokens, type GraphTokens } from './graphTokens.ts';

export interface GraphRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** Path and query below the version, built by `graphPath`, or a `nextLink` from Graph. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The longest wait for the answer; the setting GRAPH_TIMEOUT_SECONDS when it is shorter. */
  readonly timeoutMs?: number;
  /** Ends the request. Its reason becomes the answer. */
  readonly signal?: AbortSignal;
}

/** Sends one request to Graph. Errors of Graph and of the network become an answer; none is thrown. */
export type SendToGraph = (request: GraphRequest) => Promise<Answer>;

/**
 * Microsoft Graph on `/beta`, the only version with the per-user MFA state.
 *
 * The middleware of the client is not used: its retries wait without a budget and ignore the statuses inside a batch, and
 * it sends the token only to https, so a local simulator would never receive one.
 *
 * A request that Graph answers with 401 was not carried out. It is sent again at once with a new token.
 */
export function graphOf(
  settings: Settings,
  now: () => number,
  tokens: GraphTokens = appTokens(settings, now),
): SendToGraph {
  let client: Promise<Client> | undefined;

  async function exchange(request: GraphRequest, signal: AbortSignal): Promise<Answer> {
    client ??= connect(settings, tokens);
    const response = await sendOnce(await client, request, { baseUrl: settings.GRAPH_BASE_URL, signal });
    const parsed = parseJson(await response.text());
    if (response.ok && parsed === undefined) return noAnswer('unreadableAnswer');
    return readAnswer(response.status, (name) => response.headers.get(name), parsed, now());
  }

  return async (request) => {
    const timeoutMs = Math.min(request.timeoutMs ?? Number.POSITIVE_INFINITY, settings.GRAPH_TIMEOUT_SECONDS * 1000);
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = request.signal === undefined ? timeout : AbortSignal.any([timeout, request.signal]);
    try {
      const answer = await exchange(request, signal);
      if (answer.status === 401) {
        await tokens.renew();
        return await exchange(request, signal);
      }
      // Callers send the items of a batch again. The next request needs the new token.
      if (hasUnauthorizedItem(answer)) await tokens.renew();
      return answer;
    } catch (thrown) {
      return noAnswer(isTimeout(thrown) ? 'timeout' : 'noConnection', transportErrors.get(signal) ?? thrown);
    }
  };
}

async function sendOnce(
  client: Client,
  { method, path, body, headers }: GraphRequest,
  { baseUrl, signal }: { readonly baseUrl: string; readonly signal: AbortSignal },
): Promise<Response> {
  const { ResponseType } = await import('@microsoft/microsoft-graph-client');
  const request = client
    .api(relative(path, baseUrl))
    .headers({ ...headers })
    .option('signal', signal)
    .responseType(ResponseType.RAW);
  if (method === 'GET') return request.get();
  return method === 'POST' ? request.post(body) : request.patch(body);
}

function hasUnauthorizedItem(answer: Answer): boolean {
  const items: unknown = answer.kind === 'ok' ? fieldOf(answer.body, 'responses') : undefined;
  return Array.isArray(items) && items.some((item: unknown) => fieldOf(item, 'status') === 401);
}

/** The error of a failed request, by its signal: the client passes on only the message, without the cause. */
const transportErrors = new WeakMap<AbortSignal, unknown>();

async function connect(settings: Settings, tokens: GraphTokens): Promise<Client> {
  const { Client, HTTPMessageHandler } = await import('@microsoft/microsoft-graph-client');
  const transport = new HTTPMessageHandler();
  const authorize: Middleware = {
    async execute(context: Context) {
      const headers = new Headers(context.options?.headers);
      try {
        headers.set('Authorization', `Bearer ${await tokens.current()}`);
        context.options = { ...context.options, headers };
        await transport.execute(context);
      } catch (thrown) {
        const signal = context.options?.signal;
        if (signal) transportErrors.set(signal, thrown);
        throw thrown;
      }
    },
  };
  return Client.initWithMiddleware({
    baseUrl: settings.GRAPH_BASE_URL,
    defaultVersion: 'beta',
    middleware: authorize,
  });
}

/** The client wraps an error of the transport and keeps the error's name as its code. */
function isTimeout(thrown: unknown): boolean {
  return (
    thrown instanceof Error && (thrown.name === 'TimeoutError' || ('code' in thrown && thrown.code === 'TimeoutError'))
  );
}

/**
 * The path of a `nextLink`: links are absolute, and the client takes paths.
 * @throws Error for a link to another origin, which must not receive the token
 */
function relative(path: string, baseUrl: string): string {
  if (path.startsWith('/') && !path.startsWith('//')) return path;
  const { origin, pathname, search } = new URL(path);
  if (origin !== new URL(baseUrl).origin)
    throw new Error('A link from Microsoft Graph leads to another host, so the service does not follow it.');
  return `${pathname}${search}`.replace(/^\/+(?:beta|v1\.0)/, '');
}

/** The parsed text; undefined when it is not JSON, and null for the empty body of a 204. */
function parseJson(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
