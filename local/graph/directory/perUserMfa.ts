import type { AuditTrail } from '../auditTrail.ts';
import type { Author, Ledger } from '../ledger.ts';
import type { GraphSettings } from '../settings.ts';
import { isRegistered, type MethodName, type MethodSet, methodNames, methodSet } from './authenticationMethods.ts';
import type { DirectoryChange, StateWrite } from './change.ts';
import { DELETED, type Directory } from './directory.ts';
import { History } from './history.ts';
import { DISABLED, ENABLED, ENFORCED, stateCode, stateName } from './mfaState.ts';

/** The origin of a change, for the ledger. */
export interface Origin {
  readonly appliedBy: Author;
  readonly appId: string;
  readonly requestId: string;
  readonly clientRequestId: string;
  readonly batchItemId?: string;
}

interface Surroundings {
  readonly directory: Directory;
  readonly ledger: Ledger;
  readonly auditTrail: AuditTrail;
  readonly settings: () => GraphSettings;
  readonly now: () => number;
  /** Called with each change, after it took effect and before the answer. */
  readonly keep: (change: DirectoryChange) => void;
}

/**
 * Per-user MFA states and registrations over time: the effect of writes, stale reads, and promotions by Entra.
 * Promotions that are due happen before each read and write, so no timer is needed.
 */
export class PerUserMfa {
  readonly #in: Surroundings;
  readonly #states = new History();
  readonly #listedStates = new History();
  readonly #registrations = new History();
  /** Users who become enforced, with the time and what triggered it. In order of time while the delay is constant. */
  readonly #promotions = new Map<number, { readonly at: number; readonly origin: Origin }>();

  constructor(surroundings: Surroundings) {
    this.#in = surroundings;
  }

  /** The state now, as a code. */
  state(user: number): number {
    this.promoteDue();
    return this.#in.directory.columns.states[user] as number;
  }

  /** The state as a reader sees it, `readLagMs` late. */
  visibleState(user: number): number {
    const current = this.state(user);
    return this.#states.valueAt(user, this.#in.now() - this.#in.settings().readLagMs, current);
  }

  /** The state in the list of users, `listLagMs` late. */
  listedState(user: number): number {
    const current = this.state(user);
    return this.#listedStates.valueAt(user, this.#in.now() - this.#listLagMs, current);
  }

  get #listLagMs(): number {
    const { listLagMs, readLagMs } = this.#in.settings();
    return Math.max(listLagMs, readLagMs);
  }

  /** The methods as the registration report sees them, `reportLagMs` late. */
  reportedMethods(user: number): MethodSet {
    const current = this.#in.directory.methods(user);
    return this.#registrations.valueAt(user, this.#in.now() - this.#in.settings().reportLagMs, current);
  }

  change(user: number, to: number, origin: Origin): void {
    this.promoteDue();
    this.#write(user, to, this.#in.now(), origin);
    this.#considerPromotion(user, origin);
  }

  /** Gives a user authentication methods, as if they had registered them. */
  register(user: number, names: readonly MethodName[], origin: Origin): void {
    this.promoteDue();
    const { directory, settings, keep } = this.#in;
    const before = directory.methods(user);
    const after = before | methodSet(names);
    const at = this.#in.now();
    const userId = directory.id(user);
    this.#registrations.record(user, at, before, settings().reportLagMs);
    this.#setMethods(user, after, at);
    keep({ kind: 'registration', at, userId, methods: methodNames(after) });
    if (!isRegistered(before) && isRegistered(after)) this.#considerPromotion(user, origin);
  }

  /** Repeats a change of an earlier process. Reads do not lag behind it, and it has no further effects. */
  restore(user: number, change: Exclude<DirectoryChange, { kind: 'deletion' }>): void {
    if (change.kind === 'state') this.#setState(user, change);
    else this.#setMethods(user, methodSet(change.methods), change.at);
  }

  #considerPromotion(user: number, origin: Origin): void {
    const { directory } = this.#in;
    const delayMs = this.#in.settings().promotionDelayMs;
    this.#promotions.delete(user);
    const eligible =
      directory.columns.states[user] === ENABLED && directory.registered(user) && directory.promotable(user);
    if (!eligible || delayMs === null) return;
    this.#promotions.set(user, { at: this.#in.now() + delayMs, origin });
    this.promoteDue();
  }

  /** Carries out the promotions whose time has come. */
  promoteDue(): void {
    if (this.#promotions.size === 0) return;
    const now = this.#in.now();
    for (const [user, { at, origin }] of this.#promotions) {
      if (at > now) return;
      this.#promotions.delete(user);
      if (this.#in.directory.has(user, DELETED)) continue;
      this.#write(user, ENFORCED, at, { ...origin, appliedBy: 'entra' });
    }
  }

  #write(user: number, to: number, at: number, origin: Origin): void {
    const { directory, settings, keep } = this.#in;
    const from = directory.columns.states[user] as number;
    if (from !== to) {
      this.#states.record(user, at, from, settings().readLagMs);
      this.#listedStates.record(user, at, from, this.#listLagMs);
    }
    const write: StateWrite = {
      kind: 'state',
      at,
      userId: directory.id(user),
      from: stateName(from),
      to: stateName(to),
      ...origin,
    };
    this.#setState(user, write);
    keep(write);
  }

  #setState(user: number, { kind: _, ...write }: StateWrite): void {
    const { directory, ledger, auditTrail } = this.#in;
    const { at, userId, from, to } = write;
    const code = stateCode(to);
    directory.columns.states[user] = code;
    const entry = ledger.append(write);
    if (from !== to) auditTrail.add({ kind: code === DISABLED ? 'disabled' : 'stateChange', at, userId, entry });
  }

  #setMethods(user: number, methods: MethodSet, at: number): void {
    const { directory, auditTrail } = this.#in;
    directory.setMethods(user, methods, at);
    auditTrail.add({ kind: 'registration', at, userId: directory.id(user) });
  }
}
