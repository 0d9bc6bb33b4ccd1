import { AuditTrail } from './auditTrail.ts';
import { type Counters, newCounters } from './counters.ts';
import type { DirectoryChange } from './directory/change.ts';
import type { Directory } from './directory/directory.ts';
import { generateDirectory } from './directory/generate.ts';
import type { Journal } from './directory/journal.ts';
import { PerUserMfa } from './directory/perUserMfa.ts';
import { FaultRules } from './faults/faultRules.ts';
import { GraphError } from './http/graphError.ts';
import { Ledger } from './ledger.ts';
import { Mailbox } from './mailbox.ts';
import { changeSettings, type GraphSettings, type GraphSettingsPatch } from './settings.ts';
import { Throttle } from './throttling/throttle.ts';

/** How a tenant begins. */
export interface TenantStart {
  /** The number of users, the directory-sync account among them. */
  readonly users: number;
  /** The same seed gives the same users, states and groups, and the same choices of the fault rules. */
  readonly seed: number;
  readonly settings: GraphSettingsPatch;
}

/** The dependencies of a tenant: time, ids, and the address for links. */
export interface TenantOutside {
  readonly tenantId: string;
  /** Milliseconds since 1970; must not go back. */
  readonly now: () => number;
  readonly newId: () => string;
  /** Without a slash at the end. */
  readonly url: () => string;
  /** Keeps what happens to the directory; it is forgotten with the process when missing. */
  readonly journal?: Journal | undefined;
}

/** The simulated tenant: everything that requests read and change. */
export class Tenant {
  readonly outside: TenantOutside;
  directory!: Directory;
  ledger!: Ledger;
  auditTrail!: AuditTrail;
  mailbox!: Mailbox;
  counters!: Counters;
  perUserMfa!: PerUserMfa;
  faults!: FaultRules;
  settings!: GraphSettings;
  throttle!: Throttle;
  #start: TenantStart;

  constructor(start: TenantStart, outside: TenantOutside) {
    this.#start = start;
    this.outside = outside;
    this.#begin({});
    for (const change of outside.journal?.earlier ?? []) this.#restore(change);
  }

  /**
   * Resets the tenant, optionally with other numbers. The settings are the initial ones with these changes.
   * @throws GraphError if the directory is kept in a file, because other parts keep facts about it
   */
  reset(start: Partial<TenantStart>): void {
    if (this.outside.journal !== undefined)
      throw new GraphError(
        409,
        'DirectoryIsKept',
        'This directory is kept in a file. To start again, use another file.',
      );
    this.#begin(start);
  }

  deleteUser(user: number): void {
    this.directory.delete(user);
    this.#keep({ kind: 'deletion', userId: this.directory.id(user) });
  }

  #begin(start: Partial<TenantStart>): void {
    const { users, seed } = { ...this.#start, ...start };
    const settings = changeSettings(changeSettings({}, this.#start.settings), start.settings);
    this.directory = generateDirectory({ size: users, seed });
    this.ledger = new Ledger();
    this.auditTrail = new AuditTrail();
    this.mailbox = new Mailbox();
    this.counters = newCounters();
    this.faults = new FaultRules(seed);
    this.perUserMfa = new PerUserMfa({
      directory: this.directory,
      ledger: this.ledger,
      auditTrail: this.auditTrail,
      settings: () => this.settings,
      now: this.outside.now,
      keep: (change) => this.#keep(change),
    });
    this.#apply(settings);
  }

  #keep(change: DirectoryChange): void {
    this.outside.journal?.add(change);
  }

  #restore(change: DirectoryChange): void {
    const user = this.directory.find(change.userId);
    if (user === undefined) return; // deleted since
    if (change.kind === 'deletion') this.directory.delete(user);
    else this.perUserMfa.restore(user, change);
  }

  /**
   * Quotas that were used stay used unless their settings change.
   * @throws z.ZodError when the change is not valid; nothing is changed then.
   */
  changeSettings(patch: unknown): void {
    const settings = changeSettings(this.settings, patch);
    const sameQuotas = JSON.stringify(settings.throttling) === JSON.stringify(this.settings.throttling);
    if (sameQuotas) this.settings = settings;
    else this.#apply(settings);
  }

  #apply(settings: GraphSettings): void {
    this.settings = settings;
    this.throttle = new Throttle(settings.throttling, { id: this.outside.tenantId, users: this.directory.size });
  }
}
