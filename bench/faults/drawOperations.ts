import type { Directory } from '../../local/graph/directory/directory.ts';
import { transitiveMembers } from '../../local/graph/directory/groups.ts';
import { pick, type Random, randomGuid } from '../../local/graph/directory/random.ts';
import { between, chance, sample, streamOf } from './draw.ts';
import { isSlow, type OddUser } from './oddUsers.ts';
import type { CampaignSize } from './options.ts';
import type { PlannedGroup, PlannedOperation } from './plannedOperation.ts';
import { drawReferences, nameOf, usersToChange } from './references.ts';

/** A request has pages of so many references. */
const PAGE_SIZE = 999;

/** Users that need a place in an operation. */
interface SpecialUsers {
  readonly oddUsers: readonly OddUser[];
  /** Users who will be deleted, by index. */
  readonly deleted: readonly number[];
}

/** The operations that every campaign has, by number. The others are drawn. */
export interface Shapes {
  /** Raises all users, odd ones among them, as members of a group. */
  readonly group: number;
  /** Enables users who will be deleted, and odd users once more, because the first message may use up its deliveries. */
  readonly deleted: number;
  /** Enforces all users with more than a page of references. */
  readonly pages: number;
  /** Lowers all users from enforced to enabled: a request to disable so many would be refused at once. */
  readonly lowering: number;
}

export function shapesOf(operations: number): Shapes {
  const at = (part: number): number => Math.floor(operations * part);
  return { group: 0, deleted: at(0.25), pages: at(0.5), lowering: at(0.75) };
}

export function drawOperations(
  directory: Directory,
  { seed, operations }: CampaignSize,
  special: SpecialUsers,
): PlannedOperation[] {
  const random = streamOf(seed, 'operations');
  const shapes = shapesOf(operations);
  const slow = new Set(special.oddUsers.filter(isSlow).map(({ id }) => id));
  const allUsers = usersToChange(directory);
  // These users keep an operation open for a minute, one operation after the other.
  const sound = allUsers.filter((user) => !slow.has(directory.id(user)));
  return Array.from({ length: operations }, (_, number): PlannedOperation => {
    const drawn = drawOperation(random, directory, number < operations / 5 ? allUsers : sound, seed, number);
    const certain = { ...drawn, group: undefined, acknowledge: WILLING, dryRun: false };
    const raising = { ...certain, acknowledge: RAISING };
    switch (number) {
      case shapes.group:
        return { ...raising, state: 'enabled', references: [], group: groupCalled('All users', directory) };
      case shapes.deleted:
        return { ...raising, state: 'enabled', references: deletedReferences(random, directory, sound, special) };
      case shapes.pages:
        return { ...certain, state: 'enforced', references: pagesOf(random, directory, sound) };
      case shapes.lowering:
        return { ...certain, state: 'enabled', references: manyOf(random, directory, sound) };
      default:
        return drawn;
    }
  });
}

/** Lowers no user: otherwise the whole operation may be refused or wait for approval, and Graph is asked for no odd user. */
const RAISING = ['legacyAuthInterruption'] as const;
const WILLING = [...RAISING, 'weaken'] as const;

function drawOperation(
  random: Random,
  directory: Directory,
  users: readonly number[],
  seed: number,
  number: number,
): PlannedOperation {
  const willing = chance(random, 0.85);
  const state = pick(random, [
    'enabled',
    'enabled',
    'enabled',
    'enforced',
    'enforced',
    'disabled',
    'disabled',
  ] as const);
  const group = chance(random, 0.1) ? groupCalled(pick(random, GROUPS), directory) : undefined;
  return {
    id: randomGuid(random),
    state,
    references: group === undefined ? drawReferences(random, directory, users) : [],
    group,
    acknowledge: willing ? WILLING : [],
    dryRun: chance(random, 0.06),
    reason: `Campaign ${seed}, request ${number + 1}`,
  };
}

/** Without odd users, by their names: those are in groups by chance only. */
const GROUPS = ['MFA pilot', 'Sales', 'Company', 'Holding'] as const;

function groupCalled(name: string, directory: Directory): PlannedGroup | undefined {
  const group = directory.groups.find(({ displayName }) => displayName === name);
  if (group === undefined) return undefined;
  return { id: group.id, members: [...transitiveMembers(group).users].map((user) => directory.id(user)) };
}

/** Such a user is named by object id, which is not looked up when the request is planned. */
function deletedReferences(
  random: Random,
  directory: Directory,
  users: readonly number[],
  { deleted, oddUsers }: SpecialUsers,
): string[] {
  const others = users.filter((user) => !deleted.includes(user));
  const more = sample(random, others, Math.ceil(others.length / 4)).map((user) => nameOf(random, directory, user));
  const references = [...deleted.map((user) => directory.id(user)), ...oddUsers.map(({ id }) => id), ...more];
  return sample(random, references, references.length);
}

/** More than a page of references. A small directory has too few users for that, so they are repeated. */
function pagesOf(random: Random, directory: Directory, users: readonly number[]): string[] {
  const length = PAGE_SIZE + between(random, 2, 60);
  return Array.from({ length }, (_, index) =>
    index < users.length
      ? nameOf(random, directory, users[index] as number)
      : nameOf(random, directory, pick(random, users)),
  );
}

function manyOf(random: Random, directory: Directory, users: readonly number[]): string[] {
  return sample(random, users, PAGE_SIZE).map((user) => nameOf(random, directory, user));
}
