import type { Command } from 'commander';
import { sweepViewSchema } from '../../shared/http/sweepList.ts';
import { printList, take, wholeNumber } from '../lists.ts';
import { openSession, withSession } from '../session.ts';

/** Adds `sweep list`. */
export function addSweeps(program: Command, run: (work: () => Promise<number>) => Promise<void>): void {
  const sweep = program.command('sweep').description('Look at the registration sweep.');

  const list = withSession(sweep.command('list'))
    .description('Lists the sweeps of the registration sweep over all users, newest first, and what they found.')
    .option('--limit <number>', 'at most so many', wholeNumber, 10)
    .addHelpText('after', '\nExamples:\n  mfa sweep list\n  mfa sweep list --limit 1 --json')
    .action((options: { limit: number }) =>
      run(async () => {
        const session = await openSession(list.optsWithGlobals());
        const found = (await take(session.api.list('sweeps'), options.limit)).map((one) => sweepViewSchema.parse(one));
        const head = ['Sweep', 'Status', 'Started', 'Users', 'Requests', 'Found', 'Notes'];
        printList(session, found, head, [5, 6], (one) => [
          one.sweep,
          one.status,
          one.startedDateTime.slice(0, 19),
          one.listedUsers,
          one.graphRequests,
          [...Object.entries(one.entries), ...(one.remindedUsers > 0 ? [['reminded', one.remindedUsers]] : [])]
            .map(([event, count]) => `${count} ${event}`)
            .join(', '),
          [...one.notes, ...(one.problem === null ? [] : [one.problem])].join(' '),
        ]);
        return 0;
      }),
    );
}
