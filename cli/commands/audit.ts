import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { type Command, Option } from 'commander';
import { auditEvents } from '../../shared/audit/entry.ts';
import { type AuditEntryView, auditEntryViewSchema } from '../../shared/http/auditEntryView.ts';
import { exportFormats } from '../../shared/http/auditExport.ts';
import { Failure } from '../failure.ts';
import type { HttpResponse } from '../httpMessage.ts';
import { type ListOptions, parsed, printList, queryOf, withList } from '../lists.ts';
import { oneLine } from '../oneLine.ts';
import { openSession, type Session, withSession } from '../session.ts';
import { escapedJson, visible } from '../visible.ts';
import { addAuditDigests } from './auditDigests.ts';
import { addAuditVerify } from './auditVerify.ts';

const USUAL = 50;

type Format = (typeof exportFormats)[number];

interface AuditOptions extends ListOptions {
  readonly user?: string;
  readonly operation?: string;
  readonly event?: string;
  readonly actor?: string;
  readonly from?: string;
  readonly to?: string;
  readonly export?: Format;
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
    .option('--from <time>', 'from this date or time on (default: 30 days ago)')
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
    .addHelpText(
      'after',
      '\nExamples:\n  mfa audit --user alice@contoso.com\n  mfa audit --event stateChangeRefused --from 2026-03-01\n  mfa audit --from 2026-01-01 --output audit.csv',
    )
    .action((options: AuditOptions) =>
      run(async () => {
        const session = await openSession(audit.optsWithGlobals());
        const { user, operation, event, actor, from, to } = options;
        const filters = { user, operation, event, actor, fromDateTime: from, toDateTime: to };
        const format = options.export ?? formatOf(options.output);
        if (format === undefined) return showEntries(filters, options, session);
        return exportEntries(format, filters, options.output, session);
      }),
    );
  addAuditVerify(audit, run);
  addAuditDigests(audit, run);
}

type Filters = Readonly<Record<string, string | undefined>>;

/** The export format for the extension of a file. */
function formatOf(file: string | undefined): Format | undefined {
  if (file === undefined) return undefined;
  const format = exportFormats.find((known) => file.toLowerCase().endsWith(`.${known}`));
  if (format === undefined)
    throw new Failure(
      'FormatMissing',
      `The format of ${file} is unknown. Add --export ${exportFormats.join(' or --export ')}.`,
    );
  return format;
}

async function showEntries(filters: Filters, options: ListOptions, session: Session): Promise<number> {
  await printList(
    parsed(session.api.list(`audit${queryOf(filters)}`), auditEntryViewSchema),
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
  return 0;
}

/** The user of an entry, or how many users a decision is about. */
function userOf({ userId, reference, users }: AuditEntryView): string {
  if (userId !== null || reference !== '') return reference;
  return users === undefined ? '' : `(${users} ${users === 1 ? 'user' : 'users'})`;
}

/**
 * Writes the parts of an export in order, each as it arrives. A file and a pipe get exactly what the service sends; on a
 * terminal, hidden characters are made visible.
 */
async function exportEntries(
  format: Format,
  filters: Filters,
  file: string | undefined,
  { api }: Session,
): Promise<number> {
  const target = file === undefined ? process.stdout : await openFile(file);
  const shown = target === process.stdout && process.stdout.isTTY ? shownOn[format] : undefined;
  const path = format === 'ndjson' ? 'audit/export/ndjson' : 'audit/export';
  for (let next: string | undefined = `${path}${queryOf(filters)}`; next !== undefined; ) {
    const response: HttpResponse = await api.stream(next);
    const decoder = new TextDecoder();
    for await (const bytes of response.body ?? []) {
      const part = shown === undefined ? bytes : shown(decoder.decode(bytes, { stream: true }));
      if (!target.write(part)) await once(target, 'drain');
    }
    next = /<([^>]+)>; *rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
  }
  if (target !== process.stdout) {
    target.end();
    await once(target, 'finish');
  }
  return 0;
}

/** How the formats of exports are shown on a terminal. */
const shownOn: Readonly<Record<Format, (text: string) => string>> = { csv: visible, ndjson: escapedJson };

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
