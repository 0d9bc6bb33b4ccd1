import type { Refusal } from '../graph/refusal.ts';
import type { Privilege } from './privilegedUsers.ts';
import { DIRECTORY_SYNCHRONIZATION, type ProtectedUsers } from './protectedUsers.ts';

/** Why a protected account is not changed. */
export function explainProtected(reason: string): Refusal {
  const message =
    reason === DIRECTORY_SYNCHRONIZATION
      ? 'The account belongs to the directory synchronization and cannot register for MFA, so this service never changes it.'
      : `The setting ${reason} protects the account, so this service does not change it. To change it, remove it from the setting first.`;
  return { code: 'protectedAccount', message };
}

/** Why no account is changed while the protected ones are not known. */
export function explainUnknownProtected({ message, ...rest }: Refusal): Refusal {
  return {
    ...rest,
    code: 'protectedAccountsUnknown',
    message: `The service could not find the protected accounts, so it changed no users. ${message}`,
  };
}

/** Why no state is lowered while accounts in PROTECTED_USERS are not found. The message has no names: any caller may read it. */
export function explainUnresolved({ unresolved }: ProtectedUsers): Refusal {
  const accounts = unresolved.length === 1 ? '1 account' : `${unresolved.length} accounts`;
  return {
    code: 'protectedUserUnknown',
    message: `The setting PROTECTED_USERS names ${accounts} that the tenant does not have, so the service lowers no state: the user might be one that the setting is to protect. Correct the setting (GET tenant/policy lists the names), then retry the operation.`,
  };
}

/** Why the state of an account with a directory role is not lowered. */
export function explainPrivileged(privilege: Privilege): Refusal {
  const role =
    privilege === 'active' ? 'has a directory role of Entra ID' : 'can activate a directory role of Entra ID';
  return {
    code: 'privilegedAccount',
    message: `The account ${role}, so a person who signs in to it with a stolen password gains the power of an administrator. To lower its state, retry with "acknowledge": ["privileged"], which waits for the approval of a second person, or take the role from the account first.`,
  };
}

/** Why no state is lowered while the privileged accounts are not known. */
export function explainUnknownPrivileged({ message, ...rest }: Refusal): Refusal {
  return {
    ...rest,
    code: 'privilegedAccountsUnknown',
    message: `The service could not find the accounts with directory roles, so it lowered no state. ${message} Without the setting PROTECT_PRIVILEGED, such accounts are not protected.`,
  };
}
