import { z } from 'zod';
import { mfaStateSchema } from '../domain/mfaState.ts';
import type { SweepStore } from '../registration/sweepStore.ts';
import { type IndexedUser, listedStates, listOf, type UserIndex, userKeySchema } from '../users/userIndex.ts';
import { dateTimeOrNull, uri, uuid } from './formats.ts';
import { type ListQuery, nextPage, readPageToken } from './pageToken.ts';

const PAGE_SIZE = 100;

export const registeredWords = ['true', 'false', 'unknown'] as const;

/** A user, as of the last registration sweep. */
export const listedUserSchema = z.object({
  id: uuid("The user's object id."),
  userPrincipalName: z.string().describe("The user's name for signing in."),
  userType: z.string().nullable().describe('Member or Guest; null when Microsoft Graph does not say.'),
  accountEnabled: z
    .boolean()
    .nullable()
    .describe('Whether the user may sign in; null when Microsoft Graph does not say.'),
  state: mfaStateSchema.nullable().describe('Null when it could not be found out.'),
  registered: z.boolean().nullable().describe('Null when it is not known: only enabled users are looked up.'),
  enabledDateTime: dateTimeOrNull('Since when the user has been enabled; null when that is not known.'),
  registeredDateTime: dateTimeOrNull('When the enabled user was first found registered; null when they were not.'),
});
export type ListedUserView = z.infer<typeof listedUserSchema>;

export const userCountSchema = z.object({
  state: mfaStateSchema.nullable().describe('The state; null for users whose state could not be found out.'),
  registered: z.boolean().nullable().describe('Whether they are registered; null when it is not known.'),
  users: z.number().int().describe('How many users these are.'),
});
export type UserCount = z.infer<typeof userCountSchema>;

const sweepStartedDateTime = dateTimeOrNull('When the last completed registration sweep began; null before the first.');
export const userListSchema = z.object({
  sweepStartedDateTime,
  value: z.array(listedUserSchema).describe('The users of this page.'),
  totalCount: z
    .number()
    .int()
    .describe('How many there are on all pages; missing for a part of a name, and while a sweep is at work.')
    .optional(),
  nextLink: uri('Where the next page is; missing on the last one.').optional(),
});
export const userSummarySchema = z.object({
  sweepStartedDateTime,
  users: z.number().int().describe('How many users the tenant has.'),
  value: z.array(userCountSchema).describe('Those of which there are none are left out.'),
});

interface Stores {
  readonly userIndex: UserIndex;
  readonly sweeps: SweepStore;
}

/** The parameters of the list of users. */
export interface UserQuery {
  readonly state?: (typeof listedStates)[number];
  readonly registered?: (typeof registeredWords)[number];
  readonly q?: string;
  readonly page?: string;
}

/**
 * A page of the tenant's users by state, registration and name, and the link to the next page.
 * @throws InvalidRequestError that names the parameter
 */
export async function listUsers(
  query: UserQuery,
  { userIndex, sweeps }: Stores,
  baseUrl: string,
): Promise<z.infer<typeof userListSchema>> {
  const { page, ...filters } = query;
  const { state, registered, q: beginning = '' } = filters;
  const list: ListQuery = { list: 'users', filters };
  const names = namesOfLists(state, registered);
  const [startList, startKey = ''] = readPageToken(list, page, z.tuple([z.enum(names), userKeySchema])) ?? [];

  const { completed = null, step } = (await sweeps.read())?.sweep ?? {};
  // Users move only during a sweep, so a list that the last sweep left empty is skipped.
  const left = step?.kind === 'done' ? completed?.users : undefined;
  const found = await findUsers(names.slice(Math.max(0, names.indexOf(startList ?? ''))), {
    isEmpty: (name) => left !== undefined && !left[name],
    read: (name, limit) => userIndex.page(name, { beginning, after: name === startList ? startKey : '' }, limit),
  });
  const value = found.slice(0, PAGE_SIZE).map(({ user }) => viewOf(user));
  const last = found.length > PAGE_SIZE ? found[PAGE_SIZE - 1] : undefined;
  return {
    sweepStartedDateTime: completed?.asOf ?? null,
    value,
    ...(left === undefined || beginning !== '' ? {} : { totalCount: sumOf(names, left) }),
    ...(last === undefined ? {} : { nextLink: nextPage(`${baseUrl}/users`, list, [last.list, last.key]) }),
  };
}

function sumOf(lists: readonly string[], users: Readonly<Record<string, number>>): number {
  return lists.reduce((sum, list) => sum + (users[list] ?? 0), 0);
}

interface FoundUser {
  readonly list: string;
  readonly key: string;
  readonly user: IndexedUser;
}

/** The users of the lists in order, up to one more than the size of a page. */
async function findUsers(
  lists: readonly string[],
  from: {
    isEmpty(list: string): boolean;
    read(list: string, limit: number): Promise<readonly Omit<FoundUser, 'list'>[]>;
  },
): Promise<FoundUser[]> {
  const found: FoundUser[] = [];
  for (const list of lists) {
    if (from.isEmpty(list)) continue;
    const users = await from.read(list, PAGE_SIZE + 1 - found.length);
    found.push(...users.map((user) => ({ list, ...user })));
    if (found.length > PAGE_SIZE) break;
  }
  return found;
}

/** The number of users by state and registration, as of the last completed sweep. */
export async function summarizeUsers({ sweeps }: Pick<Stores, 'sweeps'>): Promise<z.infer<typeof userSummarySchema>> {
  const completed = await sweeps.completed();
  const value = countsOf(completed?.users ?? {});
  return {
    sweepStartedDateTime: completed?.asOf ?? null,
    users: value.reduce((sum, { users }) => sum + users, 0),
    value,
  };
}

/** Numbers of users by state and registration, in a fixed order. */
export function countsOf(tally: Readonly<Record<string, number>>): z.infer<typeof userCountSchema>[] {
  return listedStates.flatMap((stateWord) =>
    [true, false, null].flatMap((registered) => {
      const state = stateWord === 'unknown' ? null : stateWord;
      const users = tally[listOf({ state, registered })] ?? 0;
      return users === 0 ? [] : [{ state, registered, users }];
    }),
  );
}

function namesOfLists(
  state: (typeof listedStates)[number] | undefined,
  registered: (typeof registeredWords)[number] | undefined,
): string[] {
  return listedStates
    .filter((candidate) => state === undefined || candidate === state)
    .flatMap((stateWord) =>
      registeredWords
        .filter((candidate) => registered === undefined || candidate === registered)
        .map((word) =>
          listOf({
            state: stateWord === 'unknown' ? null : stateWord,
            registered: word === 'unknown' ? null : word === 'true',
          }),
        ),
    );
}

function viewOf(user: IndexedUser): ListedUserView {
  return {
    id: user.id,
    userPrincipalName: user.name,
    userType: user.userType,
    accountEnabled: user.accountEnabled,
    state: user.state,
    registered: user.registered,
    enabledDateTime: user.enabledSince || null,
    registeredDateTime: user.registeredSince || null,
  };
}
