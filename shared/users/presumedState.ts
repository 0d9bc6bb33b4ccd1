import type { MfaState } from '../domain/mfaState.ts';
import type { Overwritten, UserRow } from './userRow.ts';

/**
 * The state that a user presumably has, judged by the state that Graph shows and by our own changes. Reads of Entra are
 * eventually consistent, so a read that shows a state we just overwrote may be stale. Any other read is right, even when it
 * does not show what we wrote: Entra moves users from enabled to enforced by itself.
 * @param consistencyMs how long reads of Graph may show the state from before a change
 */
export function presumedState(read: MfaState, row: UserRow, now: number, consistencyMs: number): MfaState {
  if (row.state === null || read === row.state) return read;
  return readMayBeStale(read, row, now, consistencyMs) ? row.state : read;
}

/**
 * Whether a read may show a state from before our last changes: one that we overwrote, or enforced, to which Entra may have
 * moved a user that we then changed from enabled.
 */
export function readMayBeStale(read: MfaState, row: UserRow, now: number, consistencyMs: number): boolean {
  return row.overwritten.some(
    ({ state, at }) =>
      (state === read || (state === 'enabled' && read === 'enforced')) && Date.parse(at) > now - consistencyMs,
  );
}

/** The maximum number of overwritten states: they matter only while reads may be stale. */
const REMEMBERED_STATES = 10;

/** Adds the state that is overwritten now to the overwritten states. */
export function rememberOverwritten(row: UserRow, from: MfaState, at: string): Overwritten[] {
  return [...row.overwritten, { state: from, at }].slice(-REMEMBERED_STATES);
}
