import type { PaceReport } from '../pace/pacer.ts';
import type { RunEnd } from '../registration/auditRegistrations.ts';
import type { Sweep } from '../registration/sweep.ts';
import { attributes as a } from './names.ts';
import type { Telemetry } from './telemetry.ts';

/** What is known of a message that was dealt with. */
interface DoneMessage {
  /** The function. */
  readonly step: string;
  readonly ms: number;
  /** Undefined when the host does not say since when it was queued. */
  readonly queuedMs?: number;
  readonly summary: object;
}

/** Measures a message that was dealt with. One that is delivered again after that counts again. */
export function measureMessage(telemetry: Telemetry, { step, ms, queuedMs, summary }: DoneMessage): void {
  const labels = { [a.functionName]: step };
  if (queuedMs !== undefined) telemetry.record('queueAge', queuedMs / 1000, labels);
  if (step === 'applyStateChange') telemetry.record('chunkDuration', ms / 1000);
  measureOutcomes(telemetry, 'settled' in summary ? summary.settled : undefined);
}

/** @param outcomes users by outcome, where it is that */
function measureOutcomes(telemetry: Telemetry, outcomes: unknown): void {
  if (typeof outcomes !== 'object' || outcomes === null) return;
  for (const [outcome, users] of Object.entries(outcomes))
    if (typeof users === 'number' && users > 0) telemetry.record('changes', users, { [a.outcome]: outcome });
}

/** Measures what a lane was granted of the quota. */
export function measureGrant(telemetry: Telemetry, { waitMs, used }: PaceReport): void {
  telemetry.record('laneWait', waitMs / 1000);
  telemetry.record('quotaUsed', used);
}

/** Measures users whose messages were given up. */
export function measureGivenUp(telemetry: Telemetry, users: number): void {
  telemetry.record('changes', users, { [a.outcome]: 'failed' });
}

/** Measures a registration audit that was completed: until then its numbers are not those of the tenant. */
export function measureSweep(telemetry: Telemetry, end: RunEnd, sweep: Sweep | undefined): void {
  if (end !== 'completed' || sweep === undefined) return;
  for (const [event, findings] of Object.entries(sweep.entries))
    telemetry.record('auditFindings', findings, { [a.event]: event });
  for (const [place, users] of Object.entries(sweep.users)) {
    const [state, registered] = place.split('_'); // as `Completed` of a sweep has it
    telemetry.record('users', users, { [a.state]: state, [a.registered]: registered });
  }
}
