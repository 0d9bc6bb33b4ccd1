import type { Command } from 'commander';
import { resendSchema } from '../../shared/http/resendView.ts';
import { grouped } from '../lists.ts';
import { openSession, withSession } from '../session.ts';
import { toJson } from '../visible.ts';

/** Adds `operation resend-mails`. */
export function addResendMails(operation: Command, run: (work: () => Promise<number>) => Promise<void>): void {
  const resend = withSession(operation.command('resend-mails <id>'))
    .description(
      'Sends the mails of an operation that have failed again, to users who still need them. Mails that may have arrived are not sent again.',
    )
    .addHelpText('after', '\nExamples:\n  mfa operation resend-mails 5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63')
    .action((id: string) =>
      run(async () => {
        const { api, terminal, json, commandFor } = await openSession(resend.optsWithGlobals());
        const path = `operations/${encodeURIComponent(id)}/mails/retry`;
        const resent = resendSchema.parse((await api.post(path, undefined, undefined)).body);
        const text =
          resent.mails === 0
            ? 'No mail of this operation has failed.'
            : `${grouped(resent.mails)} failed mails are sent again. To see the results, run ${commandFor(`audit --operation ${id}`)}.`;
        terminal.print(json ? toJson(resent) : text);
        return 0;
      }),
    );
}
