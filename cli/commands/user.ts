import { type Command, Option } from 'commander';
import { listedUserSchema } from '../../shared/http/listedUserView.ts';
import { userListSchema } from '../../shared/http/userList.ts';
import { userStateSchema } from '../../shared/http/userState.ts';
import { userSummarySchema } from '../../shared/http/userSummary.ts';
import { type ExportFormat, formatOf, saveExport } from '../exportFile.ts';
import { type ListOptions, parsed, printList, withList } from '../lists.ts';
import { openSession, type Session, withSession } from '../session.ts';
import { table } from '../table.ts';
import { type UserFilters, userQuery, withUserFilters } from '../userFilters.ts';
import { toJson } from '../visible.ts';

const USUAL = 100;

interface ExportOptions extends UserFilters {
  readonly export?: ExportFormat;
  readonly output?: string;
  readonly bom?: true;
}

/** Adds `user show`, `list`, `export` and `summary`. */
export function addUsers(program: Command, run: (work: () => Promise<number>) => Promise<void>): void {
  const user = program.command('user').description('Show, list, export and count users.');

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

  const list = withUserFilters(withList(withSession(user.command('list')), USUAL))
    .description(
      'Lists users by name, as of the last registration sweep and with newer changes by this service. Filters can be combined, and most take several words with commas between them.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  mfa user list --state disabled,unknown --account-enabled true --all\n  mfa user list --administrator true --registered false\n  mfa user list --search ada --json',
    )
    .action((options: ListOptions & UserFilters) =>
      run(async () => {
        const session = await openSession(list.optsWithGlobals());
        const path = `users${userQuery(options)}`;
        const printed = await printList(
          parsed(session.api.list(path), listedUserSchema),
          options,
          {
            usual: USUAL,
            columns: [
              { title: 'User' },
              { title: 'Object id' },
              { title: 'State' },
              { title: 'Registered' },
              { title: 'Method' },
              { title: 'Enabled since' },
            ],
            toRow: (one) => [
              one.userPrincipalName,
              one.id,
              one.state ?? 'not known',
              yesOrNo(one.registered),
              one.methodClass ?? 'not known',
              one.enabledDateTime?.slice(0, 10) ?? '',
            ],
            total: async () => userListSchema.parse((await session.api.get(path)).body).totalCount,
          },
          session,
        );
        if (printed === 0) await noteMissingSweep(session);
        return 0;
      }),
    );

  const saved = withUserFilters(withSession(user.command('export')))
    .description(
      'Exports all users that match as CSV or NDJSON. mfa enable and other commands read such a file with --csv.',
    )
    .addOption(new Option('--export <format>', 'the format (default: csv)').choices(['csv', 'ndjson']))
    .option('--output <file>', 'export to this file; its extension sets the format unless --export does')
    .option('--bom', 'begin the CSV file with a byte order mark, for Excel')
    .addHelpText(
      'after',
      '\nExamples:\n  mfa user export --output users.csv --bom\n  mfa user export --state disabled --account-enabled true --output unprotected.csv\n  mfa user export --export ndjson',
    )
    .action((options: ExportOptions) =>
      run(async () => {
        const session = await openSession(saved.optsWithGlobals());
        const format = options.export ?? formatOf(options.output) ?? 'csv';
        const query = userQuery(options, format === 'csv' && options.bom ? { bom: 'true' } : {});
        const path = format === 'ndjson' ? 'users/export/ndjson' : 'users/export';
        return saveExport(`${path}${query}`, format, options.output, session);
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

function yesOrNo(known: boolean | null): string {
  if (known === null) return 'not known';
  return known ? 'yes' : 'no';
}
