import type { MfaState } from '../domain/mfaState.ts';
import type { Overwritten, UserRow } from './userRow.ts';

/**
 * The state that a user is in, from what Graph shows and what we know. An acknowledged write is to be trusted more than
 * a read that follows it (Microsoft's advice on eventual consistency in Entra), so a read that shows a state that we
 * overwrote a moment ago is an old one. Any other read is the truth, also when it is not what we wrote: Entra promotes
 * by itself.
 * @param consistencyMs how long Graph may go on showing a state that was changed
 */
export function believe(read: MfaState, row: UserRow, now: number, consistencyMs: number): MfaState {
  if (row.state === null || read === row.state) return read;
  return mayBeOld(read, row, now, consistencyMs) ? row.state : read;
}

/** Whether a read may show the user as they were before our last changes. */
export function mayBeOld(read: MfaState, row: UserRow, now: number, consistencyMs: number): boolean {
  return recent(row.overwritten, now, consistencyMs).some((old) => old.state === read);
}

/** Remembers a state that is overwritten now. At most this many, for each lives only as long as reads may lag. */
const REMEMBERED = 10;

export function overwrite(row: UserRow, from: MfaState, at: string): Overwritten[] {
  return [...row.overwritten, { state: from, at }].slice(-REMEMBERED);
}

function recent(overwritten: readonly Overwritten[], now: number, consistencyMs: number): Overwritten[] {
  return overwritten.filter((old) => Date.parse(old.at) > now - consistencyMs);
}
