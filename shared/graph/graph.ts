import type { Client, Context, Middleware } from '@microsoft/microsoft-graph-client';
import type { Settings } from '../config.ts';
import { azureCredential } from '../credential.ts';
import { isLoopback } from '../loopback.ts';
import { type Answer, noAnswer, readAnswer } from './answer.ts';

export interface GraphRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** Path and query below the version, built by `graphPath`, or a `nextLink` from Graph. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The longest wait for the answer; the setting GRAPH_TIMEOUT_SECONDS when it is shorter. */
  readonly timeoutMs?: number;
}

/** Sends one request to Graph. Errors of Graph and of the network become an answer; none is thrown. */
export type SendToGraph = (request: GraphRequest) => Promise<Answer>;

/**
 * Microsoft Graph on `/beta`, the only version with the per-user MFA state.
 *
 * The middleware of the client is not used: its retries wait without a budget and ignore the statuses inside a batch, and
 * it sends the token only to https, so a local simulator would never receive one.
 */
export function graphOf(settings: Settings, now: () => number): SendToGraph {
  let client: Promise<Client> | undefined;
  return async ({ method, path, body, headers, timeoutMs = Number.POSITIVE_INFINITY }) => {
    client ??= connect(settings);
    const { ResponseType } = await import('@microsoft/microsoft-graph-client');
    const signal = AbortSignal.timeout(Math.min(timeoutMs, settings.GRAPH_TIMEOUT_SECONDS * 1000));
    let response: Response;
    let text: string;
    try {
      const request = (await client)
        .api(relative(path, settings.GRAPH_BASE_URL))
        .headers({ ...headers })
        .option('signal', signal)
        .responseType(ResponseType.RAW);
      if (method === 'GET') response = await request.get();
      else if (method === 'POST') response = await request.post(body);
      else response = await request.patch(body);
      text = await response.text();
    } catch (thrown) {
      return noAnswer(isTimeout(thrown) ? 'timeout' : 'noConnection', transportErrors.get(signal) ?? thrown);
    }
    const parsed = parseJson(text);
    if (response.ok && parsed === undefined) return noAnswer('unreadableAnswer');
    return readAnswer(response.status, (name) => response.headers.get(name), parsed, now());
  };
}

/** The error of a failed request, by its signal: the client passes on only the message, without the cause. */
const transportErrors = new WeakMap<AbortSignal, unknown>();

async function connect(settings: Settings): Promise<Client> {
  const { Client, HTTPMessageHandler } = await import('@microsoft/microsoft-graph-client');
  const transport = new HTTPMessageHandler();
  const token = tokenOf(settings);
  const authorize: Middleware = {
    async execute(context: Context) {
      const headers = new Headers(context.options?.headers);
      try {
        headers.set('Authorization', `Bearer ${await token()}`);
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

/** A token for Graph. A simulator on this machine accepts any token, so none is requested. */
function tokenOf(settings: Settings): () => Promise<string> {
  if (isLoopback(settings.GRAPH_BASE_URL)) return async () => 'local';
  return async () => {
    const credential = await azureCredential(settings);
    const token = await credential.getToken(`${new URL(settings.GRAPH_BASE_URL).origin}/.default`);
    if (token === null)
      throw new Error('Received no token for Microsoft Graph: check the managed identity and its permissions.');
    return token.token;
  };
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
