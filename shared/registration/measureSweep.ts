import { attributes as a } from '../telemetry/names.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { listedStates, listOf } from '../users/listName.ts';
import type { AdvanceEnd } from './advanceSweep.ts';
import type { Sweep } from './sweep.ts';

/** Records the measurements of a completed sweep. The numbers of an incomplete one do not describe the whole tenant. */
export function measureSweep(telemetry: Telemetry, end: AdvanceEnd, sweep: Sweep | undefined): void {
  if (end !== 'completed' || sweep === undefined) return;
  for (const [event, findings] of Object.entries(sweep.entries))
    telemetry.record('auditFindings', findings, { [a.event]: event });
  // A gauge keeps its last value: a list without users must become zero.
  for (const state of listedStates)
    for (const registered of [true, false, null]) {
      const list = listOf({ state: state === 'unknown' ? null : state, registered });
      const word = list.slice(list.indexOf('_') + 1);
      telemetry.record('users', sweep.users[list] ?? 0, { [a.state]: state, [a.registered]: word });
    }
}
