import { attributes as a } from '../telemetry/names.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { AdvanceEnd } from './advanceSweep.ts';
import type { Sweep } from './sweep.ts';

/** Measures a registration sweep that was completed: until then its numbers are not those of the tenant. */
export function measureSweep(telemetry: Telemetry, end: AdvanceEnd, sweep: Sweep | undefined): void {
  if (end !== 'completed' || sweep === undefined) return;
  for (const [event, findings] of Object.entries(sweep.entries))
    telemetry.record('auditFindings', findings, { [a.event]: event });
  for (const [place, users] of Object.entries(sweep.users)) {
    const [state, registered] = place.split('_'); // as `Completed` of a sweep has it
    telemetry.record('users', users, { [a.state]: state, [a.registered]: registered });
  }
}
