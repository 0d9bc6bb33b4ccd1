import type { Queues } from '../queues/queues.ts';
import type { SweepStore } from './sweepStore.ts';

/** Requests within this time that begin the same sweep send one message. */
const SAME_REQUEST_MS = 10_000;

export interface StartDependencies {
  readonly sweeps: SweepStore;
  readonly queues: Pick<Queues, 'sendSweep'>;
  readonly now: () => number;
}

/** The sweep that a request has started, or found under way. */
export interface StartedSweep {
  readonly number: number;
  /** Whether another sweep was under way, so that no new one begins. */
  readonly isUnderWay: boolean;
}

/**
 * Starts a registration sweep now, or continues the one that is under way; nothing changes while an invocation works on it.
 * The sweep runs in the app with the workers.
 * @throws Error when Table Storage or Service Bus does not answer
 */
export async function startSweep({ sweeps, queues, now }: StartDependencies): Promise<StartedSweep> {
  const stored = await sweeps.read();
  const last = Math.max(stored?.sweep.number ?? 0, await sweeps.newestNumber());
  const isUnderWay = stored !== undefined && stored.sweep.step.kind !== 'done' && stored.sweep.number === last;
  const number = isUnderWay ? last : last + 1;
  // A sweep may stop again at once, so each request to continue has a message of its own.
  await queues.sendSweep(number, isUnderWay ? `continue_${now()}` : `begin_${Math.floor(now() / SAME_REQUEST_MS)}`);
  return { number, isUnderWay };
}
