import { DELETED, type Directory, GUEST } from '../graph/directory/directory.ts';
import { generateDirectory } from '../graph/directory/generate.ts';
import { DISABLED, ENFORCED } from '../graph/directory/mfaState.ts';
import { entraExport } from './entraExport.ts';

/** The example list of users, from the root of the project. */
export const EXAMPLE_USERS_FILE = 'docs/examples/users.csv';
/** The directory of `npm start` without options: it has the users of the list. */
export const EXAMPLE_DIRECTORY = { size: 2_000, seed: 1 } as const;

const SIZE = 200;
/** Enforced users on the list: enabling them would lower their state, so it is refused. */
const ENFORCED_USERS = 3;

/** The example list, with 200 users of the default directory, as the Entra admin center would export them. */
export function exampleUsers(): string {
  const directory = generateDirectory(EXAMPLE_DIRECTORY);
  return entraExport(directory, choose(directory));
}

/**
 * Alice, Bob and other members who are disabled; and four who are refused when the list is enabled: the account of the
 * directory synchronization, and three who are enforced already.
 */
function choose(directory: Directory): number[] {
  const members = Array.from({ length: directory.size }, (_, user) => user).filter(
    (user) => user !== directory.syncAccount && !directory.has(user, GUEST | DELETED),
  );
  const inState = (state: number) => members.filter((user) => directory.columns.states[user] === state);
  const refused = [...inState(ENFORCED).slice(0, ENFORCED_USERS), directory.syncAccount as number];
  return [...inState(DISABLED).slice(0, SIZE - refused.length), ...refused].sort((one, other) => one - other);
}
