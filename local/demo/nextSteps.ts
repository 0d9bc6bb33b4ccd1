import type { ItemReport } from './api.ts';

const API = 'http://127.0.0.1:7071/api';
/** An id that the caller chooses, so that the commands know it beforehand. */
const OPERATION_ID = '5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63';

/**
 * What to try next with `npm start`: commands that work as they stand, in the shells of Linux, macOS and Windows.
 * @param directory what the demo's simulator was started with, so that the same users are there again
 */
export function nextSteps(
  items: readonly ItemReport[],
  directory: { readonly users: number; readonly seed: number },
): string {
  // A guest's name has a # in it, which does not travel well in an address.
  const named = items.filter(({ reference, userId }) => userId !== null && /^[\w.]+@[\w.]+$/.test(reference));
  const user = (named.find(({ outcome }) => outcome === 'applied') ?? named[0])?.reference;
  const body = `{\\"state\\":\\"enabled\\",\\"users\\":[\\"${user}\\"],\\"reason\\":\\"Trying it out\\"}`;
  const start =
    directory.users === 2000 && directory.seed === 1 ? '' : ` -- --users ${directory.users} --seed ${directory.seed}`;
  const commands =
    user === undefined
      ? []
      : [
          `curl ${API}/users/${user}/mfa-state`,
          `curl -i -X POST ${API}/state-changes -H "Content-Type: application/json" -H "Operation-Id: ${OPERATION_ID}" -d "${body}"`,
          `curl ${API}/operations/${OPERATION_ID}`,
          `curl ${API}/operations/${OPERATION_ID}/items`,
        ];
  return [
    'What to try next: start the service in another terminal with',
    '',
    `  npm start${start}`,
    '',
    'and call it:',
    '',
    ...commands.map((command) => `  ${command}`),
    `  curl -i -X POST "${API}/state-changes?state=enforced&reason=Wave-2&dryRun=true" -H "Content-Type: text/csv" --data-binary @users.csv`,
    `  curl ${API}/operations`,
    '',
    'users.csv is a file with a column "user". The demo takes one too: npm run demo -- --csv users.csv',
  ].join('\n');
}
