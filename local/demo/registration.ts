import type { AuditEntry } from '../../shared/audit/entry.ts';
import { apiClient, type ItemReport, type UserCount } from '../apiClient.ts';
import { type ControlUser, graphControl } from '../graph/control.ts';
import { auditTables } from '../oracle/auditTables.ts';
import { registrationEntries } from '../oracle/registrationRules.ts';
import { runSweep } from '../runSweep.ts';
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
  const api = apiClient(stack.apiUrl);
  const sweep = () => runSweep({ api, hostUrl: stack.hostUrl }, now);
  await sweep();
  const candidates = waiting(await graph.users(), items);
  const chosen = candidates.filter((user, position) => position % REGISTER_ONE_IN === 0 || !user.promotable);
  for (const { id } of chosen) await graph.register(id);
  await sweep();
  await drained(stack, now); // of promotions, where they are switched on
  await sweep();

  const tables = auditTables(stack.tablesConnection);
  const found = registrationEntries(await tables.byUser());
  const count = (event: AuditEntry['event']): number => found.filter((entry) => entry.event === event).length;
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

/** Users of the list who are enabled and have not registered. */
function waiting(users: readonly ControlUser[], items: readonly ItemReport[]): ControlUser[] {
  const listed = new Set(items.map(({ userId }) => userId));
  return users.filter(({ id, state, registered }) => listed.has(id) && state === 'enabled' && !registered);
}

async function promotedUsers(stack: Stack): Promise<number> {
  const sweeps = await apiClient(stack.apiUrl).sweeps();
  return sweeps.reduce((sum, { promotedUsers: promoted }) => sum + promoted, 0);
}
