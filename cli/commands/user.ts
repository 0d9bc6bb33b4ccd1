import { type Command, Option } from 'commander';
import { listedUserSchema, registeredWords, userSummarySchema } from '../../shared/http/userList.ts';
import { userStateSchema } from '../../shared/http/userState.ts';
import { listedStates } from '../../shared/users/userIndex.ts';
import { printList, queryOf, take, wholeNumber } from '../lists.ts';
import { openSession, type Session, withSession } from '../session.ts';
import { table } from '../terminal.ts';

/** Adds `user show`, `list` and `summary`. */
export function addUsers(program: Command, run: (work: () => Promise<number>) => Promise<void>): void {
  const user = program.command('user').description('Look at users.');

  const show = withSession(user.command('show <user>'))
    .description(
      "Shows a user's state, as Microsoft Graph has it now. <user> is an object id or a user principal name.",
    )
    .addHelpText('after', '\nExamples:\n  mfa user show alice@contoso.com\n  mfa user show alice@contoso.com --json')
    .action((name: string) =>
      run(async () => {
        const session = await openSession(show.optsWithGlobals());
        const { body } = await session.api.get(`users/${encodeURIComponent(name)}/mfa-state`);
        const found = userStateSchema.parse(body);
        const row = [name, found.state, yesOrNo(found.registered), found.asOf];
        session.terminal.print(
          session.json
            ? JSON.stringify(found)
            : table(['User', 'State', 'Registered', 'As of'], [row], session.terminal, [0]),
        );
        return 0;
      }),
    );

  const list = withSession(user.command('list'))
    .description('Lists users by state and registration, as the last registration sweep saw them.')
    .addOption(new Option('--state <state>', 'only users in this state').choices([...listedStates]))
    .addOption(
      new Option('--registered <word>', 'only users who have a method, or have none').choices([...registeredWords]),
    )
    .option('--starts-with <text>', 'only users whose name begins like this')
    .option('--limit <number>', 'at most so many', wholeNumber, 100)
    .addHelpText(
      'after',
      '\nExamples:\n  mfa user list --state enabled --registered true\n  mfa user list --starts-with al --limit 1000 --json',
    )
    .action((options: { state?: string; registered?: string; startsWith?: string; limit: number }) =>
      run(async () => {
        const session = await openSession(list.optsWithGlobals());
        const { state, registered, startsWith, limit } = options;
        const query = queryOf({ state, registered, q: startsWith });
        const found = (await take(session.api.list(`users${query}`), limit)).map((one) => listedUserSchema.parse(one));
        const head = ['User', 'Object id', 'State', 'Registered', 'Enabled since'];
        printList(session, found, head, [0], (one) => [
          one.userPrincipalName,
          one.id,
          one.state ?? 'not known',
          yesOrNo(one.registered),
          one.enabledDateTime?.slice(0, 10) ?? '',
        ]);
        if (found.length === 0) await sayWhetherAudited(session);
        return 0;
      }),
    );

  const summary = withSession(user.command('summary'))
    .description('Counts users by state and registration, as the last registration sweep saw them.')
    .addHelpText('after', '\nExamples:\n  mfa user summary\n  mfa user summary --json')
    .action(() =>
      run(async () => {
        const session = await openSession(summary.optsWithGlobals());
        const found = userSummarySchema.parse((await session.api.get('users/summary')).body);
        if (session.json) session.terminal.print(JSON.stringify(found));
        else {
          const rows = found.value.map((one) => [one.state ?? 'not known', yesOrNo(one.registered), one.users]);
          session.terminal.print(
            table(['State', 'Registered', 'Users'], [...rows, ['All', '', found.users]], session.terminal),
          );
          session.terminal.note(found.asOf === null ? NOT_AUDITED : `As of ${found.asOf}.`);
        }
        return 0;
      }),
    );
}

const NOT_AUDITED = 'No registration sweep has been completed yet; mfa sweep list shows how far it is.';

async function sayWhetherAudited({ api, terminal }: Session): Promise<void> {
  const { asOf } = userSummarySchema.parse((await api.get('users/summary')).body);
  if (asOf === null) terminal.note(NOT_AUDITED);
}

function yesOrNo(known: boolean | null): string {
  if (known === null) return 'not known';
  return known ? 'yes' : 'no';
}
