import type { AuditEntry } from '../audit/entry.ts';
import type { Operation } from '../domain/operation.ts';
import type { Outcome } from '../domain/outcome.ts';
import { type Chunk, type ChunkUser, isSettled } from '../operations/chunk.ts';
import { isClaimOf } from '../users/claim.ts';
import { rememberOverwritten } from '../users/presumedState.ts';
import type { UserRow } from '../users/userRow.ts';
import type { UserStore } from '../users/userStore.ts';
import type { ApplyDependencies } from './applyDependencies.ts';

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

/** A user of a chunk whose outcome is decided. */
type SettledUser = ChunkUser & { readonly outcome: Outcome };

/**
 * Does what follows from the stored outcomes of a chunk: records the audit entries and releases the claims on the users'
 * rows; then queues the mails, and a look whether the operation is over. Doing it again changes nothing, so it is done
 * whenever it may have been left undone.
 * @param options.everyClaim look for claims on all settled users, because another worker had the chunk too
 */
export async function recordOutcomes(
  operation: Operation,
  chunk: Chunk,
  deps: Pick<ApplyDependencies, 'audit' | 'users' | 'queueNotifications' | 'lookSoon'>,
  options: { readonly everyClaim?: boolean } = {},
): Promise<void> {
  const settled = chunk.users.filter((user): user is SettledUser => user.outcome !== null);
  const entries = settled.flatMap((user) => auditEntryOf(operation, user, user.outcome, chunk.notes) ?? []);
  const claimed = options.everyClaim ? settled : settled.filter(({ outcome }) => MAY_HOLD_CLAIM.has(outcome.outcome));
  await Promise.all([
    deps.audit.record(`${operation.id}_${chunk.key}`, entries),
    releaseClaims(operation, chunk, claimed, deps.users),
  ]);
  await deps.queueNotifications(operation, chunk);
  if (isSettled(chunk)) await deps.lookSoon(operation);
}

/** Turns our claims on these users into what is now known of them. */
async function releaseClaims(
  operation: Operation,
  chunk: Chunk,
  settled: readonly SettledUser[],
  users: UserStore,
): Promise<void> {
  const outcomes = new Map(settled.map(({ id, outcome }) => [id, outcome]));
  let rows = await ourRows(operation, chunk, [...outcomes.keys()], users);
  for (;;) {
    const released = rows.flatMap((row) => withoutClaim(operation, chunk.key, row, outcomes.get(row.id)) ?? []);
    if (await users.put(chunk.lane, released)) return;
    rows = await users.load(
      chunk.lane,
      released.map(({ id }) => id),
    );
  }
}

/**
 * The users' rows as this process remembers them. Where it remembers neither our claim nor its release, another process may
 * have laid the claim and ended: then the row is read.
 */
async function ourRows(
  operation: Operation,
  chunk: Chunk,
  ids: readonly string[],
  users: UserStore,
): Promise<readonly UserRow[]> {
  const remembered = ids.map((id) => users.recall(id));
  const unsure = remembered.filter((row) => !isOurs(operation, chunk.key, row)).map(({ id }) => id);
  const stored = unsure.length === 0 ? [] : await users.load(chunk.lane, unsure);
  return [...remembered.filter(({ id }) => !unsure.includes(id)), ...stored];
}

/** Whether the row has our claim, or what our claim became. */
function isOurs(operation: Operation, chunk: string, row: UserRow): boolean {
  if (row.claim !== null) return isClaimOf(row.claim, operation.id, chunk);
  return row.operationId === operation.id && row.chunk === chunk;
}

/** The row after the outcome, without our claim; undefined when it has no claim of ours. */
function withoutClaim(
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
    overwritten: rememberOverwritten(row, claim.from, outcome.at),
    claim: null,
  };
}
