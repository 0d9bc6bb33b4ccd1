import type { Overwritten, UserRow } from '../users/userRow.ts';
import type { MfaState } from './state.ts';

/**
 * How long Graph may go on showing a state that we changed. An acknowledged write is to be trusted more than a read that
 * follows it (Microsoft's advice on eventual consistency in Entra).
 */
export const CONSISTENCY_WINDOW_MS = 120_000;

/**
 * The state that a user is in, from what Graph shows and what we know. A read that shows a state that we overwrote a
 * moment ago is an old one; any other read is the truth, also when it is not what we wrote (Entra promotes by itself).
 */
export function believe(read: MfaState, row: UserRow, now: number): MfaState {
  if (row.state === null || read === row.state) return read;
  const stale = recent(row.overwritten, now).some((old) => old.state === read);
  return stale ? row.state : read;
}

/** Remembers a state that is overwritten now. */
export function overwrite(row: UserRow, from: MfaState, at: string): Overwritten[] {
  return [...recent(row.overwritten, Date.parse(at)), { state: from, at }];
}

function recent(overwritten: readonly Overwritten[], now: number): Overwritten[] {
  return overwritten.filter((old) => Date.parse(old.at) > now - CONSISTENCY_WINDOW_MS);
}
