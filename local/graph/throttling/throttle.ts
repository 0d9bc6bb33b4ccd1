import type { Quota, ThrottlingSettings } from '../settings.ts';
import { createWindow, type Window } from './window.ts';

/** The cost of a request. A service counts its own quotas; `none` is limited only by the number of requests. */
export type Cost =
  | { readonly service: 'identity'; readonly resourceUnits: number; readonly writes: 0 | 1 }
  | { readonly service: 'reports' | 'conditionalAccess' | 'none' }
  | { readonly service: 'mail'; readonly mailbox: string; readonly recipients: number };

export interface Rejection {
  /** The quota, for the counters. */
  readonly quota: string;
  /** Absent where Graph does not say. */
  readonly retryAfterSeconds?: number;
  readonly scope: string;
  readonly information: 'WriteLimitExceeded' | 'ResourceUnitLimitExceeded' | 'CPULimitExceeded';
}

export interface Verdict {
  /** The part of the quota in use when above 0.8, for `x-ms-throttle-limit-percentage`. */
  readonly limitPercentage?: number;
  readonly rejection?: Rejection;
}

type QuotaName =
  | 'resourceUnits'
  | { [K in keyof ThrottlingSettings]: ThrottlingSettings[K] extends Quota ? K : never }[keyof ThrottlingSettings];

interface Charge {
  readonly quota: QuotaName;
  readonly window: Window;
  readonly amount: number;
  readonly scope: 'Tenant_Application' | 'Application' | 'Tenant';
  readonly information: Rejection['information'];
}

const ACCEPTED: Verdict = {};

/** Decides which requests are answered with 429, by the quotas in the settings. Keeps a window per quota and owner. */
export class Throttle {
  readonly #settings: ThrottlingSettings;
  readonly #resourceUnitLimit: number;
  readonly #tenantId: string;
  readonly #windows = new Map<string, Window>();

  constructor(settings: ThrottlingSettings, tenant: { readonly id: string; readonly users: number }) {
    this.#settings = settings;
    this.#tenantId = tenant.id;
    const { small, medium, large } = settings.resourceUnits;
    this.#resourceUnitLimit = tenant.users < 50 ? small : tenant.users <= 500 ? medium : large;
  }

  /** Charges a request of an app. A request that does not fit every quota is rejected and, by default, not charged. */
  charge(cost: Cost, appId: string, now: number, priority?: string): Verdict {
    const kind = this.#settings.window;
    if (kind === 'off') return ACCEPTED;
    const charges = this.#charges(cost, appId);
    // Priorities are documented for identity and access only; a share of Conditional Access's one request would be
    // none.
    const isLow = cost.service === 'identity' && priority?.toLowerCase() === 'low';
    const share = isLow ? this.#settings.lowPriorityShare : 1;
    let exceeded: Charge | undefined;
    let waitMs = 0;
    for (const charge of charges) {
      if (charge.window.fits(charge.amount, now, share)) continue;
      const chargeWaitMs = charge.window.waitMs(charge.amount, now, share);
      if (exceeded !== undefined && chargeWaitMs <= waitMs) continue;
      exceeded = charge;
      waitMs = chargeWaitMs;
    }
    if (exceeded === undefined || this.#settings.countRejected) {
      for (const charge of charges) charge.window.take(charge.amount, now);
    }
    const limitPercentage = Math.max(...charges.map((charge) => charge.window.usage(now)));
    const shown = cost.service === 'identity' && limitPercentage > 0.8 ? { limitPercentage } : ACCEPTED;
    if (exceeded === undefined) return shown;
    const rejection: Rejection = {
      quota: exceeded.quota,
      ...(cost.service === 'conditionalAccess' ? {} : { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) }),
      scope: `${exceeded.scope}/${exceeded.quota === 'writes' ? 'Write' : 'ReadWrite'}/${appId}/${this.#tenantId}`,
      information: exceeded.information,
    };
    return { ...shown, rejection };
  }

  #charges(cost: Cost, appId: string): Charge[] {
    const all: Charge[] = [];
    const add = (
      quota: QuotaName,
      amount: number,
      scope: Charge['scope'],
      owner: string,
      information: Charge['information'] = 'CPULimitExceeded',
    ): void => {
      if (amount > 0) all.push({ quota, amount, scope, information, window: this.#window(quota, owner) });
    };
    add('requestsPerApp', 1, 'Application', appId);
    if (cost.service === 'identity') {
      add('resourceUnits', cost.resourceUnits, 'Tenant_Application', appId, 'ResourceUnitLimitExceeded');
      add('resourceUnitsPerApp', cost.resourceUnits, 'Application', appId, 'ResourceUnitLimitExceeded');
      add('writes', cost.writes, 'Tenant_Application', appId, 'WriteLimitExceeded');
      add('writesPerApp', cost.writes, 'Application', appId, 'WriteLimitExceeded');
      add('writesPerTenant', cost.writes, 'Tenant', '', 'WriteLimitExceeded');
    } else if (cost.service === 'reports') {
      add('reports', 1, 'Tenant_Application', appId);
    } else if (cost.service === 'conditionalAccess') {
      add('conditionalAccess', 1, 'Tenant', '');
    } else if (cost.service === 'mail') {
      const mailbox = cost.mailbox.toLowerCase();
      add('mailRequests', 1, 'Tenant_Application', `${appId}/${mailbox}`);
      add('mailMessages', 1, 'Tenant', mailbox);
      add('mailRecipients', cost.recipients, 'Tenant', mailbox);
    }
    return all;
  }

  #window(quota: QuotaName, owner: string): Window {
    const key = `${quota}/${owner}`;
    let window = this.#windows.get(key);
    if (window === undefined) {
      window = this.#create(quota);
      this.#windows.set(key, window);
    }
    return window;
  }

  #create(quota: QuotaName): Window {
    const { window: kind, ...quotas } = this.#settings;
    if (kind === 'off') throw new Error('There are no windows while throttling is off.');
    if (quota !== 'resourceUnits') return createWindow(kind, quotas[quota]);
    const { windowSeconds } = quotas.resourceUnits;
    return createWindow(kind, { limit: this.#resourceUnitLimit, windowSeconds });
  }
}
