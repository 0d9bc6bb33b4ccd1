import type { EmulatorFaults } from './emulator.ts';
import type { QueueCounts } from './engine/counts.ts';
import type { ExhaustionMoment } from './engine/exhaustion.ts';
import type { Traffic } from './engine/throttle.ts';

/** Controls a running Service Bus emulator over HTTP. */
export interface BusControl {
  /** The counts of all queues, by name. */
  queues(): Promise<Record<string, QueueCounts>>;
  /** How many messages are in all queues: to be delivered, scheduled, or dead letters that were not looked at yet. */
  messagesLeft(): Promise<number>;
  /** Destroys the sockets of all clients. Returns how many there were. */
  dropConnections(): Promise<number>;
  /** Makes message and session locks run out now: of one queue, or of all. */
  expireLocks(queue?: string): Promise<void>;
  /** Refuses requests to a queue as if the namespace had too much to do: so many, or as many as come in so many seconds. */
  makeBusy(rule: BusyRule): Promise<void>;
  /** Refuses every request to every queue in that way, for so many seconds. */
  makeAllBusy(seconds: number): Promise<void>;
  /** Ends both at once. */
  endBusy(): Promise<void>;
  /** Makes the next message of a queue use up all its deliveries. */
  exhaustNext(queue: string, moment: ExhaustionMoment): Promise<void>;
  /** Cuts all connections, and refuses new ones for so many seconds. */
  refuseConnections(seconds: number): Promise<void>;
  /** How often faults happened. */
  faults(): Promise<EmulatorFaults>;
}

export interface BusyRule {
  readonly queue: string;
  readonly traffic: Traffic;
  /** As many as come within `seconds` when missing. */
  readonly count?: number | undefined;
  /** For at most so many seconds. */
  readonly seconds: number;
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
  const queues = async () => (await call('GET', 'queues')) as Record<string, QueueCounts>;
  return {
    queues,
    messagesLeft: async () =>
      Object.values(await queues()).reduce(
        (sum, { active, scheduled, deadLetter }) => sum + active + scheduled + deadLetter,
        0,
      ),
    dropConnections: async () => ((await call('POST', 'faults/drop-connections')) as { dropped: number }).dropped,
    expireLocks: async (queue) => {
      await call('POST', 'faults/expire-locks', queue === undefined ? {} : { queue });
    },
    makeBusy: async (rule) => {
      await call('POST', 'faults/server-busy', rule);
    },
    makeAllBusy: async (seconds) => {
      await call('POST', 'faults/server-busy', { seconds });
    },
    endBusy: async () => {
      await call('DELETE', 'faults/server-busy');
    },
    exhaustNext: async (queue, moment) => {
      await call('POST', 'faults/exhaust', { queue, moment });
    },
    refuseConnections: async (seconds) => {
      await call('POST', 'faults/outage', { seconds });
    },
    faults: async () => (await call('GET', 'faults')) as EmulatorFaults,
  };
}
