import type { Command } from 'commander';
import { sweepViewSchema } from '../../shared/http/sweepList.ts';
import { followSweep, progressOf, startSweep } from '../followSweep.ts';
import { type ListOptions, parsed, printList, withList } from '../lists.ts';
import { openSession, withSession } from '../session.ts';
import { toJson } from '../visible.ts';

const USUAL = 10;

/** Adds `sweep list` and `sweep start`. */
export function addSweeps(program: Command, run: (work: () => Promise<number>) => Promise<void>): void {
  const sweep = program.command('sweep').description('List and start registration sweeps.');

  const list = withList(withSession(sweep.command('list')), USUAL)
    .description('Lists the registration sweeps over all users and their findings, newest first.')
    .addHelpText('after', '\nExamples:\n  mfa sweep list\n  mfa sweep list --limit 1 --json')
    .action((options: ListOptions) =>
      run(async () => {
        const session = await openSession(list.optsWithGlobals());
        await printList(
          parsed(session.api.list('sweeps'), sweepViewSchema),
          options,
          {
            usual: USUAL,
            columns: [
              { title: 'Sweep' },
              { title: 'Status' },
              { title: 'Started' },
              { title: 'Users' },
              { title: 'Requests' },
              { title: 'Found', wraps: true },
              { title: 'Notes', wraps: true },
            ],
            toRow: (one) => [
              one.sweep,
              one.status,
              one.startedDateTime.slice(0, 19),
              one.listedUsers,
              one.graphRequests,
              [...Object.entries(one.entries), ...(one.remindedUsers > 0 ? [['reminded', one.remindedUsers]] : [])]
                .map(([event, count]) => `${count} ${event}`)
                .join(', '),
              [...one.notes, ...(one.problem === null ? [] : [one.problem])].join(' '),
            ],
          },
          session,
        );
        return 0;
      }),
    );

  const start = withSession(sweep.command('start'))
    .description('Starts a registration sweep now. While one is under way, no second one begins: that one continues.')
    .option('--wait', 'wait until the sweep is completed, and show its progress')
    .addHelpText('after', '\nExamples:\n  mfa sweep start\n  mfa sweep start --wait')
    .action(({ wait }: { wait?: true }) =>
      run(async () => {
        const session = await openSession(start.optsWithGlobals());
        const { terminal, json } = session;
        if (wait) return followSweep(session);
        const started = await startSweep(session);
        const text = started.isNew
          ? `Sweep ${started.sweep} begins.`
          : `Sweep ${started.sweep} is under way and continues: ${progressOf(started)}.`;
        terminal.print(
          json ? toJson(started) : `${text} To watch it, run ${session.commandFor('sweep start --wait')}.`,
        );
        return 0;
      }),
    );
}
