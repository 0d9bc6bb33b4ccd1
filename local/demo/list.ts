import { DELETED, type Directory, SYNC_ACCOUNT } from '../graph/directory/directory.ts';
import { generateDirectory } from '../graph/directory/generate.ts';
import { type Random, randomGuid, seededRandom } from '../graph/directory/random.ts';

/** A list for a state change, and the accounts that the service must keep its hands off. */
export interface DrawnList {
  /** Object ids and user principal names, in the order of the file. */
  readonly references: readonly string[];
  /** The setting PROTECTED_USERS: two break-glass accounts, one by user principal name and one by object id. */
  readonly protectedUsers: readonly [string, string];
}

/** The smallest directory that has room for one of everything. */
export const MIN_USERS = 50;

/** The part of the list that is named by object id. */
const SHARE_BY_ID = 0.2;
const SHARE_UNKNOWN_NAMES = 0.01;
const SHARE_UNKNOWN_IDS = 0.005;
const SHARE_REPEATED = 0.01;

/**
 * Draws a list as administrators export them: members and guests in every state, registered and not, by name and by
 * object id, with names of people who left, repetitions in the same and in another spelling, and protected accounts.
 * @param directory what the simulator has: the same numbers give the same list
 * @param size the number of references; at most half the directory
 */
export function drawList(directory: { readonly users: number; readonly seed: number }, size: number): DrawnList {
  const people = generateDirectory({ size: directory.users, seed: directory.seed });
  const random = seededRandom(directory.seed ^ 0x3c6ef372);
  const allUsers = shuffle(
    Array.from({ length: people.size }, (_, user) => user).filter((user) => !people.has(user, SYNC_ACCOUNT | DELETED)),
    random,
  );
  const [byName, byId] = allUsers.filter((user) => people.userType(user) === 'Member') as [number, number];
  const others = allUsers.filter((user) => user !== byName && user !== byId);
  const protectedUsers = [people.principalName(byName), people.id(byId)] as const;
  // Named the other way round than in the setting: protection is about the account, not about its spelling.
  const syncAccount = people.principalName(people.syncAccount as number);
  const protectedNames = [people.id(byName), people.principalName(byId), syncAccount];

  const unknown = [
    ...repeat(share(size, SHARE_UNKNOWN_NAMES), (number) => `former.colleague${number + 1}@contoso.com`),
    ...repeat(share(size, SHARE_UNKNOWN_IDS), () => randomGuid(random)),
  ];
  const repeated = share(size, SHARE_REPEATED);
  const otherSpellings = 2;
  const chosen = oneOfEachKind(people, others).slice(
    0,
    size - protectedNames.length - unknown.length - repeated - otherSpellings,
  );
  const references = chosen.map((user) => (random() < SHARE_BY_ID ? people.id(user) : people.principalName(user)));
  const [first, second] = chosen.filter((user) => people.userType(user) === 'Member') as [number, number];
  references[chosen.indexOf(first)] = people.principalName(first);
  references[chosen.indexOf(second)] = people.principalName(second);
  const again = [
    ...references.slice(-repeated),
    people.principalName(first).toUpperCase(), // another case
    people.id(second), // the object id of a user that is on the list by name
  ];
  return { references: shuffle([...references, ...protectedNames, ...unknown, ...again], random), protectedUsers };
}

/** A list as a CSV file with the one column that the service reads. None of the references needs quotes. */
export function toCsv(references: readonly string[]): string {
  return `user\r\n${references.map((reference) => `${reference}\r\n`).join('')}`;
}

/** The same users, with the first of each kind in front: even a short list has some of all that there are. */
function oneOfEachKind(people: Directory, users: readonly number[]): number[] {
  const first = new Map<string, number>();
  for (const user of users) {
    const kind = [people.userType(user), people.columns.states[user], people.registered(user)].join();
    if (!first.has(kind)) first.set(kind, user);
  }
  const front = new Set(first.values());
  return [...front, ...users.filter((user) => !front.has(user))];
}

function share(size: number, part: number): number {
  return Math.max(1, Math.round(size * part));
}

function repeat(times: number, make: (number: number) => string): string[] {
  return Array.from({ length: times }, (_, number) => make(number));
}

/** Fisher and Yates. */
function shuffle<T>(list: readonly T[], random: Random): T[] {
  const shuffled = [...list];
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [shuffled[last], shuffled[other]] = [shuffled[other] as T, shuffled[last] as T];
  }
  return shuffled;
}
