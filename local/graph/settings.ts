import { z } from 'zod';
import { METHOD_NAMES } from './directory/authenticationMethods.ts';

const milliseconds = z.number().int().min(0);
const quota = z.strictObject({ limit: z.number().int().min(1), windowSeconds: z.number().positive() });

/** An amount that may be used within a window of time. */
export type Quota = z.infer<typeof quota>;

/**
 * The quotas of Microsoft Graph. The numbers are those of learn.microsoft.com/graph/throttling-limits; for mail those
 * of Exchange Online's limits.
 */
const throttling = z.strictObject({
  /** How a quota is counted. `off` answers everything. */
  window: z.enum(['tokenBucket', 'tumbling', 'sliding', 'off']).default('tokenBucket'),
  /** Identity and access: PATCH, POST, PUT and DELETE of one app in the tenant. */
  writes: quota.default({ limit: 3_000, windowSeconds: 150 }),
  writesPerApp: quota.default({ limit: 35_000, windowSeconds: 300 }),
  writesPerTenant: quota.default({ limit: 18_000, windowSeconds: 300 }),
  /** Resource units of one app in the tenant, by its size: below 50 users, up to 500, above. */
  resourceUnits: z
    .strictObject({
      small: z.number().int().min(1).default(3_500),
      medium: z.number().int().min(1).default(5_000),
      large: z.number().int().min(1).default(8_000),
      windowSeconds: z.number().positive().default(10),
    })
    .prefault({}),
  resourceUnitsPerApp: quota.default({ limit: 150_000, windowSeconds: 20 }),
  /** Any request of one app. */
  requestsPerApp: quota.default({ limit: 130_000, windowSeconds: 10 }),
  /** Identity and access reports, of one app in the tenant. */
  reports: quota.default({ limit: 5, windowSeconds: 10 }),
  /** Conditional Access, of all apps in the tenant; its 429 has no Retry-After. */
  conditionalAccess: quota.default({ limit: 1, windowSeconds: 1 }),
  mailRequests: quota.default({ limit: 10_000, windowSeconds: 600 }),
  mailMessages: quota.default({ limit: 30, windowSeconds: 60 }),
  mailRecipients: quota.default({ limit: 10_000, windowSeconds: 86_400 }),
  /** Identity requests with `x-ms-throttle-priority: Low` get only this share of a quota: they are throttled first. */
  lowPriorityShare: z.number().gt(0).max(1).default(0.8),
  /** Whether requests answered with 429 use up the quota too. */
  countRejected: z.boolean().default(false),
});

export type ThrottlingSettings = z.infer<typeof throttling>;

const settings = z.strictObject({
  /** Every answer takes at least this long. */
  latencyMs: milliseconds.default(0),
  /** Reads of a user's state show what it was this long ago. */
  readLagMs: milliseconds.default(0),
  /** The list of users shows states that are at least this old. Replicas of the list may lag behind other reads. */
  listLagMs: milliseconds.default(0),
  /** Entra's audit log shows events so long after they happened. */
  auditLagMs: milliseconds.default(0),
  /** The registration report shows what users had registered this long ago. */
  reportLagMs: milliseconds.default(0),
  /** How long after both are true an enabled, registered user becomes enforced by itself; null: never. */
  promotionDelayMs: milliseconds.nullable().default(0),
  licence: z.enum(['none', 'p1', 'p2']).default('none'),
  securityDefaults: z.boolean().default(false),
  conditionalAccessPolicies: z.array(z.record(z.string(), z.unknown())).default([]),
  /** Lists of members have at most so many in a page, even when more are requested: a client must follow the links. */
  membersPerPage: z.number().int().min(1).max(999).default(999),
  /** Whether lists and single users carry `perUserMfaState` when it is selected; without, it is silently absent. */
  listsState: z.boolean().default(true),
  /** Application permissions that the caller does not have, such as `Policy.ReadWrite.AuthenticationMethod`. */
  deniedPermissions: z.array(z.string()).default([]),
  /** Methods that the tenant's policy does not allow: who has only these is registered, but not capable. */
  disallowedMethods: z.array(z.enum(METHOD_NAMES)).default([]),
  /** Mailboxes that may send beside those of the users. */
  sharedMailboxes: z.array(z.string()).default(['mfa-notifications@contoso.com']),
  throttling: throttling.prefault({}),
});

/** The settings of a running simulator that can change. Times are in milliseconds unless the name has another unit. */
export type GraphSettings = z.infer<typeof settings>;

type DeepPartial<T> = T extends readonly unknown[] ? T : T extends object ? { [K in keyof T]?: DeepPartial<T[K]> } : T;

export type GraphSettingsPatch = DeepPartial<GraphSettings>;

/**
 * Settings with some of them changed. Objects are merged, lists replaced.
 * @throws z.ZodError when a name is unknown or a value is out of range.
 */
export function changeSettings(current: Partial<GraphSettings>, patch: unknown): GraphSettings {
  return settings.parse(merge(current, patch ?? {}));
}

function merge(current: unknown, patch: unknown): unknown {
  if (!isPlainObject(current) || !isPlainObject(patch)) return patch;
  const merged: Record<string, unknown> = { ...current };
  for (const [name, value] of Object.entries(patch)) {
    if (value !== undefined) merged[name] = merge(current[name], value);
  }
  return merged;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
