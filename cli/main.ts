import { Command, CommanderError } from 'commander';
import { addAudit } from './commands/audit.ts';
import { addCompletion } from './commands/completion.ts';
import { addCoverage } from './commands/coverage.ts';
import { addHalt } from './commands/halt.ts';
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
import { watchOutput } from './output.ts';
import { tell } from './tell.ts';

const program = new Command('mfa')
  .description('Changes the per-user MFA state of Microsoft Entra users, and shows the result for each user.')
  .option('-V, --version', 'show the versions of the command line and of the service')
  .showHelpAfterError('(For help, run mfa --help, or add --help to a command.)')
  .addHelpText(
    'after',
    `
Examples:
  mfa enable alice@contoso.com --reason "Ticket 4711"
  mfa enforce --csv users.csv --reason "Wave 2" --dry-run
  mfa operation list
  mfa user list --state enabled --registered true
  mfa audit --user alice@contoso.com

Address: --url or MFA_URL; otherwise the service of the last mfa login, or the
local service that npm start runs. A token goes only to an address that you
name, and that of a login only to the address of this login.
Sign-in: mfa login for people. Programs set --audience or MFA_AUDIENCE and sign
in like other Azure tools (environment, managed identity, az login), or set a
token in MFA_ACCESS_TOKEN.
Proxy: HTTPS_PROXY and NO_PROXY.

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
watchOutput();

addStateChanges(program, run);
addOperations(program, run);
addUsers(program, run);
addCoverage(program, run);
addAudit(program, run);
addSweeps(program, run);
addPolicy(program, run);
addHalt(program, run);
addLogin(program, run);
addLogout(program, run);
addStatus(program, run);
addCompletion(program, run);
addVersion(program, run);
allThrow(program);

program.parseAsync(toVersionCommand(process.argv)).catch((error: unknown) => {
  // The parser has printed its own errors already. A request for help is not an error.
  process.exitCode = error instanceof CommanderError && error.exitCode === 0 ? exitCodes.done : exitCodes.error;
  if (!(error instanceof CommanderError)) tell(error);
});

/** Runs a command, and turns an error into a message and an exit code. */
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
