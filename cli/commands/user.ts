import type { Command } from 'commander';
import { userStateSchema } from '../../shared/users/userState.ts';
import { openSession, withSession } from '../session.ts';
import { table } from '../terminal.ts';

/** Adds `user show`. */
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
        const registered = found.registered === null ? 'not known' : found.registered ? 'yes' : 'no';
        session.terminal.print(
          session.json
            ? JSON.stringify(found)
            : table(
                ['User', 'State', 'Registered', 'As of'],
                [[name, found.state, registered, found.asOf]],
                session.terminal,
              ),
        );
        return 0;
      }),
    );
}
