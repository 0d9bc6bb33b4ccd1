import { setTimeout as delay } from 'node:timers/promises';
import type { AuditEntry } from '../../shared/audit/entry.ts';
import { type ControlUser, graphControl } from '../graph/control.ts';
import type { Stack } from '../stack.ts';
import { apiClient, type ItemReport, type UserCount } from './api.ts';
import { auditTables } from './auditTables.ts';
import { findingsOf, findRegistrationMismatches } from './compareRegistration.ts';
import { drained } from './drained.ts';

/** What became of the users who were enabled, as the registration sweep found out. */
export interface RegistrationResult {
  /** Users of the list who were enabled, and had not registered, when the audit began. */
  readonly enabled: number;
  /** Of those, who then registered. */
  readonly registered: number;
  /** Entries by event. */
  readonly recorded: number;
  readonly enforcedByEntra: number;
  readonly stuck: number;
  /** Users whom the service promoted; none unless it was told to. */
  readonly promoted: number;
  /** Users of the tenant by state and registration, as the API sums them up. */
  readonly users: readonly UserCount[];
  /** Findings about one user, newest first. */
  readonly trail: readonly AuditEntry[];
  readonly mismatches: readonly string[];
}

/** Every third of them registers, as on a good day. */
const REGISTER_ONE_IN = 3;
const AUDIT = 'sweepRegistrations';
const POLL_EVERY_MS = 200;
const ASK_AGAIN_AFTER_MS = 60_000;
const GIVE_UP_AFTER_MS = 15 * 60_000;

/**
 * Lets some of the enabled users register, some of them of the kind whom Entra does not move on, and runs the
 * registration sweep before, after, and once more when those have been waiting for long.
 */
export async function runRegistration(
  stack: Stack,
  items: readonly ItemReport[],
  now: () => number,
): Promise<RegistrationResult> {
  const graph = graphControl(stack.graphUrl);
  await runAudit(stack, now);
  const candidates = waiting(await graph.users(), items);
  const chosen = candidates.filter((user, position) => position % REGISTER_ONE_IN === 0 || !user.promotable);
  for (const { id } of chosen) await graph.register(id);
  await runAudit(stack, now);
  await drained(stack, now); // of promotions, where they are switched on
  await runAudit(stack, now);

  const tables = auditTables(stack.tablesConnection);
  const audit = { audit: await tables.byUser(), auditByTime: await tables.byTime() };
  const api = apiClient(stack.apiUrl);
  const ledger = await graph.ledger();
  const users = await graph.users();
  const promoted = await promotedUsers(stack);
  const count = (event: AuditEntry['event']): number => findingsOf(audit.audit).filter((e) => e.event === event).length;
  const [example] = chosen.filter(({ promotable }) => !promotable).concat(chosen);
  return {
    enabled: candidates.length,
    registered: chosen.length,
    recorded: count('registrationCompleted'),
    enforcedByEntra: count('enforcedByEntra'),
    stuck: count('stuckEnabled'),
    promoted,
    users: await api.userSummary(),
    trail: example === undefined ? [] : await tables.history(example.id),
    mismatches: findRegistrationMismatches({ audit, ledger, users }),
  };
}

/** Runs the audit by the host's admin route, as one would by hand, and waits until a sweep is completed. */
async function runAudit(stack: Stack, now: () => number): Promise<void> {
  const api = apiClient(stack.apiUrl);
  const before = (await api.sweeps())[0]?.sweep ?? 0;
  const startedAt = now();
  for (let askedAt = Number.NEGATIVE_INFINITY; ; ) {
    if (now() - askedAt > ASK_AGAIN_AFTER_MS) {
      askedAt = now();
      const response = await fetch(`${stack.hostUrl}/admin/functions/${AUDIT}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: '{}',
      });
      if (!response.ok) throw new Error(`The host does not run ${AUDIT}: status ${response.status}.`);
    }
    await delay(POLL_EVERY_MS);
    const sweeps = await api.sweeps();
    if (sweeps.some(({ sweep, status }) => sweep > before && status === 'completed')) return;
    if (now() - startedAt > GIVE_UP_AFTER_MS) throw new Error('The registration sweep does not come to its end.');
  }
}

/** Users of the list who are enabled and have not registered. */
function waiting(users: readonly ControlUser[], items: readonly ItemReport[]): ControlUser[] {
  const listed = new Set(items.map(({ userId }) => userId));
  return users.filter(({ id, state, registered }) => listed.has(id) && state === 'enabled' && !registered);
}

async function promotedUsers(stack: Stack): Promise<number> {
  const sweeps = await apiClient(stack.apiUrl).sweeps();
  return sweeps.reduce((sum, { promotedUsers: promoted }) => sum + promoted, 0);
}
