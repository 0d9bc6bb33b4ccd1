import type { MfaState } from '../domain/mfaState.ts';
import type { Overwritten, UserRow } from './userRow.ts';

/**
 * The state that a user is in, judged by what Graph shows and by what we changed. Reads of Entra are eventually
 * consistent, so one that shows a state we overwrote a moment ago may be stale. Any other read is right, also when it does
 * not show what we wrote: Entra moves users from enabled to enforced by itself.
 * @param consistencyMs how long Graph may go on showing a state that was changed
 */
export function presumedState(read: MfaState, row: UserRow, now: number, consistencyMs: number): MfaState {
  if (row.state === null || read === row.state) return read;
  return readMayBeStale(read, row, now, consistencyMs) ? row.state : read;
}

/** Whether a read may show the user as they were before our last changes. */
export function readMayBeStale(read: MfaState, row: UserRow, now: number, consistencyMs: number): boolean {
  return row.overwritten.some(({ state, at }) => state === read && Date.parse(at) > now - consistencyMs);
}

/** More are never needed: a state matters only as long as reads may lag. */
const REMEMBERED_STATES = 10;

/** The states that were overwritten, with the one that is overwritten now. */
export function rememberOverwritten(row: UserRow, from: MfaState, at: string): Overwritten[] {
  return [...row.overwritten, { state: from, at }].slice(-REMEMBERED_STATES);
}
