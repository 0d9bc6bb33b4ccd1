import { setTimeout as delay } from 'node:timers/promises';

/** A request that a caller repeats with the same id until it is accepted. */
export interface Change {
  readonly id: string;
  readonly users: readonly string[];
}

/** A caller waits as long as the service asks, but not longer than this. */
const LONGEST_PAUSE_MS = 5_000;
const PAUSE_MS = 1_000;
const GIVE_UP_MS = 120_000;

/**
 * Sends a request until it is accepted. Returns how often it was sent.
 * @throws Error when the service refuses it, or does not say that it can be repeated
 */
export async function sendUntilAccepted(apiUrl: string, { id, users }: Change): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(`${apiUrl}/state-changes`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Operation-Id': id },
      body: JSON.stringify({ state: 'enabled', users, reason: 'Outage' }),
      signal: AbortSignal.timeout(GIVE_UP_MS),
    });
    const text = await response.text();
    if (response.status === 202) return attempt;
    const seconds = Number(response.headers.get('retry-after'));
    if (response.status !== 503 || !(seconds > 0))
      throw new Error(`The request was answered with ${response.status}: ${text.slice(0, 300)}`);
    await delay(Math.min(LONGEST_PAUSE_MS, Math.max(PAUSE_MS, seconds * 1_000)));
  }
}
