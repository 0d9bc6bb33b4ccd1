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
  measureOutcomes(telemetry, 'outcomes' in summary ? summary.outcomes : undefined);
}

/** @param outcomes users by outcome, where it is that */
function measureOutcomes(telemetry: Telemetry, outcomes: unknown): void {
  if (typeof outcomes !== 'object' || outcomes === null) return;
  for (const [outcome, users] of Object.entries(outcomes))
    if (typeof users === 'number' && users > 0) telemetry.record('changes', users, { [a.outcome]: outcome });
}

/** Measures users whose messages were given up. */
export function measureGivenUp(telemetry: Telemetry, users: number): void {
  telemetry.record('changes', users, { [a.outcome]: 'failed' });
}
