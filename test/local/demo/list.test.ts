import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { drawList, MIN_USERS, toCsv } from '../../../local/demo/list.ts';
import { SYNC_ACCOUNT } from '../../../local/graph/directory/directory.ts';
import { generateDirectory } from '../../../local/graph/directory/generate.ts';
import { ENABLED } from '../../../local/graph/directory/mfaState.ts';

/** The list, and the users behind its references; undefined for unknown ones. */
function draw(users: number, seed: number, size: number) {
  const directory = generateDirectory({ size: users, seed });
  const list = drawList({ users, seed }, size);
  return { directory, ...list, found: list.references.map((reference) => directory.find(reference)) };
}

describe('drawList', () => {
  it('draws the same list from the same directory, and another from another', () => {
    expect(drawList({ users: 2000, seed: 7 }, 500)).toEqual(drawList({ users: 2000, seed: 7 }, 500));
    expect(drawList({ users: 2000, seed: 8 }, 500).references).not.toEqual(
      drawList({ users: 2000, seed: 7 }, 500).references,
    );
  });

  it.each([
    [MIN_USERS, 25],
    [2000, 500],
    [20_000, 10_000],
  ])('draws from a directory of %i users a list of %i references', (users, size) => {
    expect(drawList({ users, seed: 1 }, size).references).toHaveLength(size);
  });

  it.each([1, 2, 3, 4, 5])('has members and guests, every state, registered and not (seed %i)', (seed) => {
    const { directory, found } = draw(2000, seed, 500);
    const people = found.filter((user) => user !== undefined);
    const kindOf = (user: number) =>
      [directory.userType(user), directory.columns.states[user], directory.registered(user)].join(' ');
    const allUsers = Array.from({ length: directory.size }, (_, user) => user);
    expect(new Set(people.map(kindOf))).toEqual(new Set(allUsers.map(kindOf)));
    // Entra would not promote them when they are enabled again.
    expect(people.some((user) => directory.columns.states[user] === ENABLED && directory.registered(user))).toBe(true);
  });

  it.each([1, 2, 3])('has unknown names, unknown object ids, and names beside object ids (seed %i)', (seed) => {
    const { references, found } = draw(MIN_USERS, seed, 25);
    const unknown = references.filter((_, position) => found[position] === undefined);
    expect(unknown.some((reference) => reference.includes('@'))).toBe(true);
    expect(unknown.some((reference) => !reference.includes('@'))).toBe(true);
    const known = draw(2000, seed, 500).references;
    expect(known.filter((reference) => !reference.includes('@')).length).toBeGreaterThan(50);
    expect(known.filter((reference) => reference.includes('@')).length).toBeGreaterThan(300);
  });

  it.each([1, 2, 3])('repeats users in the same spelling, in another case, and by object id (seed %i)', (seed) => {
    const { directory, references, found } = draw(MIN_USERS, seed, 25);
    const pairs = references.flatMap((reference, position) =>
      references.slice(position + 1).flatMap((other, distance) => {
        const user = found[position];
        return user !== undefined && user === found[position + 1 + distance] ? [[reference, other] as const] : [];
      }),
    );
    expect(pairs.some(([one, other]) => one === other)).toBe(true);
    expect(pairs.some(([one, other]) => one !== other && one.toLowerCase() === other.toLowerCase())).toBe(true);
    expect(pairs.some(([one, other]) => one.includes('@') !== other.includes('@'))).toBe(true);
    expect(directory.size).toBe(MIN_USERS);
  });

  it('names the protected accounts in another way than the setting does, and the synchronization account', () => {
    const { directory, references, protectedUsers, found } = draw(2000, 1, 500);
    const [byName, byId] = protectedUsers;
    expect(byName).toContain('@');
    expect(byId).not.toContain('@');
    for (const account of protectedUsers) {
      expect(references).not.toContain(account);
      expect(found).toContain(directory.find(account));
    }
    expect(found.some((user) => user !== undefined && directory.has(user, SYNC_ACCOUNT))).toBe(true);
  });
});

describe('toCsv', () => {
  it('writes a file with one column that any CSV reader understands', () => {
    const { references } = drawList({ users: 2000, seed: 1 }, 500);
    expect(parse(toCsv(references), { columns: true })).toEqual(references.map((user) => ({ user })));
  });
});
