import type { Telemetry } from '../telemetry/telemetry.ts';
import type { PaceReport } from './pacer.ts';

/** Measures a grant of the quota to a lane. */
export function measureGrant(telemetry: Telemetry, { waitMs, used }: PaceReport): void {
  telemetry.record('laneWait', waitMs / 1000);
  telemetry.record('quotaUsed', used);
}
