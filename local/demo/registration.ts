import { setTimeout as delay } from 'node:timers/promises';
import type { AuditEntry } from '../../shared/audit/entry.ts';
import { apiClient, type ItemReport, type UserCount } from '../apiClient.ts';
import { type ControlUser, graphControl } from '../graph/control.ts';
import { auditTables } from '../oracle/auditTables.ts';
import { registrationEntries } from '../oracle/registrationRules.ts';
import type { Stack } from '../stack.ts';
import { drained } from './drained.ts';

/** The findings of registration sweeps about the enabled users. */
export interface RegistrationResult {
  /** Users of the list who were enabled, and had not registered, before the first sweep. */
  readonly enabled: number;
  /** Of those, who then registered. */
  readonly registered: number;
  /** Their object ids. */
  readonly registeredIds: ReadonlySet<string>;
  /** Entries by event. */
  readonly recorded: number;
  readonly enforcedByEntra: number;
  readonly stuck: number;
  /** Users that the service promoted; none without the option. */
  readonly promoted: number;
  /** Users of the tenant by state and registration, as the API sums them up. */
  readonly users: readonly UserCount[];
  /** Findings about one user, newest first. */
  readonly trail: readonly AuditEntry[];
}

/** Every third of them registers, as on a good day. */
const REGISTER_ONE_IN = 3;
const SWEEP = 'sweepRegistrations';
const POLL_EVERY_MS = 200;
const ASK_AGAIN_AFTER_MS = 60_000;
const GIVE_UP_AFTER_MS = 15 * 60_000;

/**
 * Lets some of the enabled users register, including some that Entra does not enforce, and runs a registration
 * sweep before, after, and once more when those have been waiting for long.
 */
export async function runRegistration(
  stack: Stack,
  items: readonly ItemReport[],
  now: () => number,
): Promise<RegistrationResult> {
  const graph = graphControl(stack.graphUrl);
  await runSweep(stack, now);
  const candidates = waiting(await graph.users(), items);
  const chosen = candidates.filter((user, position) => position % REGISTER_ONE_IN === 0 || !user.promotable);
  for (const { id } of chosen) await graph.register(id);
  await runSweep(stack, now);
  await drained(stack, now); // of promotions, where they are switched on
  await runSweep(stack, now);

  const tables = auditTables(stack.tablesConnection);
  const found = registrationEntries(await tables.byUser());
  const count = (event: AuditEntry['event']): number => found.filter((entry) => entry.event === event).length;
  const api = apiClient(stack.apiUrl);
  const [example] = chosen.filter(({ promotable }) => !promotable).concat(chosen);
  return {
    enabled: candidates.length,
    registered: chosen.length,
    registeredIds: new Set(chosen.map(({ id }) => id)),
    recorded: count('registrationCompleted'),
    enforcedByEntra: count('enforcedByEntra'),
    stuck: count('stuckEnabled'),
    promoted: await promotedUsers(stack),
    users: await api.userSummary(),
    trail: example === undefined ? [] : await tables.history(example.id),
  };
}

/** Starts a sweep by the host's admin route, as one would by hand, and waits until it is completed. */
async function runSweep(stack: Stack, now: () => number): Promise<void> {
  const api = apiClient(stack.apiUrl);
  const before = (await api.sweeps())[0]?.sweep ?? 0;
  const startedAt = now();
  for (let askedAt = Number.NEGATIVE_INFINITY; ; ) {
    if (now() - askedAt > ASK_AGAIN_AFTER_MS) {
      askedAt = now();
      const response = await fetch(`${stack.hostUrl}/admin/functions/${SWEEP}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: '{}',
      });
      if (!response.ok) throw new Error(`The host does not run ${SWEEP}: status ${response.status}.`);
    }
    await delay(POLL_EVERY_MS);
    const sweeps = await api.sweeps();
    if (sweeps.some(({ sweep, status }) => sweep > before && status === 'completed')) return;
    if (now() - startedAt > GIVE_UP_AFTER_MS)
      throw new Error('The registration sweep does not end. Run `npm start` to see the log of the service.');
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
