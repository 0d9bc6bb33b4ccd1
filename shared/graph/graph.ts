import type { Client, Context, Middleware } from '@microsoft/microsoft-graph-client';
import type { Settings } from '../config.ts';
import { azureCredential } from '../credential.ts';
import { isLoopback } from '../loopback.ts';
import { type Answer, noAnswer, readAnswer } from './answer.ts';

export interface GraphRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** Path and query below the version, built by `graphPath`, or a nextLink of Graph's. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One request to Graph. Never throws for what Graph, or the way to it, does. */
export type SendToGraph = (request: GraphRequest) => Promise<Answer>;

/**
 * Microsoft Graph on `/beta`, the only version that has the per-user MFA state.
 *
 * The client's own retries are left out: they sleep without a budget, look past the statuses inside a batch, and send
 * the token only to https (so no simulator would ever see one).
 */
export function graphOf(settings: Settings, now: () => number): SendToGraph {
  let client: Promise<Client> | undefined;
  return async ({ method, path, body, headers }) => {
    client ??= connect(settings);
    const { ResponseType } = await import('@microsoft/microsoft-graph-client');
    const signal = AbortSignal.timeout(settings.GRAPH_TIMEOUT_SECONDS * 1000);
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
      return noAnswer(isTimeout(thrown) ? 'timeout' : 'noConnection', thrownOnTheWay.get(signal) ?? thrown);
    }
    const parsed = parseJson(text);
    if (response.ok && parsed === undefined) return noAnswer('unreadableAnswer');
    return readAnswer(response.status, (name) => response.headers.get(name), parsed, now());
  };
}

/** What a request failed with, by its signal: the client passes on the message alone, without the cause. */
const thrownOnTheWay = new WeakMap<AbortSignal, unknown>();

async function connect(settings: Settings): Promise<Client> {
  const { Client, HTTPMessageHandler } = await import('@microsoft/microsoft-graph-client');
  const transport = new HTTPMessageHandler();
  const token = tokenOf(settings);
  const authorize: Middleware = {
    async execute(context: Context) {
      const headers = new Headers(context.options?.headers as Record<string, string> | undefined);
      try {
        headers.set('Authorization', `Bearer ${await token()}`);
        context.options = { ...context.options, headers };
        await transport.execute(context);
      } catch (thrown) {
        const signal = context.options?.signal;
        if (signal) thrownOnTheWay.set(signal, thrown);
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

/** A token for Graph. A simulator on this machine takes any, so none is asked for. */
function tokenOf(settings: Settings): () => Promise<string> {
  if (isLoopback(settings.GRAPH_BASE_URL)) return async () => 'local';
  return async () => {
    const credential = await azureCredential(settings);
    const token = await credential.getToken(`${new URL(settings.GRAPH_BASE_URL).origin}/.default`);
    if (token === null)
      throw new Error('No token for Microsoft Graph: check the managed identity and its permissions.');
    return token.token;
  };
}

/** The client wraps what the transport throws and keeps its name as the code. */
function isTimeout(thrown: unknown): boolean {
  return (
    thrown instanceof Error && (thrown.name === 'TimeoutError' || ('code' in thrown && thrown.code === 'TimeoutError'))
  );
}

/**
 * A nextLink is absolute; the client takes paths.
 * @throws Error for a link to anywhere else: the token would go with it
 */
function relative(path: string, baseUrl: string): string {
  if (path.startsWith('/') && !path.startsWith('//')) return path;
  const { origin, pathname, search } = new URL(path);
  if (origin !== new URL(baseUrl).origin) throw new Error('A link of Microsoft Graph leads elsewhere.');
  return `${pathname}${search}`.replace(/^\/+(?:beta|v1\.0)/, '');
}

/** Undefined when it is not JSON. Nothing at all is null, as 204 has it. */
function parseJson(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
