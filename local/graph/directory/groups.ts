import { pick, type Random, randomGuid } from './random.ts';

/** A group; members are users, by index, and other groups. */
export interface Group {
  readonly id: string;
  readonly displayName: string;
  readonly users: Uint32Array;
  readonly groups: readonly Group[];
}

/**
 * The groups of a tenant: all users, a pilot of every twentieth, two departments that overlap, a company group that
 * holds only the departments and a few users of its own, one above it, and an empty one.
 */
export function generateGroups(random: Random, size: number): Group[] {
  const everyNth = (n: number, offset: number): Uint32Array =>
    Uint32Array.from({ length: Math.max(0, Math.ceil((size - offset) / n)) }, (_, position) => offset + position * n);
  const group = (displayName: string, users: Uint32Array, groups: readonly Group[] = []): Group => ({
    id: randomGuid(random),
    displayName,
    users,
    groups,
  });
  const members = Array.from({ length: Math.min(size, 100) }, (_, user) => user);
  const some = members.length === 0 ? [] : Array.from({ length: 7 }, () => pick(random, members));

  const allUsers = group('All users', everyNth(1, 0));
  const pilot = group('MFA pilot', everyNth(20, 3));
  const sales = group('Sales', everyNth(25, 1));
  const engineering = group('Engineering', everyNth(15, 1));
  const company = group('Company', Uint32Array.from(new Set(some)), [sales, engineering]);
  const holding = group('Holding', new Uint32Array(), [company, pilot]);
  return [allUsers, pilot, sales, engineering, company, holding, group('Empty', new Uint32Array())];
}

/** All users and groups below a group, each once. */
export function transitiveMembers(group: Group): { readonly users: Uint32Array; readonly groups: readonly Group[] } {
  const below = new Set<Group>();
  const users = new Set<number>(group.users);
  const visit = (parent: Group): void => {
    for (const child of parent.groups) {
      if (child === group || below.has(child)) continue;
      below.add(child);
      for (const user of child.users) users.add(user);
      visit(child);
    }
  };
  visit(group);
  return { users: Uint32Array.from(users), groups: [...below] };
}
