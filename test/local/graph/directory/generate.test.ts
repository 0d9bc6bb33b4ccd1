import { describe, expect, test } from 'vitest';
import { isRegistered, methodNames } from '../../../../local/graph/directory/authenticationMethods.ts';
import { type Directory, GUEST, NO_MAIL, SYNC_ACCOUNT } from '../../../../local/graph/directory/directory.ts';
import { PILOT_GROUP_ID } from '../../../../local/graph/directory/fixedUsers.ts';
import { generateDirectory } from '../../../../local/graph/directory/generate.ts';
import { ENABLED, stateName } from '../../../../local/graph/directory/mfaState.ts';

function describeAll(directory: Directory, users = directory.size): unknown[] {
  return Array.from({ length: users }, (_, user) => [
    directory.id(user),
    directory.principalName(user),
    directory.displayName(user),
    directory.mail(user),
    directory.otherMails(user),
    directory.language(user),
    directory.columns.flags[user],
    directory.columns.states[user],
    directory.columns.methods[user],
  ]);
}

const directory = generateDirectory({ size: 20_000, seed: 1 });
const all = Array.from({ length: directory.size }, (_, user) => user);

function share(matches: (user: number) => boolean): number {
  return all.filter(matches).length / all.length;
}

describe('the same seed', () => {
  test('gives the same users and groups', () => {
    const again = generateDirectory({ size: 20_000, seed: 1 });
    expect(describeAll(again)).toEqual(describeAll(directory));
    expect(again.groups).toEqual(directory.groups);
  });

  test('gives a larger directory that begins with the users of the smaller one, and groups of the same ids', () => {
    const smaller = generateDirectory({ size: 500, seed: 1 });
    expect(describeAll(smaller)).toEqual(describeAll(directory, 500));
    expect(smaller.groups[0]?.id).toBe(directory.groups[0]?.id);
  });

  test('another seed gives others', () => {
    const other = generateDirectory({ size: 500, seed: 2 });
    expect(other.id(3)).not.toBe(directory.id(3));
    expect(other.groups[0]?.id).not.toBe(directory.groups[0]?.id);
  });
});

describe('whatever the seed and the size', () => {
  const directories = [0, 1, 2, 4_294_967_295].flatMap((seed) =>
    [3, 50, 2_000].map((size) => generateDirectory({ size, seed })),
  );

  test('alice and bob are there under the same ids, members, and disabled; only bob is registered', () => {
    const [first] = directories;
    for (const directory of directories) {
      for (const [name, registered] of [
        ['alice@contoso.com', false],
        ['bob@contoso.com', true],
      ] as const) {
        const user = directory.find(name) as number;
        expect(directory.id(user)).toBe(first?.id(first.find(name) as number));
        expect(stateName(directory.columns.states[user] as number)).toBe('disabled');
        expect(directory.registered(user)).toBe(registered);
        expect([directory.userType(user), directory.mail(user)]).toEqual(['Member', name]);
        expect([directory.accountEnabled(user), directory.promotable(user)]).toEqual([true, true]);
      }
      expect(directory.displayName(directory.find('alice@contoso.com') as number)).toBe('Alice Archer');
      expect(directory.displayName(directory.find('bob@contoso.com') as number)).toBe('Bob Baker');
    }
  });

  test('the pilot has the same id, and its members include the two of them, each once', () => {
    for (const directory of directories) {
      const pilot = directory.findGroup(PILOT_GROUP_ID);
      expect(pilot?.displayName).toBe('MFA pilot');
      expect([...(pilot?.users.slice(0, 2) ?? [])]).toEqual([
        directory.find('alice@contoso.com'),
        directory.find('bob@contoso.com'),
      ]);
      expect(new Set(pilot?.users).size).toBe(pilot?.users.length);
    }
    expect(directories.at(-1)?.findGroup(PILOT_GROUP_ID)?.users.length).toBeGreaterThan(50);
  });

  test('there is one account of the directory synchronization', () => {
    for (const directory of directories) {
      const { syncAccount } = directory;
      expect(directory.principalName(syncAccount as number)).toMatch(/^Sync_/);
      expect(directory.columns.flags.filter((flags) => flags & SYNC_ACCOUNT)).toHaveLength(1);
    }
  });
});

test('a directory of one user has alice', () => {
  const directory = generateDirectory({ size: 1, seed: 1 });
  expect(directory.principalName(0)).toBe('alice@contoso.com');
  expect(directory.syncAccount).toBeUndefined();
  expect([...(directory.findGroup(PILOT_GROUP_ID)?.users ?? [])]).toEqual([0]);
});

test('ids are GUIDs and, like names, unique', () => {
  expect(new Set(directory.columns.ids).size).toBe(directory.size);
  expect(new Set(directory.columns.principalNames).size).toBe(directory.size);
  const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  expect(directory.columns.ids.every((id) => guid.test(id))).toBe(true);
});

test('states, guests and registrations are mixed as in a tenant that is halfway there', () => {
  const state = (name: string) => share((user) => stateName(directory.columns.states[user] as number) === name);
  expect(state('disabled')).toBeCloseTo(0.6, 1);
  expect(state('enabled')).toBeCloseTo(0.25, 1);
  expect(state('enforced')).toBeCloseTo(0.15, 1);
  expect(share((user) => directory.has(user, GUEST))).toBeCloseTo(0.08, 1);
  expect(share((user) => !directory.promotable(user))).toBeCloseTo(0.04, 1);
  expect(share((user) => directory.has(user, NO_MAIL))).toBeGreaterThan(0.02);
  expect(share((user) => !directory.accountEnabled(user))).toBeGreaterThan(0.01);
});

test('all users have a password; some have only an e-mail or a pass, and are not registered', () => {
  expect(all.every((user) => methodNames(directory.methods(user))[0] === 'password')).toBe(true);
  const weak = all.filter((user) =>
    /^password,(email|temporaryAccessPass)$/.test(methodNames(directory.methods(user)).join()),
  );
  expect(weak.length).toBeGreaterThan(0);
  expect(weak.some((user) => isRegistered(directory.methods(user)))).toBe(false);
});

test('a few users are enabled and registered, and Entra does not promote them', () => {
  const stuck = all.filter((user) => directory.columns.states[user] === ENABLED && directory.registered(user));
  expect(stuck.length).toBeGreaterThan(20);
  expect(stuck.some((user) => directory.promotable(user))).toBe(false);
});

test("a guest's name and address are those of another organization", () => {
  const guest = all.find((user) => directory.has(user, GUEST) && !directory.has(user, NO_MAIL)) as number;
  const [name] = directory.principalName(guest).split('_');
  expect(directory.principalName(guest)).toBe(`${name}_fabrikam.com#EXT#@contoso.onmicrosoft.com`);
  expect(directory.mail(guest)).toBe(`${name}@fabrikam.com`);
});

test('an empty directory is possible', () => {
  expect(generateDirectory({ size: 0, seed: 1 }).size).toBe(0);
});
