import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import type { Acknowledgement } from '../../shared/domain/mfaState.ts';
import { operationViewSchema } from '../../shared/http/operationView.ts';
import { ACKNOWLEDGE_HELP, readAcknowledged } from '../acknowledge.ts';
import { confirm, UNASKED_MOST } from '../confirm.ts';
import { EXIT_CODES } from '../failure.ts';
import { follow, readOperation } from '../follow.ts';
import { grouped } from '../lists.ts';
import { reportOperation, statesOf, targetText } from '../operationReport.ts';
import { riskOf } from '../risk.ts';
import { openSession, type Session, withSession } from '../session.ts';
import { toJson } from '../visible.ts';

interface RetryOptions {
  readonly acknowledge: readonly Acknowledgement[];
  readonly operationId?: string;
  readonly wait: boolean;
  readonly yes?: boolean;
}

/** Adds `operation retry`. */
export function addRetry(operation: Command, run: (work: () => Promise<number>) => Promise<void>): void {
  const retry = withSession(operation.command('retry <id>'))
    .description('Retries the refused and failed users of a finished operation, in a new operation.')
    .option('--acknowledge <checks>', ACKNOWLEDGE_HELP, readAcknowledged, [])
    .option('--operation-id <uuid>', 'id of the new operation; the same id never creates a second one')
    .option('--no-wait', 'print the id of the new operation and do not wait for the result')
    .option(
      '--yes',
      'skip the confirmation, which is needed to disable more than 10 users or to override a safety check for them',
    )
    .addHelpText(
      'after',
      `\nExamples:\n  mfa operation retry 5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63\n  mfa operation retry 5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63 --acknowledge legacyAuthInterruption --yes\n\n${EXIT_CODES}`,
    )
    .action((id: string, options: RetryOptions) =>
      run(async () => {
        const session = await openSession(retry.optsWithGlobals());
        if (!options.yes) await confirmRetry(id, options.acknowledge, session);
        const reply = await session.api.post(
          `operations/${encodeURIComponent(id)}/retry`,
          { acknowledge: options.acknowledge },
          options.operationId ?? randomUUID(),
        );
        const retried = operationViewSchema.parse(reply.body);
        if (options.wait) return reportOperation(await follow(retried, session), session);
        session.terminal.print(session.json ? toJson(retried) : retried.id);
        return 0;
      }),
    );
}

/** The request of the original operation did not override these safety checks, so the user confirms them. */
async function confirmRetry(id: string, acknowledge: readonly Acknowledgement[], session: Session): Promise<void> {
  const operation = await readOperation(id, session.api);
  const { dryRun, counts } = operation;
  const risk = riskOf(statesOf(operation), acknowledge);
  const users = counts.refused + counts.failed;
  if (risk === undefined || dryRun || users <= UNASKED_MOST) return;
  await confirm(`Up to ${grouped(users)} users change to ${targetText(operation)} (${risk}).`, session.terminal);
}
