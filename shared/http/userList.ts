import { z } from 'zod';
import { mfaStateSchema } from '../domain/mfaState.ts';
import { InvalidRequestError } from '../errors.ts';
import type { SweepStore } from '../registration/sweepStore.ts';
import { type IndexedUser, listedStates, listOf, type UserIndex, userKeySchema } from '../users/userIndex.ts';
import { type ListQuery, nextPage, readPageToken } from './pageToken.ts';
import { oneOf } from './parameters.ts';

const PAGE_SIZE = 100;
/** The longest user principal name that Entra takes has 113 characters; guests' names are longer. */
const NAME_MAX_LENGTH = 320;

export const registeredWords = ['true', 'false', 'unknown'] as const;

/** A user as the registration sweep saw them last. */
export const listedUserSchema = z.object({
  id: z.string(),
  userPrincipalName: z.string(),
  userType: z.string().nullable(),
  accountEnabled: z.boolean().nullable(),
  state: mfaStateSchema.nullable().describe('Null when it could not be found out.'),
  registered: z.boolean().nullable().describe('Null when it is not known: only enabled users are looked up.'),
  enabledDateTime: z.string().nullable().describe('Since when the user has been enabled, as far as is known.'),
  registeredDateTime: z.string().nullable().describe('When the enabled user was first found registered.'),
});
export type ListedUserView = z.infer<typeof listedUserSchema>;

export const userCountSchema = z.object({
  state: mfaStateSchema.nullable(),
  registered: z.boolean().nullable(),
  users: z.number().int(),
});

const asOf = z.string().nullable().describe('When the last completed registration sweep began; null before the first.');
export const userListSchema = z.object({
  asOf,
  value: z.array(listedUserSchema),
  nextLink: z.string().describe('Where the next page is; missing on the last one.').optional(),
});
export const userSummarySchema = z.object({ asOf, users: z.number().int(), value: z.array(userCountSchema) });

interface Stores {
  readonly userIndex: UserIndex;
  readonly sweeps: SweepStore;
}

/** The parameters of the list of users. */
export type UserQuery = Readonly<Partial<Record<'state' | 'registered' | 'q' | 'page', string>>>;

/**
 * A page of the tenant's users by state, registration and name, and where the next one is.
 * @throws InvalidRequestError that names the parameter
 */
export async function listUsers(
  query: UserQuery,
  { userIndex, sweeps }: Stores,
  baseUrl: string,
): Promise<z.infer<typeof userListSchema>> {
  const { page, ...filters } = query;
  const state = oneOf('state', filters.state, listedStates);
  const registered = oneOf('registered', filters.registered, registeredWords);
  const beginning = filters.q ?? '';
  if (beginning.length > NAME_MAX_LENGTH)
    throw new InvalidRequestError(`q must have at most ${NAME_MAX_LENGTH} characters.`, { target: 'q' });
  const list: ListQuery = { list: 'users', filters };
  const names = namesOfLists(state, registered);
  const [startList, startKey = ''] = readPageToken(list, page, z.tuple([z.enum(names), userKeySchema])) ?? [];

  const { completed = null, step } = (await sweeps.read())?.sweep ?? {};
  // Between sweeps nobody moves, so a list that the last one left empty need not be looked at.
  const left = step?.kind === 'done' ? completed?.users : undefined;
  const found = await findUsers(names.slice(Math.max(0, names.indexOf(startList ?? ''))), {
    isEmpty: (name) => left !== undefined && !left[name],
    read: (name, limit) => userIndex.page(name, { beginning, after: name === startList ? startKey : '' }, limit),
  });
  const value = found.slice(0, PAGE_SIZE).map(({ user }) => viewOf(user));
  const last = found.length > PAGE_SIZE ? found[PAGE_SIZE - 1] : undefined;
  return {
    asOf: completed?.asOf ?? null,
    value,
    ...(last === undefined ? {} : { nextLink: nextPage(`${baseUrl}/users`, list, [last.list, last.key]) }),
  };
}

interface FoundUser {
  readonly list: string;
  readonly key: string;
  readonly user: IndexedUser;
}

/** The users of lists, one after another, until there is one more than a page takes. */
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

/** How many users are in which state, as of the last completed audit. */
export async function summarizeUsers({ sweeps }: Pick<Stores, 'sweeps'>): Promise<z.infer<typeof userSummarySchema>> {
  const completed = await sweeps.completed();
  const value = countsOf(completed?.users ?? {});
  return { asOf: completed?.asOf ?? null, users: value.reduce((sum, { users }) => sum + users, 0), value };
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
