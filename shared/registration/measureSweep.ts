import { attributes as a } from '../telemetry/names.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { AdvanceEnd } from './advanceSweep.ts';
import type { Sweep } from './sweep.ts';

/** Records the measurements of a completed sweep. The numbers of an incomplete one do not describe the whole tenant. */
export function measureSweep(telemetry: Telemetry, end: AdvanceEnd, sweep: Sweep | undefined): void {
  if (end !== 'completed' || sweep === undefined) return;
  for (const [event, findings] of Object.entries(sweep.entries))
    telemetry.record('auditFindings', findings, { [a.event]: event });
  for (const [list, users] of Object.entries(sweep.users)) {
    const [state, registered] = list.split('_'); // the keys of `Completed.users`
    telemetry.record('users', users, { [a.state]: state, [a.registered]: registered });
  }
}
