import { weakens } from '../domain/mfaState.ts';
import type { Operation } from '../domain/operation.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { ChunkUser } from '../operations/chunk.ts';
import { type Ceiling, explainCeiling } from '../pace/ceiling.ts';
import { isClaimOf } from '../users/claim.ts';
import type { UserRow } from '../users/userRow.ts';
import type { Decision } from './decide.ts';

/** A user of a chunk who is to be written. */
interface Write {
  readonly user: ChunkUser;
  /** The user's position in the chunk. */
  readonly index: number;
  readonly row: UserRow;
  readonly decision: Extract<Decision, { kind: 'write' }>;
}

/** What the day's ceiling says to the writes of a round. */
export interface Weakening {
  /** The outcomes of users who must not be weakened today, by position in the chunk. */
  readonly refused: ReadonlyMap<number, Outcome>;
  /** Gives everything back: nobody is weakened after all. */
  cancel(): Promise<void>;
  /** Gives back what was taken for users whom Graph refused to change. */
  settle(outcomes: readonly (Outcome | null)[]): Promise<void>;
}

/**
 * Takes from the day's ceiling for each user to be weakened, before anybody is, and refuses those beyond it. Who has our
 * claim already was counted when it was laid, by a delivery that broke off.
 */
export async function underCeiling(
  operation: Operation,
  chunk: string,
  writes: readonly Write[],
  { ceiling, now }: { readonly ceiling: Ceiling; readonly now: () => number },
): Promise<Weakening> {
  const weakened = writes.filter(
    ({ decision, row }) =>
      weakens(decision.from, operation.targetState) &&
      !(row.claim !== null && isClaimOf(row.claim, operation.id, chunk)),
  );
  const share = await ceiling.take(weakened.length);
  const at = new Date(now()).toISOString();
  const refusal = { outcome: 'refused', at, ...explainCeiling(ceiling.usersPerDay) } as const;
  return {
    refused: new Map(
      weakened.slice(share.users).map((write) => [write.index, { ...refusal, from: write.decision.from }]),
    ),
    cancel: () => ceiling.giveBack(share),
    settle: (outcomes) => {
      const unused = weakened.slice(0, share.users).filter(({ index }) => outcomes[index]?.outcome === 'failed');
      return ceiling.giveBack({ ...share, users: unused.length });
    },
  };
}
