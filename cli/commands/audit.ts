import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { type Command, Option } from 'commander';
import { auditEvents } from '../../shared/audit/entry.ts';
import { auditEntryViewSchema } from '../../shared/http/auditEntryView.ts';
import { exportFormats } from '../../shared/http/auditExport.ts';
import { Failure } from '../failure.ts';
import { printList, queryOf, take, wholeNumber } from '../lists.ts';
import { openSession, type Session, withSession } from '../session.ts';

interface AuditOptions {
  readonly user?: string;
  readonly operation?: string;
  readonly event?: string;
  readonly actor?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit: number;
  readonly export?: string;
  readonly output?: string;
}

/** Adds `audit`. */
export function addAudit(program: Command, run: (work: () => Promise<number>) => Promise<void>): void {
  const audit = withSession(program.command('audit'))
    .description('Shows the audit record, newest first: who changed whom, when, why, from which state to which.')
    .option('--user <user>', 'only entries about this user')
    .option('--operation <id>', 'only entries of this operation')
    .addOption(new Option('--event <event>', 'only entries of this kind').choices([...auditEvents]))
    .option('--actor <id>', 'only entries of what this caller asked for')
    .option('--from <time>', 'from this date or time on; 30 days back when missing')
    .option('--to <time>', 'until this date or time')
    .option('--limit <number>', 'at most so many; not for --export', wholeNumber, 50)
    .addOption(new Option('--export <format>', 'all entries, as a file').choices([...exportFormats]))
    .option('--output <file>', 'write the export into a file instead of standard output')
    .addHelpText(
      'after',
      '\nExamples:\n  mfa audit --user alice@contoso.com\n  mfa audit --event stateChangeRefused --from 2026-03-01\n  mfa audit --export csv --from 2026-01-01 --output audit.csv',
    )
    .action((options: AuditOptions) =>
      run(async () => {
        const session = await openSession(audit.optsWithGlobals());
        const { user, operation, event, actor, from, to } = options;
        const filters = { user, operation, event, actor, fromDateTime: from, toDateTime: to };
        if (options.export === undefined) return showEntries(filters, options.limit, session);
        return exportEntries({ ...filters, format: options.export }, options.output, session);
      }),
    );
}

type Filters = Readonly<Record<string, string | undefined>>;

async function showEntries(filters: Filters, limit: number, session: Session): Promise<number> {
  const found = await take(session.api.list(`audit${queryOf(filters)}`), limit);
  const entries = found.map((entry) => auditEntryViewSchema.parse(entry));
  printList(session, entries, ['When', 'Event', 'User', 'Change', 'Who', 'Why'], [2, 4, 5], (entry) => [
    entry.eventDateTime.slice(0, 19),
    entry.event,
    entry.reference,
    entry.from === undefined ? entry.to : `${entry.from} to ${entry.to}`,
    entry.actor.name ?? entry.actor.id,
    [entry.reason, entry.code].filter(Boolean).join('; '),
  ]);
  return 0;
}

/** Writes the parts of an export one after another, as they come. */
async function exportEntries(filters: Filters, file: string | undefined, { api }: Session): Promise<number> {
  const target = file === undefined ? process.stdout : await openFile(file);
  for (let next: string | undefined = `audit/export${queryOf(filters)}`; next !== undefined; ) {
    const response: Response = await api.stream(next);
    for await (const bytes of response.body ?? []) if (!target.write(bytes)) await once(target, 'drain');
    next = /<([^>]+)>; *rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
  }
  if (target !== process.stdout) {
    target.end();
    await once(target, 'finish');
  }
  return 0;
}

async function openFile(file: string): Promise<WriteStream> {
  const stream = createWriteStream(file);
  try {
    await once(stream, 'open');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason';
    throw new Failure('FileNotWritten', `The file ${file} cannot be written (${code}).`, { cause });
  }
  return stream;
}
