import type { Command } from 'commander';
import { type TenantPolicyView, tenantPolicyViewSchema } from '../../shared/http/tenantPolicyView.ts';
import { openSession, withSession } from '../session.ts';
import { type Column, table } from '../table.ts';
import { toJson } from '../visible.ts';

const COLUMNS: readonly Column[] = [{ title: 'What' }, { title: 'Value' }, { title: 'Note', wraps: true }];
/** The service's reason for a policy that it cannot read because the tenant has no licence: the policy is off. */
const NOT_LICENSED = /no licen[cs]e/;

/** Adds `policy`. */
export function addPolicy(program: Command, run: (work: () => Promise<number>) => Promise<void>): void {
  const policy = withSession(program.command('policy'))
    .description(
      'Shows the facts behind the safety checks: Conditional Access, security defaults, protected and privileged accounts, the daily limit on lowering states, and the halt of all changes.',
    )
    .addHelpText('after', '\nExamples:\n  mfa policy\n  mfa policy --json')
    .action(() =>
      run(async () => {
        const session = await openSession(policy.optsWithGlobals());
        const found = tenantPolicyViewSchema.parse((await session.api.get('tenant/policy')).body);
        const { conditionalAccess, securityDefaults, protectedAccounts, privilegedAccounts, lowering, halt } = found;
        const rows = [
          ['Conditional Access requires MFA', ...factCells(conditionalAccess)],
          ['Security defaults', ...factCells(securityDefaults)],
          ['Protected accounts', String(protectedAccounts.count ?? 'not known'), protectedNote(protectedAccounts)],
          ['Privileged accounts', ...privilegedCells(privilegedAccounts)],
          ['Daily limit left (users to lower)', `${lowering.leftToday} of ${lowering.usersPerDay}`, ''],
          ['All changes halted', halt === null ? 'no' : 'yes', halt === null ? '' : haltNote(halt)],
        ];
        session.terminal.print(session.json ? toJson(found) : table(COLUMNS, rows, session.terminal));
        return 0;
      }),
    );
}

function protectedNote({ whyUnknown = '', unresolved = [] }: TenantPolicyView['protectedAccounts']): string {
  if (unresolved.length === 0) return whyUnknown;
  return `PROTECTED_USERS names accounts that do not exist, so no state is lowered: ${unresolved.join(', ')}`;
}

function privilegedCells({ isProtected, count, whyUnknown }: TenantPolicyView['privilegedAccounts']): string[] {
  if (!isProtected) return ['not protected', 'PROTECT_PRIVILEGED is false'];
  return [String(count ?? 'not known'), whyUnknown ?? 'not lowered'];
}

function haltNote({ reason, by, sinceDateTime }: NonNullable<TenantPolicyView['halt']>): string {
  return `since ${sinceDateTime.slice(0, 19)}Z, by ${by.name ?? by.id}: ${reason}`;
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
  if (isOn === null && whyUnknown !== undefined && NOT_LICENSED.test(whyUnknown)) return ['no', whyUnknown];
  return [isOn === null ? 'not known' : isOn ? 'yes' : 'no', whyUnknown ?? `checked ${checkedDateTime.slice(0, 19)}Z`];
}
