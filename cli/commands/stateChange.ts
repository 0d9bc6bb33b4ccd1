import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import type { Acknowledgement, MfaState } from '../../shared/domain/mfaState.ts';
import { type OperationView, operationViewSchema } from '../../shared/http/operationView.ts';
import { ACKNOWLEDGE_HELP, readAcknowledged } from '../acknowledge.ts';
import { type ChangeRequest, countUsers, sendChange } from '../changeRequest.ts';
import { confirmChange } from '../confirmChange.ts';
import { ApiFailure, EXIT_CODES, Failure } from '../failure.ts';
import { follow } from '../follow.ts';
import { whenInterrupted } from '../interruption.ts';
import { grouped } from '../lists.ts';
import { reportOperation } from '../operationReport.ts';
import { openSession, type Session, withSession } from '../session.ts';
import { readSelection } from '../userList.ts';
import { toJson } from '../visible.ts';

interface ChangeOptions {
  readonly csv?: string;
  readonly column?: string;
  readonly group?: string;
  readonly reason: string;
  readonly notify?: boolean;
  readonly dryRun?: boolean;
  readonly acknowledge: readonly Acknowledgement[];
  readonly until?: string;
  readonly wait: boolean;
  readonly operationId?: string;
  readonly yes?: boolean;
}

interface Verb {
  readonly verb: string;
  /** Undefined when a file has the state of each user. */
  readonly state: MfaState | undefined;
  readonly about: string;
}

const VERBS: readonly Verb[] = [
  { verb: 'enable', state: 'enabled', about: 'ask users to register at their next sign-in' },
  { verb: 'enforce', state: 'enforced', about: 'require MFA at every sign-in of the users, also in older apps' },
  { verb: 'disable', state: 'disabled', about: 'turn off per-user MFA for users' },
  { verb: 'set', state: undefined, about: 'set each user of a file to the state in the file' },
];

/** Adds `enable`, `enforce`, `disable` and `set`. */
export function addStateChanges(program: Command, run: (work: () => Promise<number>) => Promise<void>): void {
  for (const { verb, state, about } of VERBS) {
    const command = program
      .command(state === undefined ? `${verb} [file]` : `${verb} [users...]`)
      .summary(about)
      .description(
        state === undefined
          ? 'Sets each user of a file to the state in its column "MFA status" or "state": disabled, enabled or enforced.'
          : `Sets the per-user MFA state to ${state}: ${about}. Users are object ids or user principal names, or a CSV file.`,
      )
      .requiredOption('--reason <text>', 'reason for the change; the audit record keeps it')
      .option('--csv <file>', 'read the users from a CSV file, or from standard input with -')
      .option('--column <name>', 'column of the file with the users (default: user, userPrincipalName, id and others)');
    if (state !== undefined)
      command.option('--group <id>', 'change the members of a group, including members of nested groups');
    command
      .option('--notify', 'send a mail to each user that is enabled')
      .option('--dry-run', 'show which users would change, without changing them')
      .option('--acknowledge <checks>', ACKNOWLEDGE_HELP, readAcknowledged, [])
      .option('--until <time>', 'when lowered states end and those from before come back, such as 2030-01-31T18:00:00Z')
      .option(
        '--operation-id <uuid>',
        'id of the operation; the same command with the same id continues an interrupted operation',
      )
      .option('--no-wait', 'print the id of the operation and do not wait for the result')
      .option(
        '--yes',
        'skip the confirmation, which is needed to disable more than 10 users or to override a safety check for them',
      )
      .addHelpText('after', examples(verb));
    withSession(command).action((users: string[] | string | undefined, options: ChangeOptions) =>
      run(async () => changeState(state, [users ?? []].flat(), options, command)),
    );
  }
}

async function changeState(
  state: MfaState | undefined,
  users: readonly string[],
  options: ChangeOptions,
  command: Command,
): Promise<number> {
  const selection = await readSelection(users, options, state);
  const session = await openSession(command.optsWithGlobals());
  const { acknowledge, reason, notify = false, dryRun = false, until } = options;
  const end = until === undefined ? {} : { untilDateTime: until };
  const request: ChangeRequest = { state, reason, notify, dryRun, acknowledge, ...end, ...selection };
  if (!options.yes) await confirmChange(request, session);
  const operationId = options.operationId ?? randomUUID();
  const named = countUsers(request);
  const many = named === undefined ? 'the members of a group' : `${grouped(named)} ${named === 1 ? 'user' : 'users'}`;
  session.terminal.note(`Sending ${many} as operation ${operationId}.`);
  const accepted = await send(request, operationId, session);
  if (!options.wait) {
    if (!session.json) for (const note of accepted.notes ?? []) session.terminal.note(note);
    session.terminal.print(session.json ? toJson(accepted) : accepted.id);
    return 0;
  }
  session.terminal.note('Accepted. The operation continues even if this command ends.');
  return reportOperation(await follow(accepted, session), session);
}

async function send(request: ChangeRequest, operationId: string, session: Session): Promise<OperationView> {
  whenInterrupted(
    () =>
      new Failure(
        'Interrupted',
        `Interrupted while sending the request. If the service has operation ${operationId}, it was accepted and continues. To continue, or to send the request again, run the same command with --operation-id ${operationId}`,
        { commands: [session.commandFor(`operation show ${operationId}`)] },
      ),
  );
  try {
    return operationViewSchema.parse(await sendChange(request, operationId, session));
  } catch (error) {
    if (error instanceof Failure && (!(error instanceof ApiFailure) || error.status >= 500))
      throw new Failure(
        error.code,
        `${error.message} To continue, run the same command with --operation-id ${operationId}`,
        { cause: error },
      );
    throw error;
  }
}

function examples(verb: string): string {
  if (verb === 'set')
    return `
Examples:
  mfa set --csv states.csv --reason "Wave 2" --dry-run
  mfa set states.csv --reason "Wave 2" --yes

${EXIT_CODES}`;
  const yes = verb === 'disable' ? ' --yes' : '';
  return `
Examples:
  mfa ${verb} alice@contoso.com --reason "Ticket 4711"
  mfa ${verb} --csv users.csv --reason "Wave 2" --dry-run
  mfa ${verb} --csv hr.csv --column mail --reason "Wave 2"${yes}
  mfa ${verb} --group 071cc716-8147-4397-a5ba-b2105951cc0b --reason "Wave 3"${yes || ' --no-wait'}
  cat users.txt | mfa ${verb} - --reason "Wave 4"${yes} --json

${EXIT_CODES}`;
}
