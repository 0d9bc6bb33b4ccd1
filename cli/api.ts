import { z } from 'zod';
import { errorBodySchema } from '../shared/errors.ts';
import { ApiFailure, Failure } from './failure.ts';
import { proxyOf, sendHttp } from './http.ts';
import type { HttpRequest, HttpResponse } from './httpMessage.ts';
import type { GetToken } from './signIn/signIn.ts';

/** An answer of the API. */
export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers: HttpResponse['headers'];
}

/** Calls the API, and nothing else. */
export interface Api {
  readonly address: string;
  get(path: string): Promise<Reply>;
  /**
   * Sends JSON, or bytes as a CSV file. The caller chooses the operation's id, so that repeating the request is safe.
   */
  post(path: string, body: unknown, operationId: string | undefined): Promise<Reply>;
  delete(path: string): Promise<Reply>;
  /** The answer as it comes, for files. */
  stream(path: string): Promise<HttpResponse>;
  /**
   * All entries of a list, page by page.
   * @param onSearched called after a page that is not the last, with how far back a search got
   */
  list(path: string, onSearched?: (until: string) => void): AsyncGenerator<unknown>;
}

export interface ApiDependencies {
  /** The number of times a request is sent before the command fails. */
  readonly attempts: number;
  readonly wait: (ms: number) => Promise<void>;
  /** Called before a request is repeated. */
  readonly onRepeat?: (why: string) => void;
}

/** The usual number of attempts. */
export const ATTEMPTS = 5;
const LONGEST_PAUSE_MS = 30_000;
/** The command names the length of a pause that is at least this long. */
const TELL_PAUSE_MS = 5_000;
/** Statuses of temporary errors. Every request of this command may be sent again. */
const PASSING = new Set([429, 502, 503, 504]);
const DETAILS_SHOWN = 20;
const pageSchema = z.object({
  value: z.array(z.unknown()),
  nextLink: z.string().optional(),
  searchedUntilDateTime: z.string().optional(),
});

export function apiClient(address: string, getToken: GetToken, { attempts, wait, onRepeat }: ApiDependencies): Api {
  async function send(path: string, request: HttpRequest): Promise<HttpResponse> {
    const url = path.startsWith('http') ? sameOrigin(path) : `${address}/${path}`;
    for (let attempt = 1; ; attempt++) {
      const token = await getToken();
      const authorization: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` };
      const outcome = await attemptOnce(url, { ...request, headers: { ...request.headers, ...authorization } });
      const failed = outcome instanceof Failure;
      if (!failed && !PASSING.has(outcome.status)) return outcome;
      if (attempt === attempts) {
        if (!failed) return outcome;
        throw outcome;
      }
      const ms = pauseMs(outcome, attempt);
      const why = failed ? outcome.message : `The service answered ${outcome.status}.`;
      onRepeat?.(ms < TELL_PAUSE_MS ? why : `${why} The next attempt is in ${Math.ceil(ms / 1000)} s.`);
      if (!failed) await outcome.body?.cancel();
      await wait(ms);
    }
  }

  /** A request to a link carries the token, so the link must lead to the API. */
  function sameOrigin(link: string): string {
    if (new URL(link).origin !== new URL(address).origin)
      throw new Failure(
        'ForeignLink',
        'The service returned a link to another address. The command does not follow it.',
      );
    return link;
  }

  async function reply(path: string, request: HttpRequest): Promise<Reply> {
    const response = await send(path, request);
    const text = await response.text();
    if (!response.ok) throw refusal(response.status, text);
    return { status: response.status, headers: response.headers, body: parsedOrUndefined(text) };
  }

  return {
    address,
    get: (path) => reply(path, {}),
    post: (path, body, operationId) =>
      reply(path, {
        method: 'POST',
        headers: {
          ...(body === undefined ? {} : { 'Content-Type': isFile(body) ? 'text/csv' : 'application/json' }),
          ...(operationId === undefined ? {} : { 'Operation-Id': operationId }),
        },
        ...(body === undefined ? {} : { body: isFile(body) ? body : JSON.stringify(body) }),
      }),
    delete: (path) => reply(path, { method: 'DELETE' }),
    stream: async (path) => {
      const response = await send(path, {});
      if (!response.ok) throw refusal(response.status, await response.text());
      return response;
    },
    async *list(path, onSearched) {
      for (let next: string | undefined = path; next !== undefined; ) {
        const page = pageSchema.parse((await reply(next, {})).body);
        yield* page.value;
        next = page.nextLink;
        if (page.searchedUntilDateTime !== undefined) onSearched?.(page.searchedUntilDateTime);
      }
    },
  };
}

function isFile(body: unknown): body is Uint8Array {
  return body instanceof Uint8Array;
}

async function attemptOnce(url: string, request: HttpRequest): Promise<HttpResponse | Failure> {
  try {
    return await sendHttp(url, request);
  } catch (thrown) {
    const cause = thrown instanceof Error ? (thrown.cause ?? thrown) : thrown;
    const proxy = proxyOf(url);
    const known = [
      ...(cause instanceof Error && 'code' in cause ? [String(cause.code)] : []),
      ...(proxy === undefined ? [] : [`proxy ${proxy}`]),
    ];
    const why = known.length === 0 ? '' : ` (${known.join(', ')})`;
    return new Failure('NotReachable', `The service at ${new URL(url).origin} does not answer${why}.`, {
      cause: thrown,
    });
  }
}

/** The pause before the next attempt: Retry-After in seconds, or else doubling from half a second. */
function pauseMs(outcome: HttpResponse | Failure, attempt: number): number {
  const asked = outcome instanceof Failure ? Number.NaN : Number(outcome.headers.get('retry-after'));
  return Math.min(LONGEST_PAUSE_MS, asked > 0 ? asked * 1000 : 250 * 2 ** attempt);
}

function refusal(status: number, text: string): ApiFailure {
  const read = errorBodySchema.safeParse(parsedOrUndefined(text));
  if (!read.success)
    return new ApiFailure(
      status,
      'UnexpectedAnswer',
      `The address answered ${status}, and the answer is not from this API. Check --url.`,
    );
  const { code, message, details = [] } = read.data.error;
  const faults = details.slice(0, DETAILS_SHOWN).map((fault) => `${fault.target ?? fault.code}: ${fault.message}`);
  if (details.length > faults.length) faults.push(`and ${details.length - faults.length} more`);
  return new ApiFailure(status, code, message, faults);
}

function parsedOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the schema of the answer reports the error
  }
}
