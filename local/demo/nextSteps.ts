import type { ItemReport } from '../apiClient.ts';
import { EXAMPLE_USERS_FILE } from '../examples/exampleUsers.ts';

/** An id that the caller chooses, so that the commands know it beforehand. */
const OPERATION_ID = '5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63';

/**
 * The next commands to try with `npm start`. They work unchanged in the shells of Linux, macOS and Windows.
 * @param directory what the demo's simulator was started with, so that the same users are there again
 */
export function nextSteps(
  items: readonly ItemReport[],
  directory: { readonly users: number; readonly seed: number },
): string {
  const start =
    directory.users === 2000 && directory.seed === 1 ? '' : ` -- --users ${directory.users} --seed ${directory.seed}`;
  return [
    'What to try next: start the service in another terminal with',
    '',
    `  npm start${start}`,
    '',
    'and continue with the command line, which finds the service by itself:',
    '',
    ...nextCommands(items).map((command) => `  ${command}`),
    '',
    'Every command explains itself with --help. The demo takes a list of your own too:',
    `npm run demo -- --csv ${EXAMPLE_USERS_FILE}`,
  ].join('\n');
}

/** The commands alone, in their order. */
export function nextCommands(items: readonly ItemReport[]): string[] {
  // A guest's name has a # in it, which some shells take for the beginning of a comment.
  const named = items.filter(({ reference, userId }) => userId !== null && /^[\w.]+@[\w.]+$/.test(reference));
  const applied = named.filter(({ outcome }) => outcome === 'applied');
  const [one, other] = new Set([...applied, ...named].map(({ reference }) => reference));
  const commands =
    one === undefined
      ? []
      : [
          `npx . user show ${one}`,
          `npx . enable ${[one, other].filter(Boolean).join(' ')} --reason "Trying it out" --operation-id ${OPERATION_ID}`,
          `npx . operation items ${OPERATION_ID}`,
          `npx . enforce ${one} --reason "Wave 2" --dry-run`,
        ];
  return [...commands, 'npx . operation list', 'npx . policy'];
}
