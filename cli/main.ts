import { Command, CommanderError } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { addAudit } from './commands/audit.ts';
import { addOperations } from './commands/operation.ts';
import { addPolicy } from './commands/policy.ts';
import { addStateChanges } from './commands/stateChange.ts';
import { addSweeps } from './commands/sweep.ts';
import { addUsers } from './commands/user.ts';
import { ApiFailure, exitCodes, Failure } from './failure.ts';

const program = new Command('mfa')
  .description('Changes the per-user MFA state of Microsoft Entra users, and shows what became of it.')
  .version(packageJson.version)
  .showHelpAfterError('(mfa --help, or --help after a command, shows what it takes)')
  .addHelpText(
    'after',
    `
Examples:
  mfa enable alice@contoso.com --reason "Ticket 4711"
  mfa enforce --csv users.csv --reason "Wave 2" --dry-run
  mfa operation list
  mfa user list --state enabled --registered true
  mfa audit --user alice@contoso.com

The service is found at --url or MFA_URL, or on this machine while npm start runs. Signing in is as with other tools of
Azure: az login, managed identity or environment, for the audience in --audience or MFA_AUDIENCE; or with the token in
MFA_ACCESS_TOKEN.

Exit codes: 0 all done, 1 error, 2 some users were refused, failed or canceled, 130 interrupted.`,
  );

process.once('SIGINT', () => {
  process.stderr.write('\nStopped looking. An operation that was accepted goes on: mfa operation list shows it.\n');
  process.exit(exitCodes.interrupted);
});

addStateChanges(program, run);
addOperations(program, run);
addUsers(program, run);
addAudit(program, run);
addSweeps(program, run);
addPolicy(program, run);
allThrow(program);

program.parseAsync().catch((error: unknown) => {
  // Of its own errors the parser has told already; asking for help is none.
  process.exitCode = error instanceof CommanderError && error.exitCode === 0 ? exitCodes.done : exitCodes.error;
  if (!(error instanceof CommanderError)) console.error(error);
});

/** Runs a command and turns what it throws into words and an exit code. */
async function run(work: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await work();
  } catch (error) {
    process.exitCode = exitCodes.error;
    if (error instanceof Failure) tell(error);
    else console.error(error);
  }
}

function tell(failure: Failure): void {
  const faults = failure instanceof ApiFailure ? failure.faults : [];
  if (process.argv.includes('--json')) {
    const { code, message } = failure;
    process.stderr.write(`${JSON.stringify({ error: { code, message, ...(faults.length > 0 ? { faults } : {}) } })}\n`);
  } else
    process.stderr.write(
      `${[`${failure.message} (${failure.code})`, ...faults.map((fault) => `  ${fault}`)].join('\n')}\n`,
    );
}

function allThrow(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) allThrow(child);
}
