import { z } from 'zod';
import type { SendToGraph } from './graph.ts';
import { type ListPage, readListPage } from './listPage.ts';
import { LOW_PRIORITY } from './priority.ts';

/** What the report says of a user. It may be hours old, and has no users whose account is disabled. */
export interface ReportedUser {
  readonly id: string;
  readonly registered: boolean;
}

const reportedUser = z
  .object({ id: z.string(), isMfaRegistered: z.boolean() })
  .transform((user): ReportedUser => ({ id: user.id.toLowerCase(), registered: user.isMfaRegistered }));

const FIRST = '/reports/authenticationMethods/userRegistrationDetails?$select=id,isMfaRegistered&$top=999';

/** The code with which Graph refuses the report to a tenant without Entra ID P1 or P2; its words vary. */
export const NO_LICENCE = 'Authentication_RequestFromNonPremiumTenantOrB2CTenant';

/**
 * Reads a page of the registration report (authenticationmethodsroot-list-userregistrationdetails). Graph allows five
 * such requests in ten seconds. Permission: AuditLog.Read.All.
 * @param nextLink where the page before said the report goes on; null for the first page
 */
export function readReportPage(send: SendToGraph, nextLink: string | null): Promise<ListPage<ReportedUser>> {
  return readListPage(send, reportedUser, { method: 'GET', path: FIRST, headers: LOW_PRIORITY }, nextLink);
}
