import type { MfaState } from '../../shared/domain/mfaState.ts';
import type { LedgerEntry } from '../graph/ledger.ts';

/** The effect of one operation on one user, according to the ledger. */
export interface Change {
  readonly operationId: string;
  readonly userId: string;
  /** The states from which it may truly be said to have changed the user. Empty when its write changed nothing. */
  readonly from: readonly MfaState[];
  readonly to: MfaState;
  /** Whether a write of it changed the state after another operation had: then the newer state must be restored. */
  readonly cameLate: boolean;
  /** States other than its own that it wrote, and whether that changed anything. */
  readonly restored: readonly { readonly to: MfaState; readonly changed: boolean }[];
  /** All of its writes, in order. */
  readonly writes: readonly LedgerEntry[];
}

/**
 * Reads from the ledger of one user what each operation did.
 *
 * The first write of an operation is its change. Further ones are repetitions (an answer got lost, or reads lagged),
 * and no change even if Entra promoted the user in between; but if another operation wrote in between, they came late.
 *
 * Entra moves users on by itself, and administrators change them past the service, unseen by a reader whose reads lag or who
 * had read before: a write shortly after may be said to be from either state. When such a change came between two writes of
 * an operation, the second one changed the user too.
 * @param ledger the entries of the user, in order
 * @param targetOf the target state of an operation; undefined for an unknown operation
 * @param readsLag whether the service may read a state that is not the newest
 * @param readAgeMs how long before a write its state may have been read, in milliseconds
 */
export function changesOf(
  ledger: readonly LedgerEntry[],
  targetOf: (operationId: string) => MfaState | undefined,
  readsLag: boolean,
  readAgeMs = 0,
): Change[] {
  const changes = new Map<string, { -readonly [Key in keyof Change]: Change[Key] }>();
  let lastWriter: string | undefined;
  ledger.forEach((entry, index) => {
    if (entry.appliedBy !== 'client') return;
    const { clientRequestId: operationId, userId, from, to } = entry;
    const change = changes.get(operationId);
    const isRestoring = change !== undefined && to !== targetOf(operationId);
    if (change === undefined) {
      const froms = readsLag ? possibleFroms(ledger.slice(0, index), entry, readAgeMs) : [from];
      changes.set(operationId, {
        operationId,
        userId,
        from: froms.filter((state) => state !== to),
        to,
        cameLate: false,
        restored: [],
        writes: [entry],
      });
    } else {
      change.writes = [...change.writes, entry];
      if (isRestoring) change.restored = [...change.restored, { to, changed: from !== to }];
      else if (lastWriter !== operationId && from !== to) change.cameLate = true;
      else {
        const froms = possibleFroms(ledger.slice(0, index), entry, readAgeMs).filter((state) => state !== to);
        if (ledger[index - 1]?.appliedBy === 'control') change.from = [...change.from, ...froms];
      }
    }
    lastWriter = operationId;
  });
  return [...changes.values()];
}

/** The states that a writer may have seen: the one that was there, and those that others replaced just before. */
function possibleFroms(earlier: readonly LedgerEntry[], { from, at }: LedgerEntry, readAgeMs: number): MfaState[] {
  const froms = [from];
  for (const entry of [...earlier].reverse()) {
    const isUnseen = entry.appliedBy === 'entra' || (entry.appliedBy === 'control' && entry.at > at - readAgeMs);
    if (!isUnseen || entry.to !== froms.at(-1)) break;
    froms.push(entry.from);
  }
  return froms;
}
