import { setTimeout as delay } from 'node:timers/promises';
import { apiClient, isOver } from '../../local/apiClient.ts';
import type { GraphControl } from '../../local/graph/control.ts';
import type { Change } from './requests.ts';

const LOOK_EVERY_MS = 25;
const FINISHED_WITHIN_MS = 10 * 60_000;

/** A caller of the API with a token of its own. */
export interface Caller {
  /** Sends a request until it is accepted: after 429 it waits as long as the answer asks. Returns the operation's id. */
  request(change: Change): Promise<string>;
  /** Waits until an operation has finished. */
  over(id: string): Promise<void>;
  /** How many requests were answered with 429. */
  readonly refused: () => number;
}

/** @param oid the object id of the caller */
export async function callerOf(apiUrl: string, graph: GraphControl, oid: string): Promise<Caller> {
  const token = await graph.token({
    oid,
    roles: ['MfaState.Read', 'MfaState.Strengthen'],
    expiresInSeconds: 86_400,
  });
  const api = apiClient(apiUrl, token);
  let refused = 0;
  return {
    refused: () => refused,
    request: async (change) => {
      for (;;) {
        const response = await fetch(`${apiUrl}/state-changes`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
          body: JSON.stringify(change),
        });
        const text = await response.text();
        const id = response.headers.get('operation-id');
        if (response.status === 202 && id !== null) return id;
        if (response.status !== 429) throw new Error(`The answer was ${response.status}: ${text.slice(0, 500)}`);
        refused++;
        await delay(1_000 * Number(response.headers.get('retry-after')));
      }
    },
    over: async (id) => {
      for (let waitedMs = 0; waitedMs < FINISHED_WITHIN_MS; waitedMs += LOOK_EVERY_MS) {
        if (isOver(await api.operation(id))) return;
        await delay(LOOK_EVERY_MS);
      }
      throw new Error(`The operation ${id} does not finish.`);
    },
  };
}
