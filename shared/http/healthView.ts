import { z } from 'zod';
import { isUnreadable } from '../tenant/listIds.ts';
import type { ProtectedUsersAnswer } from '../tenant/protectedUsers.ts';
import { version } from '../version.ts';

/** What anyone may know of the service. */
export const healthSchema = z.object({
  status: z.literal('ok').describe('Always ok.'),
  version: z.string().describe('The version of the service.'),
  unresolvedProtectedUsers: z
    .number()
    .int()
    .nullable()
    .describe(
      'How many entries of the setting PROTECTED_USERS are no account of the tenant, as of the last minutes; null while it is not known. While there are any, no state is lowered.',
    )
    .optional(),
});

/** @param accounts the protected accounts as far as they are known; no request is sent */
export function healthView(accounts: ProtectedUsersAnswer): z.infer<typeof healthSchema> {
  const isKnown = accounts !== undefined && !isUnreadable(accounts);
  return { status: 'ok', version, unresolvedProtectedUsers: isKnown ? accounts.unresolved.length : null };
}
