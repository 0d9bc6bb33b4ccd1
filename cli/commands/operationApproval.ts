import type { Command } from 'commander';
import { operationViewSchema } from '../../shared/http/operationView.ts';
import { standingText } from '../operationReport.ts';
import { openSession, withSession } from '../session.ts';
import { toJson } from '../visible.ts';

const DECISIONS = [
  {
    verb: 'approve',
    about: 'Approves an operation that waits for a second person, so that it lowers the states of its users.',
    example: 'Confirmed with the service desk by phone',
  },
  {
    verb: 'reject',
    about: 'Rejects an operation that waits for a second person, so that it lowers no state.',
    example: 'The requester does not know of the request',
  },
] as const;

/** Adds `operation approve` and `operation reject`. */
export function addApproval(operation: Command, run: (work: () => Promise<number>) => Promise<void>): void {
  for (const { verb, about, example } of DECISIONS) {
    const command = withSession(operation.command(`${verb} <id>`))
      .description(
        `${about} Needs the role MfaState.Approve. The requester cannot decide. To see what the operation lowers, run mfa operation show.`,
      )
      .requiredOption('--reason <text>', 'reason for the decision; the audit record keeps it')
      .addHelpText(
        'after',
        `\nExamples:\n  mfa operation show 5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63\n  mfa operation ${verb} 5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63 --reason "${example}"`,
      )
      .action((id: string, { reason }: { readonly reason: string }) =>
        run(async () => {
          const session = await openSession(command.optsWithGlobals());
          const { body } = await session.api.post(
            `operations/${encodeURIComponent(id)}/${verb}`,
            { reason },
            undefined,
          );
          const decided = operationViewSchema.parse(body);
          session.terminal.print(session.json ? toJson(decided) : standingText(decided, session));
          return 0;
        }),
      );
  }
}
