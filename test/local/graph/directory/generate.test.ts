import { describe, expect, test } from 'vitest';
import { isRegistered, methodNames } from '../../../../local/graph/directory/authenticationMethods.ts';
import { type Directory, GUEST, NO_MAIL } from '../../../../local/graph/directory/directory.ts';
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
    expect(other.id(1)).not.toBe(directory.id(1));
    expect(other.groups[0]?.id).not.toBe(directory.groups[0]?.id);
  });
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
