import { z } from 'zod';

const MINUTE_MS = 60_000;

/** The limits of one caller. */
export interface CallerLimits {
  /** The most operations without a final result. */
  readonly openOperations: number;
  /** The users of express operations: so many at once, and so many more each minute. */
  readonly expressUsersPerMinute: number;
}

/** The stored state of one caller. Times are milliseconds since 1970. */
export const callerStateSchema = z.object({
  /** Operations that may be unfinished, the oldest first. */
  open: z.array(z.object({ id: z.string(), at: z.number(), express: z.boolean() })),
  /** The express users that were left at `usersAt`. */
  users: z.number(),
  usersAt: z.number(),
  /** When a look at all open operations last found nearly all of them unfinished; 0 for never. */
  fullAt: z.number(),
});
export type CallerState = z.infer<typeof callerStateSchema>;

/** An operation that asks to be admitted. */
export interface Candidate {
  readonly id: string;
  /** The number of its users if it is small enough to be express; undefined when it is not. */
  readonly expressUsers: number | undefined;
}

export interface Admitted {
  readonly express: boolean;
}

export function newCaller(now: number, limits: CallerLimits): CallerState {
  return { open: [], users: limits.expressUsersPerMinute, usersAt: now, fullAt: 0 };
}

/**
 * Admits operations of one caller in their order. An operation that was admitted before is admitted again in the same way,
 * and counts once. A small operation for which no express users are left is admitted, but is not express.
 * @returns the new state, and an answer for each: undefined when the caller has too many open operations
 */
export function admitAll(
  before: CallerState,
  candidates: readonly Candidate[],
  now: number,
  limits: CallerLimits,
): { readonly state: CallerState; readonly answers: readonly (Admitted | undefined)[] } {
  let state = before;
  const answers = candidates.map((candidate) => {
    const known = state.open.find(({ id }) => id === candidate.id);
    if (known !== undefined) return { express: known.express };
    if (state.open.length >= limits.openOperations) return undefined;
    const left = expressUsersLeft(state, now, limits);
    const { id, expressUsers } = candidate;
    const express = expressUsers !== undefined && expressUsers <= left;
    state = {
      ...state,
      open: [...state.open, { id, at: now, express }],
      users: express ? left - expressUsers : left,
      usersAt: now,
    };
    return { express };
  });
  return { state, answers };
}

function expressUsersLeft({ users, usersAt }: CallerState, now: number, limits: CallerLimits): number {
  const perMinute = limits.expressUsersPerMinute;
  // The clocks of two instances may differ: time never goes back.
  const refilled = (Math.max(0, now - usersAt) / MINUTE_MS) * perMinute;
  return Math.min(perMinute, users + refilled);
}
