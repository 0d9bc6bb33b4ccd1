import type { QueueCounts } from '../../local/service-bus/engine/counts.ts';

/** Controls a running Service Bus emulator over HTTP. */
export interface BusControl {
  /** The counts of all queues, by name. */
  queues(): Promise<Record<string, QueueCounts>>;
  /** Destroys the sockets of all clients. Returns how many there were. */
  dropConnections(): Promise<number>;
  /** Makes message and session locks run out now: of one queue, or of all. */
  expireLocks(queue?: string): Promise<void>;
}

/** @param url the address of the emulator's control endpoint */
export function busControl(url: string): BusControl {
  const call = async (method: string, path: string, body?: object): Promise<unknown> => {
    const init = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${url}/${path}`, { method, ...init });
    if (response.ok) return response.json();
    throw new Error(`${method} /${path} was answered with ${response.status}: ${await response.text()}`);
  };
  // The emulator is this module's other half, so its answers are taken at their word.
  return {
    queues: async () => (await call('GET', 'queues')) as Record<string, QueueCounts>,
    dropConnections: async () => ((await call('POST', 'faults/drop-connections')) as { dropped: number }).dropped,
    expireLocks: async (queue) => {
      await call('POST', 'faults/expire-locks', queue === undefined ? {} : { queue });
    },
  };
}
