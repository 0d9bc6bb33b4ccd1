import type { Command } from 'commander';
import { tenantPolicyViewSchema } from '../../shared/http/tenantPolicyView.ts';
import { openSession, withSession } from '../session.ts';
import { table } from '../terminal.ts';

/** Adds `policy`. */
export function addPolicy(program: Command, run: (work: () => Promise<number>) => Promise<void>): void {
  const policy = withSession(program.command('policy'))
    .description(
      'Shows what guards go by: Conditional Access, security defaults, protected accounts, and what is left of the daily limit on lowering states.',
    )
    .addHelpText('after', '\nExamples:\n  mfa policy\n  mfa policy --json')
    .action(() =>
      run(async () => {
        const session = await openSession(policy.optsWithGlobals());
        const found = tenantPolicyViewSchema.parse((await session.api.get('tenant/policy')).body);
        const { conditionalAccess, securityDefaults, protectedAccounts, lowering } = found;
        const rows = [
          ['Conditional Access requires MFA', ...factCells(conditionalAccess)],
          ['Security defaults', ...factCells(securityDefaults)],
          ['Protected accounts', String(protectedAccounts.count ?? 'not known'), protectedAccounts.whyUnknown ?? ''],
          ['Lowering left today', `${lowering.leftToday} of ${lowering.usersPerDay}`, ''],
        ];
        session.terminal.print(session.json ? JSON.stringify(found) : table(['', '', 'Note'], rows, session.terminal));
        return 0;
      }),
    );
}

function factCells({
  isOn,
  whyUnknown,
  checkedDateTime,
}: {
  isOn: boolean | null;
  whyUnknown?: string;
  checkedDateTime: string;
}): string[] {
  return [isOn === null ? 'not known' : isOn ? 'yes' : 'no', whyUnknown ?? `checked ${checkedDateTime.slice(0, 19)}Z`];
}
