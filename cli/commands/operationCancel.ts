import type { Command } from 'commander';
import { isTerminal } from '../../shared/domain/operation.ts';
import { type OperationView, operationViewSchema } from '../../shared/http/operationView.ts';
import { Failure } from '../failure.ts';
import { readOperation } from '../follow.ts';
import { standingText } from '../operationReport.ts';
import { openSession, type Session, withSession } from '../session.ts';
import { toJson } from '../visible.ts';

/** Adds `operation cancel`. */
export function addCancel(operation: Command, run: (work: () => Promise<number>) => Promise<void>): void {
  const cancel = withSession(operation.command('cancel <id>'))
    .description(
      'Cancels an operation: users that are still pending keep their state. A finished operation cannot be canceled; to cancel twice is no error.',
    )
    .addHelpText('after', '\nExamples:\n  mfa operation cancel 5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63')
    .action((id: string) =>
      run(async () => {
        const session = await openSession(cancel.optsWithGlobals());
        const before = await readOperation(id, session.api);
        if (isTerminal(before.status) && before.status !== 'Canceled') throw hasFinished(before, session);
        const { body } = await session.api.post(`operations/${encodeURIComponent(id)}/cancel`, undefined, undefined);
        const canceled = operationViewSchema.parse(body);
        // The operation may have finished in between.
        if (isTerminal(canceled.status) && canceled.counts.canceled === 0) throw hasFinished(canceled, session);
        session.terminal.print(session.json ? toJson(canceled) : standingText(canceled, session));
        return 0;
      }),
    );
}

function hasFinished({ id, status }: OperationView, { commandFor }: Session): Failure {
  return new Failure(
    'OperationFinished',
    `Operation ${id} has finished (${status}), so nothing was canceled. To see its result:`,
    {
      commands: [commandFor(`operation show ${id}`)],
    },
  );
}
