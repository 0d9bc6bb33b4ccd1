import { DELETED, type Directory, SYNC_ACCOUNT } from '../../local/graph/directory/directory.ts';
import { pick, type Random, randomGuid } from '../../local/graph/directory/random.ts';
import { between, chance, sample } from './draw.ts';

/** Every user who may be changed, by index. */
export function usersToChange(directory: Directory): number[] {
  return Array.from({ length: directory.size }, (_, user) => user).filter(
    (user) => !directory.has(user, SYNC_ACCOUNT | DELETED),
  );
}

/**
 * Draws the users of a request: from a single user to most of the directory, so that requests overlap; by name and by
 * object id; sometimes with a repeated user, an unknown name, or an account that must not be changed.
 * @param allUsers the users to draw from, by index
 */
export function drawReferences(random: Random, directory: Directory, allUsers: readonly number[]): string[] {
  const users = sample(random, allUsers, drawSize(random, allUsers.length));
  const references = users.map((user) => nameOf(random, directory, user));
  const extras: string[] = [];
  if (chance(random, 0.25)) extras.push(`unknown.${between(random, 1, 99)}@contoso.com`);
  if (chance(random, 0.2)) extras.push(randomGuid(random));
  if (chance(random, 0.2)) extras.push(pick(random, references).toUpperCase());
  if (chance(random, 0.2)) extras.push(nameOf(random, directory, pick(random, users)));
  if (chance(random, 0.15))
    extras.push(
      directory.principalName(directory.syncAccount as number),
      directory.id(usersToChange(directory)[0] as number),
    );
  for (const extra of extras) references.splice(between(random, 0, references.length), 0, extra);
  return references;
}

/** Half of the requests are small, a third is of medium size, the others are about a large part of the directory. */
function drawSize(random: Random, allUsers: number): number {
  const kind = random();
  const part = (least: number, most: number): number =>
    Math.max(1, Math.round(allUsers * (least + random() * (most - least))));
  if (kind < 0.5) return between(random, 1, Math.min(20, allUsers));
  return kind < 0.85 ? part(0.02, 0.15) : part(0.3, 0.8);
}

/** The user principal name, or sometimes the object id. */
export function nameOf(random: Random, directory: Directory, user: number): string {
  return chance(random, 0.3) ? directory.id(user) : directory.principalName(user);
}
