import { z } from 'zod';
import { type MfaState, mfaStateSchema } from '../domain/mfaState.ts';
import type { SendToGraph } from './graph.ts';
import { type ListPage, readListPage } from './listPage.ts';
import { LOW_PRIORITY } from './priority.ts';

/** A user as the list of all shows them. */
export interface ListedUser {
  readonly id: string;
  readonly name: string;
  readonly userType: string | null;
  readonly accountEnabled: boolean | null;
  /** Null when the list does not say. */
  readonly state: MfaState | null;
}

/**
 * The per-user MFA state in the list of users is not documented. Where a tenant does not have it, it is absent without
 * an error, and that must never be taken for `disabled`.
 */
const listedUser = z
  .object({
    id: z.string(),
    userPrincipalName: z.string(),
    userType: z.string().nullish(),
    accountEnabled: z.boolean().nullish(),
    perUserMfaState: mfaStateSchema.nullish().catch(null),
  })
  .transform(
    (user): ListedUser => ({
      id: user.id.toLowerCase(),
      name: user.userPrincipalName,
      userType: user.userType ?? null,
      accountEnabled: user.accountEnabled ?? null,
      state: user.perUserMfaState ?? null,
    }),
  );

const FIRST = '/users?$select=id,userPrincipalName,userType,accountEnabled,perUserMfaState&$top=999';

/**
 * Reads a page of at most 999 users (user-list). Permission: User.Read.All.
 * @param nextLink where the page before said the list goes on; null for the first page
 */
export function readUserPage(send: SendToGraph, nextLink: string | null): Promise<ListPage<ListedUser>> {
  return readListPage(send, listedUser, { method: 'GET', path: FIRST, headers: LOW_PRIORITY }, nextLink);
}
