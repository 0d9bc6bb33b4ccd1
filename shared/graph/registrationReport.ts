import { z } from 'zod';
import type { SendToGraph } from './graph.ts';
import { type ListPage, readListPage } from './listPage.ts';
import { LOW_PRIORITY } from './priority.ts';

/** A user in the registration report. The report may be hours old, and omits users whose account is disabled. */
export interface ReportedUser {
  readonly id: string;
  readonly registered: boolean;
}

const reportedUser = z
  .object({ id: z.string(), isMfaRegistered: z.boolean() })
  .transform((user): ReportedUser => ({ id: user.id.toLowerCase(), registered: user.isMfaRegistered }));

const FIRST = '/reports/authenticationMethods/userRegistrationDetails?$select=id,isMfaRegistered&$top=999';

/** The code of the refusal for a tenant without Entra ID P1 or P2. The message varies. */
export const NO_LICENCE = 'Authentication_RequestFromNonPremiumTenantOrB2CTenant';

/**
 * Reads a page of the registration report (https://learn.microsoft.com/graph/api/resources/userregistrationdetails).
 * Graph allows five such requests in ten seconds. Permission: AuditLog.Read.All.
 * @param nextLink the link in the previous page; null for the first page
 */
export function readReportPage(send: SendToGraph, nextLink: string | null): Promise<ListPage<ReportedUser>> {
  return readListPage(send, reportedUser, { method: 'GET', path: FIRST, headers: LOW_PRIORITY }, nextLink);
}
