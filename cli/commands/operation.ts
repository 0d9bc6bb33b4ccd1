import { type Command, Option } from 'commander';
import { isTerminal } from '../../shared/domain/operation.ts';
import { outcomeKinds } from '../../shared/domain/outcome.ts';
import { operationItemViewSchema } from '../../shared/http/itemView.ts';
import { EXIT_CODES } from '../failure.ts';
import { follow, readOperation } from '../follow.ts';
import { type ListOptions, parsed, printList, queryOf, withList } from '../lists.ts';
import { oneLine } from '../oneLine.ts';
import { reportOperation, standingText } from '../operationReport.ts';
import { reasonOf } from '../reasonOf.ts';
import { openSession, withSession } from '../session.ts';
import { toJson } from '../visible.ts';
import { addApproval } from './operationApproval.ts';
import { addCancel } from './operationCancel.ts';
import { addOperationList } from './operationList.ts';
import { addResendMails } from './operationMails.ts';
import { addRetry } from './operationRetry.ts';
import { addUndo } from './operationUndo.ts';

type Run = (work: () => Promise<number>) => Promise<void>;

/** Adds `operation list`, `show`, `items`, `watch`, `cancel`, `retry`, `resend-mails`, `approve` and `reject`. */
export function addOperations(program: Command, run: Run): void {
  const operation = program
    .command('operation')
    .description('List, watch, cancel, retry, approve and reject operations.');
  addOperationList(operation, run);
  addShow(operation, run);
  addItems(operation, run);
  addWatch(operation, run);
  addCancel(operation, run);
  addRetry(operation, run);
  addResendMails(operation, run);
  addApproval(operation, run);
  addUndo(operation, run);
}

function addShow(operation: Command, run: Run): void {
  const show = withSession(operation.command('show <id>'))
    .description('Shows the status of an operation and, when it has finished, the users that need attention.')
    .addHelpText('after', '\nExamples:\n  mfa operation show 5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63')
    .action((id: string) =>
      run(async () => {
        const session = await openSession(show.optsWithGlobals());
        const found = await readOperation(id, session.api);
        if (isTerminal(found.status)) {
          await reportOperation(found, session);
        } else session.terminal.print(session.json ? toJson(found) : standingText(found, session));
        return 0;
      }),
    );
}

function addItems(operation: Command, run: Run): void {
  const items = withList(withSession(operation.command('items <id>')), Number.POSITIVE_INFINITY)
    .description('Lists the users of an operation with the result for each.')
    .addOption(new Option('--status <outcome>', 'only users with this outcome').choices([...outcomeKinds]))
    .addHelpText(
      'after',
      '\nExamples:\n  mfa operation items 5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63 --status refused\n  mfa operation items 5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63 --json',
    )
    .action((id: string, options: ListOptions & { status?: (typeof outcomeKinds)[number] }) =>
      run(async () => {
        const session = await openSession(items.optsWithGlobals());
        const { status } = options;
        const path = `operations/${encodeURIComponent(id)}/items${queryOf({ status })}`;
        await printList(
          parsed(session.api.list(path), operationItemViewSchema),
          options,
          {
            usual: Number.POSITIVE_INFINITY,
            columns: [
              { title: 'User' },
              { title: 'Outcome', tinted: true },
              { title: 'From' },
              { title: 'Code' },
              { title: 'Why', wraps: true },
            ],
            toRow: ({ reference, given, outcome, detail }) => [
              given === undefined ? reference : `${reference}\ngiven as ${oneLine(given)}`,
              outcome,
              detail?.from ?? '',
              detail?.code ?? '',
              reasonOf(detail),
            ],
            total: async () => {
              const { counts, references } = await readOperation(id, session.api);
              return status === undefined ? references : counts[status];
            },
          },
          session,
        );
        return 0;
      }),
    );
}

function addWatch(operation: Command, run: Run): void {
  const watch = withSession(operation.command('watch <id>'))
    .description('Shows the progress of an operation until it finishes. The exit code is that of the change.')
    .addHelpText('after', `\nExamples:\n  mfa operation watch 5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63\n\n${EXIT_CODES}`)
    .action((id: string) =>
      run(async () => {
        const session = await openSession(watch.optsWithGlobals());
        return reportOperation(await follow(await readOperation(id, session.api), session), session);
      }),
    );
}
