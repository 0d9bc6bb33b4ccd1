import { SYNC_ACCOUNT } from '../../local/graph/directory/directory.ts';
import { generateDirectory } from '../../local/graph/directory/generate.ts';
import { transitiveMembers } from '../../local/graph/directory/groups.ts';
import type { Causes } from '../../local/oracle/causes.ts';
import { codesOf } from './oddUsers.ts';
import type { Plan } from './plan.ts';

/** A worker writes at most ten seconds after its claim, waits for Graph, and may be slow before and after. */
const WORK_MS = 20_000;

/** What a campaign does on purpose, for the oracle. @param deadLetters the ids of the messages that used up their deliveries */
export function causesOf(plan: Plan, deadLetters: readonly string[]): Causes {
  const directory = generateDirectory({ size: plan.users, seed: plan.seed });
  const all = Array.from({ length: directory.size }, (_, user) => user);
  const idOf = (user: number): string => directory.id(user);
  return {
    canceled: new Set(
      plan.steps.flatMap((step) => {
        const operation = step.kind === 'cancel' ? plan.plannedOperations[step.operation] : undefined;
        return operation === undefined ? [] : [operation.id];
      }),
    ),
    deadLetters,
    oddUsers: new Map(plan.oddUsers.map((user) => [user.id, codesOf(user)])),
    deletedUsers: new Set(plan.deletedUsers),
    protectedUsers: new Set([
      ...all.filter((user) => directory.has(user, SYNC_ACCOUNT)).map(idOf),
      ...plan.protectedUsers.flatMap((name) => directory.find(name) ?? []).map(idOf),
    ]),
    privilegedUsers: new Set(
      directory.roles
        .flatMap(({ principal }) =>
          'group' in principal ? [...transitiveMembers(principal.group).users] : [principal.user],
        )
        .map(idOf),
    ),
    names: new Map(all.map((user) => [directory.principalName(user).toLowerCase(), idOf(user)])),
    registeredUsers: new Set(all.filter((user) => directory.registered(user)).map(idOf)),
    loweredPerDay: plan.tenant.loweredPerDay,
    loweredAtOnce: plan.tenant.loweredAtOnce,
    readAgeMs: plan.tenant.readLagMs + WORK_MS,
  };
}
