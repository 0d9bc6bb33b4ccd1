import { randomUUID } from 'node:crypto';
import { type Command, Option } from 'commander';
import type { Acknowledgement } from '../../shared/domain/mfaState.ts';
import { isTerminal } from '../../shared/domain/operation.ts';
import { outcomeKinds } from '../../shared/domain/outcome.ts';
import { type OperationItemView, operationItemViewSchema } from '../../shared/http/itemView.ts';
import { operationViewSchema } from '../../shared/http/operationView.ts';
import { follow, readOperation } from '../follow.ts';
import { ACKNOWLEDGE_HELP, readGuards } from '../guards.ts';
import { printList, take, wholeNumber } from '../lists.ts';
import { reportOperation, standingText } from '../operationReport.ts';
import { outcomesOf } from '../progressBar.ts';
import { openSession, withSession } from '../session.ts';

const ID = 'the id of the operation';

/** Adds `operation list`, `show`, `items`, `watch`, `cancel` and `retry`. */
export function addOperations(program: Command, run: (work: () => Promise<number>) => Promise<void>): void {
  const operation = program.command('operation').description('Look at operations, and steer them.');

  const list = withSession(operation.command('list'))
    .description('Lists operations, newest first.')
    .option('--limit <number>', 'at most so many', wholeNumber, 20)
    .addHelpText('after', '\nExamples:\n  mfa operation list\n  mfa operation list --limit 100 --json')
    .action((options: { limit: number }) =>
      run(async () => {
        const session = await openSession(list.optsWithGlobals());
        const found = (await take(session.api.list('operations'), options.limit)).map((one) =>
          operationViewSchema.parse(one),
        );
        const head = ['Operation', 'Accepted', 'State', 'Status', 'Users', 'Outcomes', 'Reason'];
        printList(session, found, head, [5, 6], (one) => [
          one.id,
          one.createdDateTime.slice(0, 19),
          one.targetState,
          one.status,
          one.references,
          outcomesOf(one),
          one.reason,
        ]);
        return 0;
      }),
    );

  const show = withSession(operation.command('show <id>'))
    .description('Shows where an operation stands, and once it is over what needs attention.')
    .addHelpText('after', '\nExamples:\n  mfa operation show 5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63')
    .action((id: string) =>
      run(async () => {
        const session = await openSession(show.optsWithGlobals());
        const found = await readOperation(id, session.api);
        if (isTerminal(found.status)) {
          await reportOperation(found, session);
        } else session.terminal.print(session.json ? JSON.stringify(found) : standingText(found, session));
        return 0;
      }),
    );

  const items = withSession(operation.command('items <id>'))
    .description('Lists what became of each user of an operation.')
    .addOption(new Option('--status <outcome>', 'only users with this outcome').choices([...outcomeKinds]))
    .addHelpText(
      'after',
      '\nExamples:\n  mfa operation items 5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63 --status refused\n  mfa operation items 5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63 --json',
    )
    .action((id: string, options: { status?: string }) =>
      run(async () => {
        const session = await openSession(items.optsWithGlobals());
        const query = options.status === undefined ? '' : `?status=${options.status}`;
        const found: OperationItemView[] = [];
        for await (const item of session.api.list(`operations/${encodeURIComponent(id)}/items${query}`))
          found.push(operationItemViewSchema.parse(item));
        const head = ['User', 'Outcome', 'From', 'Code', 'Why'];
        printList(session, found, head, [4], ({ reference, outcome, detail }) => [
          reference,
          outcome,
          detail?.from ?? '',
          detail?.code ?? '',
          detail?.message ?? '',
        ]);
        return 0;
      }),
    );

  const watch = withSession(operation.command('watch <id>'))
    .description(`Follows an operation until it is over. The exit code is that of the change. <id> is ${ID}.`)
    .addHelpText('after', '\nExamples:\n  mfa operation watch 5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63')
    .action((id: string) =>
      run(async () => {
        const session = await openSession(watch.optsWithGlobals());
        return reportOperation(await follow(await readOperation(id, session.api), session), session);
      }),
    );

  const cancel = withSession(operation.command('cancel <id>'))
    .description('Cancels an operation: users whose turn has not come keep their state.')
    .addHelpText('after', '\nExamples:\n  mfa operation cancel 5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63')
    .action((id: string) =>
      run(async () => {
        const session = await openSession(cancel.optsWithGlobals());
        const { body } = await session.api.post(`operations/${encodeURIComponent(id)}/cancel`, undefined, undefined);
        const canceled = operationViewSchema.parse(body);
        session.terminal.print(session.json ? JSON.stringify(canceled) : standingText(canceled, session));
        return 0;
      }),
    );

  const retry = withSession(operation.command('retry <id>'))
    .description('Repeats the refused and failed users of an operation that is over, as a new operation.')
    .option('--acknowledge <guards>', ACKNOWLEDGE_HELP, readGuards, [])
    .option('--operation-id <uuid>', 'the id of the new operation')
    .option('--no-wait', 'print the id of the new operation and end')
    .addHelpText(
      'after',
      '\nExamples:\n  mfa operation retry 5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63\n  mfa operation retry 5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63 --acknowledge legacyAuthInterruption',
    )
    .action((id: string, options: { acknowledge: Acknowledgement[]; operationId?: string; wait: boolean }) =>
      run(async () => {
        const session = await openSession(retry.optsWithGlobals());
        const body = { acknowledge: options.acknowledge };
        const reply = await session.api.post(
          `operations/${encodeURIComponent(id)}/retry`,
          body,
          options.operationId ?? randomUUID(),
        );
        const retried = operationViewSchema.parse(reply.body);
        if (options.wait) return reportOperation(await follow(retried, session), session);
        session.terminal.print(session.json ? JSON.stringify(retried) : retried.id);
        return 0;
      }),
    );
}
