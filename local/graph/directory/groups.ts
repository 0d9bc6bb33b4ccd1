import { FIXED_USERS, PILOT_GROUP_ID } from './fixedUsers.ts';
import { pick, type Random, randomGuid } from './random.ts';

/** A group; members are users, by index, and other groups. */
export interface Group {
  readonly id: string;
  readonly displayName: string;
  readonly users: Uint32Array;
  readonly groups: readonly Group[];
  /** `HiddenMembership`: only apps with the permission Member.Read.Hidden see the members. */
  readonly visibility?: 'HiddenMembership';
  /** Whether a directory role can be assigned to the group. */
  readonly isAssignableToRole?: true;
}

/** The object id of the group with a directory role in every directory, and the positions of its members. */
const HELPDESK_GROUP_ID = 'c0f7a1d2-5b3e-4c86-9a1d-7e2f4b6c8d90';
const HELPDESK = [12, 15];

/**
 * The groups of a tenant: all users, a pilot of the fixed users and every twentieth, two departments that overlap, a
 * company group that holds only the departments and a few users of its own, one above it, an empty one, and one with a
 * directory role. The ids of the pilot and of the last one are fixed, those of the others come from the seed.
 */
export function generateGroups(random: Random, size: number): Group[] {
  const everyNth = (n: number, offset: number): Uint32Array =>
    Uint32Array.from({ length: Math.max(0, Math.ceil((size - offset) / n)) }, (_, position) => offset + position * n);
  const group = (
    displayName: string,
    users: Uint32Array,
    { groups = [], id = randomGuid(random) }: { readonly groups?: readonly Group[]; readonly id?: string } = {},
  ): Group => ({ id, displayName, users, groups });
  const members = Array.from({ length: Math.min(size, 100) }, (_, user) => user);
  const some = members.length === 0 ? [] : Array.from({ length: 7 }, () => pick(random, members));

  const allUsers = group('All users', everyNth(1, 0));
  const fixed = FIXED_USERS.map((_, user) => user).filter((user) => user < size);
  const pilot = group('MFA pilot', Uint32Array.from([...fixed, ...everyNth(20, 3)]), { id: PILOT_GROUP_ID });
  const sales = group('Sales', everyNth(25, 1));
  const engineering = group('Engineering', everyNth(15, 1));
  const company = group('Company', Uint32Array.from(new Set(some)), { groups: [sales, engineering] });
  const holding = group('Holding', new Uint32Array(), { groups: [company, pilot] });
  const helpdesk: Group = {
    ...group('Helpdesk administrators', Uint32Array.from(HELPDESK.filter((user) => user < size)), {
      id: HELPDESK_GROUP_ID,
    }),
    isAssignableToRole: true,
  };
  return [allUsers, pilot, sales, engineering, company, holding, group('Empty', new Uint32Array()), helpdesk];
}

/**
 * All users and groups below a group, each once.
 * @param isHidden whether the members of a group are left out
 */
export function transitiveMembers(
  group: Group,
  isHidden: (group: Group) => boolean = () => false,
): { readonly users: Uint32Array; readonly groups: readonly Group[] } {
  const below = new Set<Group>();
  const users = new Set<number>();
  const visit = (parent: Group): void => {
    if (isHidden(parent)) return;
    for (const user of parent.users) users.add(user);
    for (const child of parent.groups) {
      if (child === group || below.has(child)) continue;
      below.add(child);
      visit(child);
    }
  };
  visit(group);
  return { users: Uint32Array.from(users), groups: [...below] };
}
