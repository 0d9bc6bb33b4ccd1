import { retryAfterMs } from '../graph/retryAfter.ts';
import type { CloudEvent } from './cloudEvent.ts';
import { signedHeaders } from './signature.ts';

/** The receiver of events. The address may contain a key, so it is a secret too. */
export interface Webhook {
  readonly url: string;
  readonly secrets: readonly Buffer[];
}

/** The result of one attempt. `code` is the reason of a failure, without the address and the answer. */
export type PostResult =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'retry'; readonly code: string; readonly retryAfterMs: number | undefined };

const TIMEOUT_MS = 10_000;

/**
 * Sends an event once. The event is delivered when the receiver answers 2xx. Redirects are not followed: a receiver must
 * not choose where signed events go. The body of the answer is not read: it may be endless.
 * @param now milliseconds since 1970
 */
export async function postEvent(
  event: CloudEvent,
  { url, secrets }: Webhook,
  now: number,
  timeoutMs = TIMEOUT_MS,
): Promise<PostResult> {
  const body = JSON.stringify(event);
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'Content-Type': 'application/cloudevents+json; charset=utf-8',
        'User-Agent': 'per-user-mfa',
        ...signedHeaders({ id: event.id, body }, secrets, now),
      },
      body,
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
  } catch (error) {
    return { kind: 'retry', code: codeOf(error), retryAfterMs: undefined };
  }
  if (response.ok) return { kind: 'delivered' };
  const wait = retryAfterMs(response.headers.get('retry-after'), now);
  return { kind: 'retry', code: `http${response.status}`, retryAfterMs: wait };
}

/** The code of a failure, such as `ECONNREFUSED` or `TimeoutError`. Messages are left out: they may contain the address. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? cause.code : error.name;
  return typeof code === 'string' ? code : 'unknown';
}
