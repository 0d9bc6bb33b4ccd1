import { z } from 'zod';
import { type MfaState, mfaStateSchema } from '../domain/mfaState.ts';
import type { SendToGraph } from './graph.ts';
import { type ListPage, readListPage } from './listPage.ts';
import { LOW_PRIORITY } from './priority.ts';

/** A user in the list of all users. */
export interface ListedUser {
  readonly id: string;
  /** The user principal name; the id for a user without one. */
  readonly name: string;
  readonly displayName: string | null;
  /** Whether the user has a licence; null when Graph does not say. */
  readonly licensed: boolean | null;
  readonly userType: string | null;
  readonly accountEnabled: boolean | null;
  /** Null when the list does not show the state. */
  readonly state: MfaState | null;
}

/**
 * The per-user MFA state in the list of users is not documented. In some tenants it is absent without an error; an absent
 * state must never be read as `disabled`. A property that cannot be read is unknown: a user who was left out because of it
 * would count as deleted.
 */
const listedUser = z
  .object({
    id: z.guid(),
    userPrincipalName: z.string().nullish().catch(null),
    displayName: z.string().nullish().catch(null),
    assignedLicenses: z.array(z.unknown()).nullish().catch(null),
    userType: z.string().nullish().catch(null),
    accountEnabled: z.boolean().nullish().catch(null),
    perUserMfaState: mfaStateSchema.nullish().catch(null),
  })
  .transform(
    (user): ListedUser => ({
      id: user.id.toLowerCase(),
      name: user.userPrincipalName || user.id.toLowerCase(),
      displayName: user.displayName ?? null,
      licensed: user.assignedLicenses == null ? null : user.assignedLicenses.length > 0,
      userType: user.userType ?? null,
      accountEnabled: user.accountEnabled ?? null,
      state: user.perUserMfaState ?? null,
    }),
  );

const FIRST =
  '/users?$select=id,userPrincipalName,displayName,userType,accountEnabled,assignedLicenses,perUserMfaState&$top=999';

/**
 * Reads a page of at most 999 users (https://learn.microsoft.com/graph/api/user-list). Permission: User.Read.All.
 * @param nextLink the link in the previous page; null for the first page
 */
export function readUserPage(send: SendToGraph, nextLink: string | null): Promise<ListPage<ListedUser>> {
  return readListPage(send, listedUser, { method: 'GET', path: FIRST, headers: LOW_PRIORITY }, nextLink);
}
