import { attributes as a } from './names.ts';
import type { Telemetry } from './telemetry.ts';

/** A processed message. */
interface DoneMessage {
  /** The function. */
  readonly step: string;
  readonly ms: number;
  /** Undefined when the host does not pass the enqueued time. */
  readonly queuedMs?: number;
  readonly summary: object;
}

/** Records the measurements of a processed message. A message that is delivered again counts again. */
export function measureMessage(telemetry: Telemetry, { step, ms, queuedMs, summary }: DoneMessage): void {
  const labels = { [a.functionName]: step };
  if (queuedMs !== undefined) telemetry.record('queueAge', queuedMs / 1000, labels);
  if (step === 'applyStateChange') telemetry.record('chunkDuration', ms / 1000);
  measureOutcomes(telemetry, 'outcomes' in summary ? summary.outcomes : undefined);
}

/** @param outcomes the numbers of users by outcome; anything else is ignored */
function measureOutcomes(telemetry: Telemetry, outcomes: unknown): void {
  if (typeof outcomes !== 'object' || outcomes === null) return;
  for (const [outcome, users] of Object.entries(outcomes))
    if (typeof users === 'number' && users > 0) telemetry.record('changes', users, { [a.outcome]: outcome });
}

/** Records users whose messages became dead letters as failed. */
export function measureGivenUp(telemetry: Telemetry, users: number): void {
  telemetry.record('changes', users, { [a.outcome]: 'failed' });
}
