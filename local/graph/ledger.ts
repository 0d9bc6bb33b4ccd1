import type { MfaState } from './directory/mfaState.ts';

/** The writer of a state: a caller of Graph, Entra's automatic promotion, or the control endpoint. */
export type Author = 'client' | 'entra' | 'control';

export interface LedgerEntry {
  /** 1 for the first write, without gaps. */
  readonly number: number;
  /** Milliseconds since 1970, by the simulator's clock. */
  readonly at: number;
  readonly userId: string;
  /** The true state before, whatever lagging readers saw. Equal to `to` when the write changed nothing. */
  readonly from: MfaState;
  readonly to: MfaState;
  readonly requestId: string;
  readonly clientRequestId: string;
  /** The id of the request in its batch; absent for a request of its own. */
  readonly batchItemId?: string;
  readonly appliedBy: Author;
  readonly appId: string;
  /** False when the write happened and the caller was never told so. */
  acknowledged: boolean;
}

/** Every write of a per-user MFA state, in order: the truth that tests compare with. */
export class Ledger {
  readonly entries: LedgerEntry[] = [];

  append(entry: Omit<LedgerEntry, 'number' | 'acknowledged'>): LedgerEntry {
    const complete = { number: this.entries.length + 1, ...entry, acknowledged: true };
    this.entries.push(complete);
    return complete;
  }

  /** Entries with a number above `number`. */
  after(number: number): readonly LedgerEntry[] {
    return this.entries.slice(Math.max(0, number));
  }

  /**
   * Marks what a request wrote as not acknowledged, because its answer got lost.
   * @param since the number of the last entry before the request
   * @param batchItems only these items of the batch; all when missing
   */
  withholdAnswer(requestId: string, since: number, batchItems?: ReadonlySet<string>): void {
    for (const entry of this.after(since)) {
      if (entry.requestId !== requestId || entry.appliedBy !== 'client') continue;
      if (batchItems === undefined || batchItems.has(entry.batchItemId ?? '')) entry.acknowledged = false;
    }
  }
}
