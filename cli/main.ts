import { Command, CommanderError } from 'commander';
import { addAudit } from './commands/audit.ts';
import { addCompletion } from './commands/completion.ts';
import { addLogin } from './commands/login.ts';
import { addLogout } from './commands/logout.ts';
import { addOperations } from './commands/operation.ts';
import { addPolicy } from './commands/policy.ts';
import { addStateChanges } from './commands/stateChange.ts';
import { addStatus } from './commands/status.ts';
import { addSweeps } from './commands/sweep.ts';
import { addUsers } from './commands/user.ts';
import { addVersion, toVersionCommand } from './commands/version.ts';
import { EXIT_CODES, exitCodes, Failure } from './failure.ts';
import { interruption } from './interruption.ts';
import { guardOutput } from './output.ts';
import { tell } from './tell.ts';

const program = new Command('mfa')
  .description('Changes the per-user MFA state of Microsoft Entra users, and shows the result for each user.')
  .option('-V, --version', 'versions of the command line and of the service')
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

The service is found at --url or MFA_URL, where you signed in with mfa login, or
on this machine while npm start runs. Programs sign in as other tools of Azure
do (environment, managed identity, az login), for the API in --audience or
MFA_AUDIENCE; or with the token in MFA_ACCESS_TOKEN. HTTPS_PROXY and NO_PROXY
are obeyed.

${EXIT_CODES}`,
  );

process.on('SIGINT', () => {
  tell(interruption());
  process.exit(exitCodes.interrupted);
});
process.on('uncaughtException', (error) => {
  tell(error);
  process.exit(exitCodes.error);
});
guardOutput();

addStateChanges(program, run);
addOperations(program, run);
addUsers(program, run);
addAudit(program, run);
addSweeps(program, run);
addPolicy(program, run);
addLogin(program, run);
addLogout(program, run);
addStatus(program, run);
addCompletion(program, run);
addVersion(program, run);
allThrow(program);

program.parseAsync(toVersionCommand(process.argv)).catch((error: unknown) => {
  // Of its own errors the parser has told already; asking for help is none.
  process.exitCode = error instanceof CommanderError && error.exitCode === 0 ? exitCodes.done : exitCodes.error;
  if (!(error instanceof CommanderError)) tell(error);
});

/** Runs a command and turns what it throws into words and an exit code. */
async function run(work: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await work();
  } catch (error) {
    process.exitCode =
      error instanceof Failure && error.code === 'Interrupted' ? exitCodes.interrupted : exitCodes.error;
    tell(error);
  }
}

function allThrow(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) allThrow(child);
}
