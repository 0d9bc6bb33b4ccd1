import { z } from 'zod';
import { mfaStateSchema } from '../domain/mfaState.ts';
import { listedStates, listOf } from '../users/listName.ts';
import { type FacetCounts, wordIn } from '../users/userFacets.ts';
import { dateTimeOrNull } from './formats.ts';
import { newestSnapshot, type UserSources } from './userSnapshot.ts';

export const userCountSchema = z.object({
  state: mfaStateSchema.nullable().describe('The state; null for users whose state could not be found out.'),
  registered: z.boolean().nullable().describe('Whether they are registered; null when it is not known.'),
  users: z.number().int().describe('How many users these are.'),
});
export type UserCount = z.infer<typeof userCountSchema>;

export const userSummarySchema = z.object({
  sweepStartedDateTime: dateTimeOrNull(
    'When the last completed registration sweep began; null before the first. The numbers are as of then.',
  ),
  users: z.number().int().describe('How many users the tenant has.'),
  value: z.array(userCountSchema).describe('Those of which there are none are left out.'),
});

/** The number of users by state and registration, as of the last completed sweep. */
export async function summarizeUsers(
  sources: Pick<UserSources, 'sweeps' | 'snapshots'>,
): Promise<z.infer<typeof userSummarySchema>> {
  const manifest = await newestSnapshot(sources);
  const value = countsOf(listCounts(manifest?.counts ?? {}));
  return {
    sweepStartedDateTime: manifest?.asOf ?? null,
    users: value.reduce((sum, { users }) => sum + users, 0),
    value,
  };
}

/** Numbers of users by state and registration, in a fixed order. */
export function countsOf(tally: Readonly<Record<string, number>>): UserCount[] {
  return listedStates.flatMap((stateWord) =>
    [true, false, null].flatMap((registered) => {
      const state = stateWord === 'unknown' ? null : stateWord;
      const users = tally[listOf({ state, registered })] ?? 0;
      return users === 0 ? [] : [{ state, registered, users }];
    }),
  );
}

/** The counts of a snapshot by state and registration, with the names of the counts of a sweep. */
function listCounts(counts: FacetCounts): Record<string, number> {
  const lists: Record<string, number> = {};
  for (const [key, users] of Object.entries(counts)) {
    const state = mfaStateSchema.safeParse(wordIn(key, 'state')).data ?? null;
    const word = wordIn(key, 'registered');
    const list = listOf({ state, registered: word === 'true' ? true : word === 'false' ? false : null });
    lists[list] = (lists[list] ?? 0) + users;
  }
  return lists;
}
