import type { AuditEvent } from '../auditTrail.ts';
import { stateCode } from '../directory/mfaState.ts';
import type { LedgerEntry } from '../ledger.ts';
import { readListQuery } from '../odata/listQuery.ts';
import { page } from '../odata/page.ts';
import { BOTH_VERSIONS, ok, type Route } from './route.ts';

/**
 * `GET /auditLogs/directoryAudits`: changes of states and registrations, newest first. What Graph writes here about a
 * changed state is not documented; names and values follow the events that the legacy administration wrote.
 */
export const listDirectoryAudits: Route = {
  name: 'directoryAudits.list',
  method: 'GET',
  pattern: 'auditLogs/directoryAudits',
  versions: BOTH_VERSIONS,
  permissions: ['AuditLog.Read.All', 'Directory.Read.All'],
  cost: () => ({ service: 'reports' }),
  answer: ({ tenant, request, query, location }) => {
    tenant.perUserMfa.promoteDue();
    const list = readListQuery(query, request.headers, {
      type: 'microsoft.graph.directoryAudit',
      defaultTop: 100,
      filterable: {
        activityDateTime: ['eq', 'ge', 'le'],
        activityDisplayName: ['eq', 'startswith'],
        loggedByService: ['eq'],
        category: ['eq'],
      },
      orderable: new Set(['activityDateTime desc']),
    });
    const { events } = tenant.auditTrail;
    const shownUntil = tenant.outside.now() - tenant.settings.auditLagMs;
    const newestFirst = {
      length: events.length,
      at: (position: number) => {
        const index = events.length - 1 - position;
        return (events[index] as AuditEvent).at > shownUntil ? undefined : directoryAudit(events, index);
      },
    };
    return ok(
      page(newestFirst, list, location('auditLogs/directoryAudits'), {
        matches: (audit) => list.filter?.matches((name) => audit[name]) ?? true,
        resource: (audit) => audit,
      }),
    );
  },
};

const LOGGED_AS: Record<
  AuditEvent['kind'],
  { readonly activityDisplayName: string; readonly loggedByService: string }
> = {
  registration: {
    activityDisplayName: 'User registered security info',
    loggedByService: 'Authentication Methods',
  },
  stateChange: { activityDisplayName: 'Enable Strong Authentication', loggedByService: 'Core Directory' },
  disabled: { activityDisplayName: 'Disable Strong Authentication', loggedByService: 'Core Directory' },
};

function directoryAudit(events: readonly AuditEvent[], index: number): Record<string, unknown> {
  const event = events[index] as AuditEvent;
  const entry = event.kind === 'registration' ? undefined : event.entry;
  return {
    id: `Directory_${String(index + 1).padStart(12, '0')}`,
    category: 'UserManagement',
    correlationId: entry?.requestId ?? null,
    result: 'success',
    ...LOGGED_AS[event.kind],
    activityDateTime: new Date(event.at).toISOString(),
    operationType: 'Update',
    initiatedBy: entry === undefined ? { app: null, user: { id: event.userId } } : initiatorOf(entry),
    targetResources: [
      { id: event.userId, type: 'User', modifiedProperties: entry === undefined ? [] : [changedRequirement(entry)] },
    ],
  };
}

/** The administrator that changes past the service are attributed to. */
const ADMINISTRATOR = {
  id: '0d15ea5e-0000-4000-8000-00000000ad01',
  displayName: 'Mallory Admin',
  userPrincipalName: 'mallory@contoso.com',
};

/** The service of Entra that carries out registrations, under which the audit log has their effects. */
const ENTRA = { appId: null, displayName: 'Azure MFA StrongAuthenticationService' };

function initiatorOf({ appliedBy, appId }: LedgerEntry): object {
  switch (appliedBy) {
    case 'client':
      return { app: { appId, displayName: null, servicePrincipalId: null }, user: null };
    case 'entra':
      return { app: { ...ENTRA, servicePrincipalId: null }, user: null };
    case 'control':
      return { app: null, user: ADMINISTRATOR };
  }
}

/** The legacy property and its numbers: 1 enabled, 2 enforced, an empty list for disabled. */
function changedRequirement({ from, to }: LedgerEntry): object {
  const value = (state: LedgerEntry['from']): string =>
    JSON.stringify(state === 'disabled' ? [] : [{ RelyingParty: '*', State: stateCode(state) }]);
  return { displayName: 'StrongAuthenticationRequirement', oldValue: value(from), newValue: value(to) };
}
