import { type Command, Option } from 'commander';
import { directions } from '../../shared/audit/changeOf.ts';
import { auditEvents } from '../../shared/audit/entry.ts';
import { type AuditEntryView, auditEntryViewSchema } from '../../shared/http/auditEntryView.ts';
import { exportFormats } from '../../shared/http/auditExport.ts';
import { type ExportFormat as Format, formatOf, saveExport } from '../exportFile.ts';
import { ApiFailure } from '../failure.ts';
import { type ListOptions, parsed, printList, queryOf, withList } from '../lists.ts';
import { oneLine } from '../oneLine.ts';
import { openSession, type Session, withSession } from '../session.ts';
import { addAuditDigests } from './auditDigests.ts';
import { addAuditVerify } from './auditVerify.ts';

const USUAL = 50;

interface AuditOptions extends ListOptions {
  readonly user?: string;
  readonly operation?: string;
  readonly event?: string;
  readonly actor?: string;
  readonly direction?: string;
  readonly overrides?: true;
  readonly from?: string;
  readonly to?: string;
  readonly export?: Format;
  readonly bom?: true;
  readonly output?: string;
}

/** Adds `audit`, `audit verify` and `audit digests`. */
export function addAudit(program: Command, run: (work: () => Promise<number>) => Promise<void>): void {
  const audit = withList(withSession(program.command('audit')), USUAL)
    .description(
      'Shows the audit record, newest first: each change with its user, caller, time, reason, and state before and after.',
    )
    .option('--user <user>', 'only entries about this user')
    .option('--operation <id>', 'only entries of this operation')
    .addOption(new Option('--event <event>', 'only entries of this kind').choices([...auditEvents]))
    .option('--actor <id>', 'only entries of requests from this caller')
    .addOption(
      new Option('--direction <direction>', 'only changes that lowered or raised a state').choices([...directions]),
    )
    .option('--overrides', 'only entries of which the caller overrode a safety check')
    .option('--from <time>', 'from this date or time on (default: all with --user or --operation, else 30 days ago)')
    .option('--to <time>', 'up to this date or time')
    .addOption(
      new Option('--export <format>', 'export all entries in this format')
        .choices([...exportFormats])
        .conflicts(['limit']),
    )
    .option(
      '--output <file>',
      'export to this file instead of standard output; its extension sets the format unless --export does',
    )
    .option('--bom', 'begin a CSV file with a byte order mark, for Excel')
    .addHelpText(
      'after',
      '\nAn export to a file that broke off is continued by the same command.\n\nExamples:\n  mfa audit --user alice@contoso.com\n  mfa audit --direction lowered --from 2026-03-01\n  mfa audit --from 2026-01-01 --output audit.csv',
    )
    .action((options: AuditOptions) =>
      run(async () => {
        const session = await openSession(audit.optsWithGlobals());
        const { user, operation, event, actor, direction, from, to } = options;
        const overrides = options.overrides ? 'true' : undefined;
        const times = { fromDateTime: from, toDateTime: to };
        const filters = { user, operation, event, actor, direction, overrides, ...times };
        const format = options.export ?? formatOf(options.output);
        try {
          if (format === undefined) return await showEntries(filters, options, session);
          const marked = options.bom && format === 'csv' ? { ...filters, bom: 'true' } : filters;
          const path = format === 'ndjson' ? 'audit/export/ndjson' : 'audit/export';
          return await saveExport(`${path}${queryOf(marked)}`, format, options.output, session);
        } catch (error) {
          throw withName(error, user);
        }
      }),
    );
  // Options after the name of a subcommand are its own.
  audit.enablePositionalOptions();
  addAuditVerify(audit, run);
  addAuditDigests(audit, run);
}

type Filters = Readonly<Record<string, string | undefined>>;

async function showEntries(filters: Filters, options: ListOptions, session: Session): Promise<number> {
  const { terminal } = session;
  const onSearched = (until: string): void => {
    if (terminal.live) terminal.status(`Searching. Entries since ${until.slice(0, 10)} are compared.`);
  };
  const entries = parsed(session.api.list(`audit${queryOf(filters)}`, onSearched), auditEntryViewSchema);
  const printed = await printList(
    ending(entries, () => terminal.live && terminal.status('')),
    options,
    {
      usual: USUAL,
      columns: [
        { title: 'When' },
        { title: 'Event' },
        { title: 'User' },
        { title: 'Change' },
        { title: 'Caller', wraps: true },
        { title: 'Reason', wraps: true },
      ],
      toRow: (entry) => [
        entry.eventDateTime.slice(0, 19),
        entry.event,
        userOf(entry),
        [entry.from, entry.to].filter(Boolean).join(' to '),
        entry.actor.name ?? entry.actor.id,
        [oneLine(entry.reason), entry.code].filter(Boolean).join('; '),
      ],
    },
    session,
  );
  const { user, operation, fromDateTime } = filters;
  if (printed === 0 && [user, operation, fromDateTime].every((one) => one === undefined))
    terminal.note('The last 30 days were searched. Use --from to search further back.');
  return 0;
}

/** The entries, with something to do after the last one that is read. */
async function* ending<T>(entries: AsyncIterable<T>, end: () => unknown): AsyncGenerator<T> {
  try {
    yield* entries;
  } finally {
    end();
  }
}

/** The service repeats no text of a request, so the name that it does not know is added here. */
function withName(error: unknown, user: string | undefined): unknown {
  if (!(error instanceof ApiFailure) || error.code !== 'UserNotFound' || user === undefined) return error;
  return new ApiFailure(error.status, error.code, error.message, [`user: ${user}`]);
}

/** The user of an entry, or how many users a decision is about. */
function userOf({ userId, reference, users }: AuditEntryView): string {
  if (userId !== null || reference !== '') return reference;
  return users === undefined ? '' : `(${users} ${users === 1 ? 'user' : 'users'})`;
}
