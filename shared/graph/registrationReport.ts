import { z } from 'zod';
import type { MethodClass } from '../domain/methodClass.ts';
import type { SendToGraph } from './graph.ts';
import { type ListPage, readListPage } from './listPage.ts';
import { methodClassOf } from './methodClass.ts';
import { LOW_PRIORITY } from './priority.ts';

/** A user in the registration report. The report may be hours old, and omits users whose account is disabled. */
export interface ReportedUser {
  readonly id: string;
  /** Null when the report does not tell. */
  readonly registered: boolean | null;
  readonly methodClass: MethodClass | null;
}

/**
 * Graph may show null for both properties while it throttles itself. `isMfaRegistered` is false for a user whose only
 * method is Windows Hello for Business. Then the report is contradictory, and does not tell whether the user is registered.
 */
const reportedUser = z
  .object({
    id: z.string(),
    isMfaRegistered: z.boolean(),
    methodsRegistered: z.array(z.string()).nullish(),
  })
  .transform(({ id, isMfaRegistered, methodsRegistered }): ReportedUser => {
    const isContradictory = !isMfaRegistered && (methodsRegistered ?? []).some((method) => !NOT_COUNTING.has(method));
    const methodClass = methodsRegistered == null ? null : methodClassOf(methodsRegistered);
    return { id: id.toLowerCase(), registered: isContradictory ? null : isMfaRegistered, methodClass };
  });

/** Methods in the report that do not count as registered for multifactor authentication. */
const NOT_COUNTING = new Set(['none', 'password', 'email', 'securityQuestion', 'temporaryAccessPass', 'qrCodePin']);

const FIRST =
  '/reports/authenticationMethods/userRegistrationDetails?$select=id,isMfaRegistered,methodsRegistered&$top=999';

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
