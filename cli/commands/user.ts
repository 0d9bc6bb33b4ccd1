import { type Command, Option } from 'commander';
import { listedUserSchema, registeredWords, userSummarySchema } from '../../shared/http/userList.ts';
import { userStateSchema } from '../../shared/http/userState.ts';
import { listedStates } from '../../shared/users/userIndex.ts';
import { type ListOptions, parsed, printList, queryOf, withList } from '../lists.ts';
import { openSession, type Session, withSession } from '../session.ts';
import { table } from '../table.ts';
import { toJson } from '../visible.ts';

const USUAL = 100;

interface UserFilters {
  readonly state?: (typeof listedStates)[number];
  readonly registered?: (typeof registeredWords)[number];
  readonly startsWith?: string;
}

/** Adds `user show`, `list` and `summary`. */
export function addUsers(program: Command, run: (work: () => Promise<number>) => Promise<void>): void {
  const user = program.command('user').description('Show, list and count users.');

  const show = withSession(user.command('show <user>'))
    .description("Shows a user's current state in Microsoft Graph. <user> is an object id or a user principal name.")
    .addHelpText('after', '\nExamples:\n  mfa user show alice@contoso.com\n  mfa user show alice@contoso.com --json')
    .action((name: string) =>
      run(async () => {
        const session = await openSession(show.optsWithGlobals());
        const { body } = await session.api.get(`users/${encodeURIComponent(name)}/mfa-state`);
        const found = userStateSchema.parse(body);
        const row = [name, found.state, yesOrNo(found.registered), found.checkedDateTime];
        session.terminal.print(
          session.json
            ? toJson(found)
            : table(
                [{ title: 'User' }, { title: 'State' }, { title: 'Registered' }, { title: 'As of' }],
                [row],
                session.terminal,
              ),
        );
        return 0;
      }),
    );

  const list = withList(withSession(user.command('list')), USUAL)
    .description('Lists users by state and registration, as of the last registration sweep.')
    .addOption(new Option('--state <state>', 'only users in this state').choices([...listedStates]))
    .addOption(
      new Option('--registered <word>', 'only users with (true) or without (false) a method for MFA').choices([
        ...registeredWords,
      ]),
    )
    .option('--starts-with <text>', 'only users whose user principal name starts with this text')
    .addHelpText(
      'after',
      '\nExamples:\n  mfa user list --state enabled --registered true\n  mfa user list --state disabled --all\n  mfa user list --starts-with al --json',
    )
    .action((options: ListOptions & UserFilters) =>
      run(async () => {
        const session = await openSession(list.optsWithGlobals());
        const { state, registered, startsWith } = options;
        const users = session.api.list(`users${queryOf({ state, registered, q: startsWith })}`);
        const printed = await printList(
          parsed(users, listedUserSchema),
          options,
          {
            usual: USUAL,
            columns: [
              { title: 'User' },
              { title: 'Object id' },
              { title: 'State' },
              { title: 'Registered' },
              { title: 'Enabled since' },
            ],
            toRow: (one) => [
              one.userPrincipalName,
              one.id,
              one.state ?? 'not known',
              yesOrNo(one.registered),
              one.enabledDateTime?.slice(0, 10) ?? '',
            ],
            total: () => countUsers(options, session),
          },
          session,
        );
        if (printed === 0) await noteMissingSweep(session);
        return 0;
      }),
    );

  const summary = withSession(user.command('summary'))
    .description('Counts users by state and registration, as of the last registration sweep.')
    .addHelpText('after', '\nExamples:\n  mfa user summary\n  mfa user summary --json')
    .action(() =>
      run(async () => {
        const session = await openSession(summary.optsWithGlobals());
        const found = userSummarySchema.parse((await session.api.get('users/summary')).body);
        if (session.json) session.terminal.print(toJson(found));
        else {
          const rows = found.value.map((one) => [one.state ?? 'not known', yesOrNo(one.registered), one.users]);
          session.terminal.print(
            table(
              [{ title: 'State' }, { title: 'Registered' }, { title: 'Users' }],
              [...rows, ['All', '', found.users]],
              session.terminal,
            ),
          );
          session.terminal.note(
            found.sweepStartedDateTime === null ? NOT_SWEPT : `As of ${found.sweepStartedDateTime}.`,
          );
        }
        return 0;
      }),
    );
}

const NOT_SWEPT = 'No registration sweep is complete yet. To see the progress, run mfa sweep list.';

async function noteMissingSweep({ api, terminal }: Session): Promise<void> {
  const { sweepStartedDateTime } = userSummarySchema.parse((await api.get('users/summary')).body);
  if (sweepStartedDateTime === null) terminal.note(NOT_SWEPT);
}

/** Counts the users that match, as of the last completed sweep. The service does not count users by name. */
async function countUsers(
  { state, registered, startsWith }: UserFilters,
  { api }: Session,
): Promise<number | undefined> {
  if (startsWith !== undefined) return undefined;
  const { value } = userSummarySchema.parse((await api.get('users/summary')).body);
  return value
    .filter((one) => state === undefined || (one.state ?? 'unknown') === state)
    .filter((one) => registered === undefined || String(one.registered ?? 'unknown') === registered)
    .reduce((sum, { users }) => sum + users, 0);
}

function yesOrNo(known: boolean | null): string {
  if (known === null) return 'not known';
  return known ? 'yes' : 'no';
}
