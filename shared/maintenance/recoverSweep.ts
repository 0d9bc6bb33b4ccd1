import type { Queues } from '../queues/queues.ts';
import { isHeldNow, type SweepStore } from '../registration/sweepStore.ts';

/** Messages of recovery about the same invocation are one within this time. */
const SAME_OCCASION_MS = 10 * 60_000;

export interface RecoverSweepDependencies {
  readonly sweeps: SweepStore;
  readonly queues: Pick<Queues, 'sendSweep'>;
  readonly now: () => number;
}

/**
 * Continues a registration sweep that has stopped before its end: it had no time left, failed, or its process ended. So a
 * sweep that needs several invocations takes minutes, whatever the schedule of its timer is.
 * @returns the number of the sweep that continues; null when there is none
 */
export async function recoverSweep({
  sweeps,
  queues,
  now,
}: RecoverSweepDependencies): Promise<{ readonly sweep: number | null }> {
  const stored = await sweeps.read();
  if (stored === undefined || stored.sweep.step.kind === 'done') return { sweep: null };
  const { number, resumed, pausedUntil } = stored.sweep;
  if (isHeldNow(stored, now()) || pausedUntil > now()) return { sweep: null };
  await queues.sendSweep(number, `recovered_${resumed}_${Math.floor(now() / SAME_OCCASION_MS)}`);
  return { sweep: number };
}
