import type { GraphSettingsPatch } from '../../local/graph/settings.ts';
import { GRAPH_TIMEOUT_SECONDS } from './faultRates.ts';
import { type Plan, WRITES_WINDOW_SECONDS } from './plan.ts';

/** Ten deliveries last four minutes then: enough for an outage of half a minute and all other faults, also on a slow machine. */
const RETRY_BUDGET_SECONDS = 25;
const FUNCTION_TIMEOUT_SECONDS = 45;
const ONCE_A_YEAR = '0 0 0 1 1 *';

/** Settings of the app: retries must fit into the time of a campaign, and the limits bind. */
export function appSettings({ tenant, protectedUsers }: Plan): Record<string, string> {
  return {
    GRAPH_TIMEOUT_SECONDS: String(GRAPH_TIMEOUT_SECONDS),
    // Reads lag, and a write may be under way for as long as Graph is waited for.
    GRAPH_CONSISTENCY_SECONDS: String(tenant.readLagMs / 1000 + GRAPH_TIMEOUT_SECONDS + 1),
    GRAPH_WRITES_LIMIT: String(tenant.writes.service),
    GRAPH_WRITES_WINDOW_SECONDS: String(WRITES_WINDOW_SECONDS),
    APPLY_RETRY_BUDGET_SECONDS: String(RETRY_BUDGET_SECONDS),
    // A restart of the app keeps lanes for so long: above the longest delivery, as in host.json, but not by minutes.
    AzureFunctionsJobHost__functionTimeout: toTimeSpan(FUNCTION_TIMEOUT_SECONDS),
    // The shortest that there is: a timer whose host was killed waits for so long.
    AzureFunctionsJobHost__singleton__listenerLockPeriod: toTimeSpan(15),
    AzureFunctionsJobHost__singleton__listenerLockRecoveryPollingInterval: toTimeSpan(2),
    RECOVER_AFTER_SECONDS: '15',
    MAX_OPEN_OPERATIONS_PER_CALLER: '10000', // one caller sends the whole campaign
    MAX_LOWERED_PER_DAY: String(tenant.loweredPerDay),
    LOWERED_WITHOUT_APPROVAL: String(tenant.loweredAtOnce),
    // No person approves anything in a campaign: an operation that waits ends after 20 seconds.
    APPROVAL_HOURS: String(20 / 3_600),
    RECOVERY_SCHEDULE: '*/5 * * * * *',
    REGISTRATION_SWEEP_SCHEDULE: ONCE_A_YEAR, // at a full hour a sweep would record what no rule expects of a campaign
    PROTECTED_USERS: protectedUsers.join(','),
  };
}

function toTimeSpan(seconds: number): string {
  return `00:00:${String(seconds).padStart(2, '0')}`;
}

/** Settings of the simulator. It allows fewer writes than the app thinks, so that the app must also wait when told. */
export function graphSettings({ tenant }: Plan): GraphSettingsPatch {
  return {
    latencyMs: tenant.latencyMs,
    readLagMs: tenant.readLagMs,
    promotionDelayMs: tenant.promotes ? 0 : null,
    membersPerPage: tenant.membersPerPage,
    throttling: {
      window: 'tokenBucket',
      writes: { limit: tenant.writes.graph, windowSeconds: WRITES_WINDOW_SECONDS },
    },
  };
}
