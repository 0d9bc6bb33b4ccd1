import type { Command } from 'commander';
import { coverageSchema } from '../../shared/http/userCoverage.ts';
import { queryOf } from '../lists.ts';
import { openSession, withSession } from '../session.ts';
import { table } from '../table.ts';
import { toJson } from '../visible.ts';

interface CoverageOptions {
  readonly from?: string;
  readonly to?: string;
}

/** Adds `coverage`. */
export function addCoverage(program: Command, run: (work: () => Promise<number>) => Promise<void>): void {
  const coverage = withSession(program.command('coverage'))
    .description('Shows how many users were protected on each day, as of the last registration sweep of the day.')
    .option('--from <date>', 'from this day on (default: 90 days before the last day)')
    .option('--to <date>', 'up to this day (default: today)')
    .addHelpText('after', '\nExamples:\n  mfa coverage\n  mfa coverage --from 2026-01-01 --json')
    .action(({ from, to }: CoverageOptions) =>
      run(async () => {
        const session = await openSession(coverage.optsWithGlobals());
        const { body } = await session.api.get(`users/coverage${queryOf({ fromDateTime: from, toDateTime: to })}`);
        const { value } = coverageSchema.parse(body);
        if (session.json) session.terminal.print(toJson(value));
        else if (value.length === 0) session.terminal.note('No results. A registration sweep must be complete first.');
        else
          session.terminal.print(
            table(
              [
                { title: 'Day' },
                { title: 'Users' },
                { title: 'Disabled' },
                { title: 'Enabled' },
                { title: 'Enforced' },
                { title: 'Unprotected' },
                { title: 'Registered' },
                { title: 'Administrators without a method' },
              ],
              value.map((day) => [
                day.date,
                day.users,
                day.disabled,
                day.enabled,
                day.enforced,
                day.unprotected,
                day.registered,
                day.administratorsWithoutMethod,
              ]),
              session.terminal,
            ),
          );
        return 0;
      }),
    );
}
