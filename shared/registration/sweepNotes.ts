import type { GivenUpUser } from './askEach.ts';

/** Users named in a note. */
const EXAMPLES = 3;

/** Names some users in a note: all of a few, else the first ones and how many there are. */
export function namesOf(ids: readonly string[]): string {
  const named = ids.slice(0, EXAMPLES).join(', ');
  return ids.length <= EXAMPLES ? named : `${named} and ${ids.length - EXAMPLES} more`;
}

/**
 * The notes about users whose facts Graph did not show.
 * @param what the facts, such as `methods`
 * @param result what the sweep did instead
 */
export function givenUpNotes(givenUp: readonly GivenUpUser[], what: string, result: string): string[] {
  const unreadable = givenUp.filter(({ reason }) => reason === 'unreadableAnswer').map(({ id }) => id);
  const failing = givenUp.filter(({ reason }) => reason !== 'unreadableAnswer').map(({ id }) => id);
  return [
    ...(unreadable.length === 0
      ? []
      : [
          `The service could not read the ${what} in the answers of Microsoft Graph for these users: ${namesOf(unreadable)}. ${result}`,
        ]),
    ...(failing.length === 0
      ? []
      : [`Microsoft Graph failed again and again for the ${what} of these users: ${namesOf(failing)}. ${result}`]),
  ];
}
