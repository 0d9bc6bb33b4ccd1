import type { Command } from 'commander';
import { auditDigestSchema } from '../../shared/http/auditDigestList.ts';
import { type ListOptions, parsed, printList, queryOf, withList } from '../lists.ts';
import { openSession, withSession } from '../session.ts';

const USUAL = 24;

interface DigestsOptions extends ListOptions {
  readonly from?: string;
  readonly to?: string;
}

/** Adds `audit digests`. */
export function addAuditDigests(audit: Command, run: (work: () => Promise<number>) => Promise<void>): void {
  const digests = withList(withSession(audit.command('digests')), USUAL)
    .description(
      'Lists the digests that seal the audit record, oldest first. Keep the hash of the newest one elsewhere: it proves later that no digest before it was replaced.',
    )
    .option('--from <time>', 'from this date or time on (default: 30 days ago)')
    .option('--to <time>', 'up to this date or time')
    .addHelpText('after', '\nExamples:\n  mfa audit digests --from 2026-03-01\n  mfa audit digests --all --json')
    .action((options: DigestsOptions) =>
      run(async () => {
        const session = await openSession(digests.optsWithGlobals());
        const query = queryOf({ fromDateTime: options.from, toDateTime: options.to });
        await printList(
          parsed(session.api.list(`audit/digests${query}`), auditDigestSchema),
          options,
          {
            usual: USUAL,
            columns: [{ title: 'Hour' }, { title: 'Rows' }, { title: 'Entries' }, { title: 'SHA-256' }],
            toRow: ({ digestDateTime, rows, entries, sha256 }) => [
              `${digestDateTime.slice(0, 16)}Z`,
              rows ?? '',
              entries ?? '',
              sha256,
            ],
          },
          session,
        );
        return 0;
      }),
    );
}
