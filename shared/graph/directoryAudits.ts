import { z } from 'zod';
import type { MfaState } from '../domain/mfaState.ts';
import type { Actor } from '../domain/operation.ts';
import type { SendToGraph } from './graph.ts';
import { type ListPage, readListPage } from './listPage.ts';
import { LOW_PRIORITY } from './priority.ts';

/** An event about a user in the audit log of Entra. */
interface EventBase {
  readonly id: string;
  /** When it happened, ISO 8601. */
  readonly at: string;
  readonly userId: string;
}

/** A changed per-user MFA state. */
export interface AuditedState extends EventBase {
  readonly kind: 'state';
  /** Undefined when the event does not tell. */
  readonly from: MfaState | undefined;
  readonly to: MfaState;
  /** Undefined when the event has no actor. */
  readonly by: Actor | undefined;
}

/** The registration of a security info, which may be a method that does not count for multifactor authentication. */
export interface AuditedRegistration extends EventBase {
  readonly kind: 'registration';
}

export type AuditedEvent = AuditedState | AuditedRegistration;

const appSchema = z.object({
  appId: z.string().nullish(),
  displayName: z.string().nullish(),
  servicePrincipalId: z.string().nullish(),
});
const userSchema = z.object({
  id: z.string().nullish(),
  displayName: z.string().nullish(),
  userPrincipalName: z.string().nullish(),
});
const propertySchema = z.object({
  displayName: z.string().nullish(),
  oldValue: z.string().nullish(),
  newValue: z.string().nullish(),
});
const targetSchema = z.object({
  id: z.string().nullish(),
  type: z.string().nullish(),
  modifiedProperties: z.array(propertySchema).nullish(),
});

/** An event gives a list, because most events are about something else. */
const auditSchema = z
  .object({
    id: z.string(),
    activityDateTime: z.string(),
    activityDisplayName: z.string(),
    result: z.string().nullish(),
    initiatedBy: z.object({ app: appSchema.nullish(), user: userSchema.nullish() }).nullish(),
    targetResources: z.array(targetSchema).nullish(),
  })
  .transform((audit): AuditedEvent[] => {
    const time = Date.parse(audit.activityDateTime);
    if (Number.isNaN(time) || (audit.result ?? 'success') !== 'success') return [];
    return (audit.targetResources ?? []).flatMap((target): AuditedEvent[] => {
      if (!target.id || (target.type ?? 'User') !== 'User') return [];
      const about = { id: audit.id, at: new Date(time).toISOString(), userId: target.id.toLowerCase() };
      if (REGISTRATIONS.has(audit.activityDisplayName)) return [{ kind: 'registration', ...about }];
      const change = target.modifiedProperties?.find(({ displayName }) => displayName === REQUIREMENT);
      const to = stateOf(change?.newValue);
      if (to === undefined) return [];
      return [{ kind: 'state', ...about, from: stateOf(change?.oldValue), to, by: actorOf(audit.initiatedBy ?? {}) }];
    });
  });

/** The property of a user in the audit log that holds the per-user MFA state. */
const REQUIREMENT = 'StrongAuthenticationRequirement';
const CHANGES = ['Enable Strong Authentication', 'Disable Strong Authentication', 'Update user'];
const REGISTRATIONS = new Set(['User registered security info', 'Admin registered security info']);

/** The state in the property: `[{"RelyingParty":"*","State":1}]`; an empty list is disabled. */
const requirementSchema = z.array(z.object({ State: z.number() }));
const STATES: readonly MfaState[] = ['disabled', 'enabled', 'enforced'];

function stateOf(text: string | null | undefined): MfaState | undefined {
  if (text === null || text === undefined) return undefined;
  const read = requirementSchema.safeParse(parsed(text));
  return read.success ? STATES[read.data[0]?.State ?? 0] : undefined;
}

/** Some events have the list as a string within a string. */
function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? JSON.parse(value) : value;
  } catch {
    return undefined;
  }
}

function actorOf({
  app,
  user,
}: {
  readonly app?: z.infer<typeof appSchema> | null | undefined;
  readonly user?: z.infer<typeof userSchema> | null | undefined;
}): Actor | undefined {
  if (user?.id) {
    const name = user.userPrincipalName || user.displayName;
    return { kind: 'user', id: user.id, ...(name ? { name } : {}) };
  }
  const id = app?.servicePrincipalId || app?.appId || app?.displayName;
  if (!app || !id) return undefined;
  return {
    kind: 'application',
    id,
    ...(app.appId ? { application: app.appId } : {}),
    ...(app.displayName ? { name: app.displayName } : {}),
  };
}

/**
 * Reads a page of the audit log of Entra: changed states and registrations, newest first
 * (https://learn.microsoft.com/graph/api/directoryaudit-list). Graph allows five such requests in ten seconds. Permission:
 * AuditLog.Read.All.
 * @param since only events from this time on, ISO 8601. Entra keeps them for 7 days, with Entra ID P1 or P2 for 30
 * @param nextLink the link in the previous page; null for the first page
 */
export function readDirectoryAudits(
  send: SendToGraph,
  since: string,
  nextLink: string | null,
): Promise<ListPage<readonly AuditedEvent[]>> {
  const activities = [...CHANGES, ...REGISTRATIONS].map((name) => `activityDisplayName eq '${name}'`).join(' or ');
  const filter = encodeURIComponent(`activityDateTime ge ${since} and (${activities})`);
  const path = `/auditLogs/directoryAudits?$filter=${filter}&$top=999`;
  return readListPage(send, auditSchema, { method: 'GET', path, headers: LOW_PRIORITY }, nextLink);
}
