import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import type { Acknowledgement, MfaState } from '../../shared/domain/mfaState.ts';
import { operationViewSchema } from '../../shared/http/operationView.ts';
import { confirm, UNASKED_MOST } from '../confirm.ts';
import { ApiFailure, Failure } from '../failure.ts';
import { follow } from '../follow.ts';
import { ACKNOWLEDGE_HELP, readGuards } from '../guards.ts';
import { reportOperation } from '../operationReport.ts';
import { openSession, type Session, withSession } from '../session.ts';
import { readWhom, type Whom } from '../userList.ts';

interface ChangeOptions {
  readonly csv?: string;
  readonly group?: string;
  readonly reason: string;
  readonly notify?: boolean;
  readonly dryRun?: boolean;
  readonly acknowledge: readonly Acknowledgement[];
  readonly wait: boolean;
  readonly operationId?: string;
  readonly yes?: boolean;
}

const VERBS: readonly { readonly verb: string; readonly state: MfaState; readonly about: string }[] = [
  { verb: 'enable', state: 'enabled', about: 'ask users to register at their next sign-in' },
  { verb: 'enforce', state: 'enforced', about: 'require multifactor authentication of users, also in older apps' },
  { verb: 'disable', state: 'disabled', about: 'take per-user MFA away from users' },
];

/** Adds `enable`, `enforce` and `disable`. */
export function addStateChanges(program: Command, run: (work: () => Promise<number>) => Promise<void>): void {
  for (const { verb, state, about } of VERBS) {
    const command = program
      .command(`${verb} [users...]`)
      .summary(about)
      .description(`Sets the per-user MFA state to ${state}: ${about}. Users are object ids or user principal names.`)
      .requiredOption('--reason <text>', 'why; kept in the audit record')
      .option('--csv <file>', 'take the users from the column "user" of a CSV file')
      .option('--group <id>', 'change the members of a group, also of groups within it')
      .option('--notify', 'tell users who are enabled by mail')
      .option('--dry-run', 'find out who would be changed, and change nobody')
      .option('--acknowledge <guards>', ACKNOWLEDGE_HELP, readGuards, [])
      .option(
        '--operation-id <uuid>',
        'the id of the operation; the same command with the same id goes on where it broke off',
      )
      .option('--no-wait', 'print the id of the operation and end, without waiting for it')
      .option('--yes', 'do not ask before more than 10 users lose their protection')
      .addHelpText('after', examples(verb));
    withSession(command).action((users: string[], options: ChangeOptions) =>
      run(async () => changeState(state, users, options, command)),
    );
  }
}

async function changeState(
  state: MfaState,
  users: string[],
  options: ChangeOptions,
  command: Command,
): Promise<number> {
  const whom = await readWhom(users, options);
  const session = await openSession(command.optsWithGlobals());
  await askFirst(state, whom, options, session);
  const operationId = options.operationId ?? randomUUID();
  const { acknowledge, reason, notify = false, dryRun = false } = options;
  const body = { state, reason, notify, dryRun, acknowledge, ...whom };
  const many = 'group' in whom ? 'the members of a group' : `${whom.users.length} users`;
  session.terminal.note(`Sending ${many} as operation ${operationId}.`);
  const accepted = await send(body, operationId, session);
  if (!options.wait) {
    session.terminal.print(session.json ? JSON.stringify(accepted) : accepted.id);
    return 0;
  }
  session.terminal.note('It was accepted, and goes on also when this command ends.');
  return reportOperation(await follow(accepted, session), session);
}

async function send(body: object, operationId: string, { api }: Session) {
  try {
    return operationViewSchema.parse((await api.post('state-changes', body, operationId)).body);
  } catch (error) {
    if (error instanceof Failure && (!(error instanceof ApiFailure) || error.status >= 500))
      throw new Failure(
        error.code,
        `${error.message} To go on, run the same command with --operation-id ${operationId}`,
        {
          cause: error,
        },
      );
    throw error;
  }
}

async function askFirst(state: MfaState, whom: Whom, options: ChangeOptions, { terminal }: Session): Promise<void> {
  if (state !== 'disabled' || options.yes || options.dryRun) return;
  if ('group' in whom) await confirm('All members of the group lose per-user MFA.', terminal);
  else if (whom.users.length > UNASKED_MOST) await confirm(`${whom.users.length} users lose per-user MFA.`, terminal);
}

function examples(verb: string): string {
  return `
Examples:
  mfa ${verb} alice@contoso.com --reason "Ticket 4711"
  mfa ${verb} --csv users.csv --reason "Wave 2" --dry-run
  mfa ${verb} --group 071cc716-8147-4397-a5ba-b2105951cc0b --reason "Wave 3"${verb === 'disable' ? ' --yes' : ' --no-wait'}
  cat users.txt | mfa ${verb} - --reason "Wave 4"${verb === 'disable' ? ' --yes' : ''} --json

Exit codes: 0 all done, 1 error, 2 some users were refused, failed or canceled.`;
}
