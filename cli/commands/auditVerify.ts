import type { Command } from 'commander';
import { type AuditVerificationView, auditVerificationSchema } from '../../shared/http/auditVerification.ts';
import { exitCodes } from '../failure.ts';
import { grouped, queryOf } from '../lists.ts';
import { openSession, type Session, withSession } from '../session.ts';
import { type Column, table } from '../table.ts';
import { toJson } from '../visible.ts';

/** Findings that are shown. JSON has all of them. */
const SHOWN = 50;
const COLUMNS: readonly Column[] = [
  { title: 'Finding' },
  { title: 'Where', wraps: true },
  { title: 'Entries', wraps: true },
  { title: 'Message', wraps: true },
];

interface VerifyOptions {
  readonly from?: string;
  readonly to?: string;
}

/** Adds `audit verify`. */
export function addAuditVerify(audit: Command, run: (work: () => Promise<number>) => Promise<void>): void {
  const verify = withSession(audit.command('verify'))
    .description(
      'Compares the audit record with the digests that seal it, and names what was changed, removed or added. Exit code 1 when something was found.',
    )
    .option('--from <time>', 'what was recorded from this date or time on (default: 30 days ago)')
    .option('--to <time>', 'up to this date or time')
    .addHelpText(
      'after',
      '\nExamples:\n  mfa audit verify --from 2026-03-01 --to 2026-03-31\n  mfa audit verify --json',
    )
    .action((options: VerifyOptions) =>
      run(async () => {
        const session = await openSession(verify.optsWithGlobals());
        const verified = await verifyAll(options, session);
        session.terminal.print(session.json ? toJson(verified) : reportOf(verified, session));
        return verified.value.length === 0 ? exitCodes.done : exitCodes.error;
      }),
    );
}

/** The pages of a verification as one. */
async function verifyAll({ from, to }: VerifyOptions, { api, terminal }: Session): Promise<AuditVerificationView> {
  let path: string | undefined = `audit/verification${queryOf({ fromDateTime: from, toDateTime: to })}`;
  let all: AuditVerificationView | undefined;
  while (path !== undefined) {
    const { nextLink, ...page }: AuditVerificationView = auditVerificationSchema.parse((await api.get(path)).body);
    all = all === undefined ? page : together(all, page);
    if (nextLink !== undefined) terminal.note(`${grouped(all.rows)} rows are verified.`);
    path = nextLink;
  }
  if (all === undefined) throw new Error('A verification has at least one page.');
  return all;
}

function together(all: AuditVerificationView, page: AuditVerificationView): AuditVerificationView {
  return {
    ...page,
    value: [...all.value, ...page.value],
    digests: all.digests + page.digests,
    rows: all.rows + page.rows,
    copies: all.copies + page.copies,
    rowsNotSealed: all.rowsNotSealed + page.rowsNotSealed,
    rowsBeforeProof: all.rowsBeforeProof + page.rowsBeforeProof,
    purged: all.purged + page.purged,
  };
}

function reportOf(verified: AuditVerificationView, { terminal }: Session): string {
  const { value, sealedFromDateTime, sealedToDateTime, rowsNotSealed, rowsBeforeProof, purgedThrough } = verified;
  const lines = [
    `Verified: ${grouped(verified.digests)} digests, ${grouped(verified.rows)} rows, and the copies of ${grouped(verified.copies)} entries.`,
    sealedFromDateTime === null || sealedToDateTime === null
      ? 'No hour is sealed yet, so nothing is proved. The first digest is written within two hours of the start.'
      : `The record is sealed from ${short(sealedFromDateTime)} to ${short(sealedToDateTime)}.`,
    ...(rowsNotSealed === 0 ? [] : [`Not sealed yet: ${grouped(rowsNotSealed)} rows.`]),
    ...(rowsBeforeProof === 0
      ? []
      : [`Recorded before the first digest, so not proved: ${grouped(rowsBeforeProof)} rows.`]),
    ...(purgedThrough === null ? [] : [`The retention has removed all entries up to ${purgedThrough}.`]),
  ];
  if (value.length === 0) return [...lines, 'Nothing was changed, removed or added.'].join('\n');
  const rows = value
    .slice(0, SHOWN)
    .map(({ kind, table: where, partitionKey, rowKey, digestDateTime, message, entries = [] }) => [
      kind,
      where === undefined ? `digest ${short(digestDateTime ?? '')}` : `${where} ${partitionKey} ${rowKey}`,
      entries.map(({ event, reference, eventDateTime }) => `${short(eventDateTime)} ${event} ${reference}`).join(', '),
      message,
    ]);
  const cut = value.length > SHOWN ? [`Showing ${SHOWN} of ${grouped(value.length)}. Use --json to show all.`] : [];
  return [...lines, '', `Found: ${grouped(value.length)}`, table(COLUMNS, rows, terminal), ...cut].join('\n');
}

/** A time to the minute, in UTC. */
function short(iso: string): string {
  return `${iso.slice(0, 16)}Z`;
}
