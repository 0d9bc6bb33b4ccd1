import type { AuditEntry } from '../audit/entry.ts';
import type { Operation } from '../domain/operation.ts';
import type { Outcome } from '../domain/outcome.ts';
import { type Chunk, type ChunkUser, isSettled } from '../operations/chunk.ts';
import { isClaimOf } from '../users/claim.ts';
import { overwrite } from '../users/presumedState.ts';
import type { UserRow } from '../users/userRow.ts';
import type { UserStore } from '../users/userStore.ts';
import type { ApplyEffects } from './applyEffects.ts';

/** The audit event of an outcome; none for outcomes that change nothing and deny nothing. */
const EVENTS: Partial<Record<Outcome['outcome'], AuditEntry['event']>> = {
  applied: 'stateChanged',
  refused: 'stateChangeRefused',
  failed: 'stateChangeFailed',
};

/** Outcomes of users on whom a claim may have been laid, unless two workers had the chunk. */
const MAY_HOLD_CLAIM = new Set<Outcome['outcome']>(['applied', 'failed']);

/** The audit entry of an outcome, if it has one. The same outcome always gives the same entry. */
export function auditEntryOf(
  operation: Operation,
  user: { readonly id: string | null; readonly reference: string },
  outcome: Outcome,
  notes: readonly string[],
): AuditEntry | undefined {
  const event = operation.dryRun ? undefined : EVENTS[outcome.outcome];
  if (event === undefined) return undefined;
  const { from, requestId, overrides, code, message } = outcome;
  return {
    event,
    userId: user.id,
    reference: user.reference,
    operationId: operation.id,
    actor: operation.actor,
    reason: operation.reason,
    ...(from === undefined ? {} : { from }),
    to: operation.targetState,
    acceptedAt: operation.acceptedAt,
    at: outcome.at,
    ...(requestId === undefined ? {} : { requestId }),
    ...(overrides === undefined || overrides.length === 0 ? {} : { overrides }),
    ...(code === undefined ? {} : { code }),
    ...(message === undefined ? {} : { message }),
    ...(notes.length === 0 ? {} : { notes: [...notes] }),
  };
}

/**
 * Does what follows from the stored outcomes of a chunk: the audit entries, and the users' rows, whose claims are
 * released; then the mails to users, and a look whether the operation is over. Doing it again changes nothing, so it is
 * done whenever it may have been left undone.
 * @param options.everyClaim look for claims on all of the users, because another worker had the chunk too
 */
export async function recordOutcomes(
  operation: Operation,
  chunk: Chunk,
  stores: Pick<ApplyEffects, 'audit' | 'users' | 'queueNotifications' | 'lookSoon'>,
  options: { readonly everyClaim?: boolean } = {},
): Promise<void> {
  const settled = chunk.users.flatMap((user, index): { user: ChunkUser; outcome: Outcome }[] => {
    const outcome = chunk.outcomes[index];
    return outcome ? [{ user, outcome }] : [];
  });
  const entries = settled.flatMap(({ user, outcome }) => auditEntryOf(operation, user, outcome, chunk.notes) ?? []);
  await Promise.all([
    stores.audit.record(`${operation.id}_${chunk.key}`, entries),
    release(
      operation,
      chunk,
      options.everyClaim ? settled : settled.filter(({ outcome }) => MAY_HOLD_CLAIM.has(outcome.outcome)),
      stores.users,
    ),
  ]);
  await stores.queueNotifications(operation, chunk);
  if (isSettled(chunk)) await stores.lookSoon(operation);
}

/** Turns our claims on these users into what we now know of them. */
async function release(
  operation: Operation,
  chunk: Chunk,
  settled: readonly { readonly user: ChunkUser; readonly outcome: Outcome }[],
  users: UserStore,
): Promise<void> {
  let open = [...settled];
  let rows = open.map(({ user }) => users.recall(user.id));
  // Where this process remembers neither our claim nor its release, another may have laid the claim and ended.
  const unsure = rows.filter((row) => !isOurs(operation, chunk.key, row)).map((row) => row.id);
  if (unsure.length > 0) {
    const loaded = new Map((await users.load(chunk.lane, unsure)).map((row) => [row.id, row]));
    rows = rows.map((row) => loaded.get(row.id) ?? row);
  }
  for (;;) {
    const changed = rows.flatMap((row, index) => releaseOne(operation, chunk.key, row, open[index]?.outcome) ?? []);
    if (await users.put(chunk.lane, changed)) return;
    open = open.filter(({ user }) => changed.some((row) => row.id === user.id));
    rows = await users.load(
      chunk.lane,
      open.map(({ user }) => user.id),
    );
  }
}

/** True when the row has our claim, or what became of it. */
function isOurs(operation: Operation, chunk: string, row: UserRow): boolean {
  if (row.claim !== null) return isClaimOf(row.claim, operation.id, chunk);
  return row.operationId === operation.id && row.chunk === chunk;
}

/** The row as it is after the outcome; undefined when there is nothing of ours to release. */
function releaseOne(
  operation: Operation,
  chunk: string,
  row: UserRow,
  outcome: Outcome | undefined,
): UserRow | undefined {
  const { claim } = row;
  if (claim === null || !isClaimOf(claim, operation.id, chunk) || outcome === undefined) return undefined;
  if (outcome.outcome !== 'applied') return { ...row, claim: null };
  return {
    ...row,
    state: claim.target,
    stateAt: outcome.at,
    enabledSince: claim.target === 'enabled' ? outcome.at : '',
    sequence: claim.sequence,
    operationId: operation.id,
    chunk,
    overwritten: overwrite(row, claim.from, outcome.at),
    claim: null,
  };
}
