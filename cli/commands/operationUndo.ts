import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import type { Acknowledgement } from '../../shared/domain/mfaState.ts';
import { operationViewSchema } from '../../shared/http/operationView.ts';
import { ACKNOWLEDGE_HELP, readAcknowledged } from '../acknowledge.ts';
import { confirm } from '../confirm.ts';
import { EXIT_CODES } from '../failure.ts';
import { follow, readOperation } from '../follow.ts';
import { grouped } from '../lists.ts';
import { reportOperation } from '../operationReport.ts';
import { openSession, type Session, withSession } from '../session.ts';
import { toJson } from '../visible.ts';

interface UndoOptions {
  readonly reason: string;
  readonly dryRun?: boolean;
  readonly acknowledge: readonly Acknowledgement[];
  readonly operationId?: string;
  readonly wait: boolean;
  readonly yes?: boolean;
}

/** Adds `operation undo`. */
export function addUndo(operation: Command, run: (work: () => Promise<number>) => Promise<void>): void {
  const undo = withSession(operation.command('undo <id>'))
    .description(
      'Brings the users that a finished operation changed back to their states from before, in a new operation. Users who were changed since then are left alone.',
    )
    .requiredOption('--reason <text>', 'why, for the audit record')
    .option('--dry-run', 'show who would be changed, and change no user')
    .option('--acknowledge <checks>', ACKNOWLEDGE_HELP, readAcknowledged, [])
    .option('--operation-id <uuid>', 'id of the new operation; the same id never creates a second one')
    .option('--no-wait', 'print the id of the new operation and do not wait for the result')
    .option('--yes', 'skip the confirmation')
    .addHelpText(
      'after',
      `\nExamples:\n  mfa operation undo 5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63 --reason "Wrong list" --dry-run\n  mfa operation undo 5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63 --reason "Wrong list"\n\n${EXIT_CODES}`,
    )
    .action((id: string, options: UndoOptions) =>
      run(async () => {
        const session = await openSession(undo.optsWithGlobals());
        const { reason, dryRun = false, acknowledge } = options;
        if (!options.yes && !dryRun) await confirmUndo(id, session);
        const undoId = options.operationId ?? randomUUID();
        session.terminal.note(`Sending the undo as operation ${undoId}.`);
        const reply = await session.api.post(
          `operations/${encodeURIComponent(id)}/undo`,
          { reason, dryRun, acknowledge },
          undoId,
        );
        const accepted = operationViewSchema.parse(reply.body);
        if (options.wait) return reportOperation(await follow(accepted, session), session);
        session.terminal.print(session.json ? toJson(accepted) : accepted.id);
        return 0;
      }),
    );
}

async function confirmUndo(id: string, session: Session): Promise<void> {
  const { counts, reason } = await readOperation(id, session.api);
  if (counts.applied === 0) return; // the service says that there is nothing to undo
  const users = counts.applied === 1 ? '1 user gets' : `${grouped(counts.applied)} users get`;
  await confirm(`Up to ${users} the state from before the operation "${reason}".`, session.terminal);
}
