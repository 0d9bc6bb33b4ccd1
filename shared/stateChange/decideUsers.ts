import { isExpress, type Operation } from '../domain/operation.ts';
import { readRegistrations } from '../graph/methods.ts';
import { LOW_PRIORITY } from '../graph/priority.ts';
import { readStates } from '../graph/requirements.ts';
import type { Chunk } from '../operations/chunk.ts';
import { unknownUser } from '../users/userRow.ts';
import type { ApplyDependencies } from './applyDependencies.ts';
import { decide } from './decide.ts';
import type { Decision } from './decision.ts';
import { type DecidedUser, idsOf, type OpenUser } from './openUser.ts';
import { READ_TIMEOUT_MS } from './readTimeout.ts';
import { readSafetyFacts, type SafetyFacts } from './safetyFacts.ts';
import { isUnusedClaim, type UnusedClaims } from './unusedClaims.ts';

type Decided = DecidedUser<Decision>;

/**
 * Reads the facts about the users of a chunk who have no outcome, and about the tenant, and decides about each user.
 * @param options.fresh read the users' rows from the table, not from the cache
 * @param options.unusedClaims claims of this worker that were followed by no write
 * @param options.batchSize how many users Graph is asked about in one batch
 */
export async function decideUsers(
  operation: Operation,
  chunk: Chunk,
  deps: ApplyDependencies,
  options: { readonly fresh: boolean; readonly unusedClaims: UnusedClaims; readonly batchSize: number },
): Promise<Decided[]> {
  const { fresh, unusedClaims, batchSize } = options;
  const { graph, users, now, consistencyMs } = deps;
  const planned = new Set(idsOf(chunk.users.filter((user) => user.lowers === true)));
  // Nothing but the quota of reads holds back a large dry run, so it must leave the rest of it to changes.
  const headers = operation.dryRun && !isExpress(operation) ? LOW_PRIORITY : {};
  const ask = { batchSize, timeoutMs: READ_TIMEOUT_MS, leaveLate: true, headers };
  const decideOne = (user: OpenUser, safety: SafetyFacts): Decided => ({
    ...user,
    decision: decide({
      ...user,
      operation,
      safety,
      chunk: chunk.key,
      lowersAsPlanned: planned.has(user.id),
      isClaimUnused: isUnusedClaim(user.id, user.row.claim, unusedClaims),
      now: now(),
      consistencyMs,
    }),
  });

  const ids = idsOf(chunk.users.filter(({ outcome }) => outcome === null));
  const [states, rows] = await Promise.all([
    readStates(graph, ids, now, ask),
    fresh ? users.load(chunk.lane, ids) : ids.map((id) => users.recall(id)),
  ]);
  const open = rows.map(
    (row): OpenUser => ({
      id: row.id,
      row,
      state: states.get(row.id) ?? { kind: 'unasked' },
      registered: { kind: 'unasked' },
    }),
  );
  let safety = await readSafetyFacts(operation, open, deps);
  let decided = open.map((user) => decideOne(user, safety));
  decided = await decideAgain(decided, needsRegistration, async (some) => {
    const registrations = await readRegistrations(graph, idsOf(some), now, ask);
    return some.map((user) =>
      decideOne({ ...user, registered: registrations.get(user.id) ?? user.registered }, safety),
    );
  });
  if (fresh) return decided;
  return decideAgain(decided, needsStoredRow, async (some) => {
    const stored = new Map((await users.load(chunk.lane, idsOf(some))).map((row) => [row.id, row]));
    const again = some.map((user) => ({ ...user, row: stored.get(user.id) ?? unknownUser(user.id) }));
    safety = await readSafetyFacts(operation, again, deps);
    return again.map((user) => decideOne(user, safety));
  });
}

/** Reads more facts for the users who need them, and decides about these users again. */
async function decideAgain(
  users: readonly Decided[],
  isNeeded: (user: Decided) => boolean,
  decideWithMore: (some: readonly Decided[]) => Promise<Decided[]>,
): Promise<Decided[]> {
  const some = users.filter(isNeeded);
  if (some.length === 0) return [...users];
  const better = new Map((await decideWithMore(some)).map((user) => [user.id, user]));
  return users.map((user) => better.get(user.id) ?? user);
}

function needsRegistration({ decision }: Decided): boolean {
  return decision.kind === 'needsRegistration';
}

/**
 * A cached row is enough to write a user or to find one unchanged, because storing either result checks the row's version.
 * Any other decision is made on the stored row, because another process may have changed it since it was cached.
 */
function needsStoredRow({ decision }: Decided): boolean {
  if (decision.kind === 'retry') return decision.reason === 'staleRead';
  return decision.kind === 'conclude' || decision.kind === 'confirm';
}
