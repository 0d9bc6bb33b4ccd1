import type { SweepMessage } from '../queues/messages.ts';
import { type SweepParts, type SweepSummary, sweepRegistrations } from './sweepRegistrations.ts';

/**
 * Begins the sweep of a message, or continues the one that is under way. An error that is stored with the sweep is no reason
 * to deliver the message again: recovery continues the sweep.
 * @throws Error when the sweep could not be begun, or its error could not be stored
 */
export async function runSweep({ sweep }: SweepMessage, parts: SweepParts): Promise<Partial<SweepSummary>> {
  try {
    return await sweepRegistrations(parts, sweep);
  } catch (error) {
    const stored = await parts.sweeps.read();
    if (stored === undefined || stored.sweep.number < sweep || stored.sweep.problem === null) throw error;
    return { sweep: stored.sweep.number, problem: stored.sweep.problem };
  }
}
