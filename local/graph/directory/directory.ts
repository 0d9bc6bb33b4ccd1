import { isRegistered, type MethodName, type MethodSet, methodNames } from './authenticationMethods.ts';
import type { Group } from './groups.ts';
import { FAMILY_NAMES, GIVEN_NAMES, LANGUAGES } from './names.ts';
import { assignmentId, initialRoles, type Principal, ROLES, type RoleAssignment } from './roles.ts';

export const GUEST = 1;
export const ACCOUNT_DISABLED = 2;
/** Entra does not promote this user from enabled to enforced when they register. */
export const NOT_PROMOTED = 4;
export const NO_MAIL = 8;
export const PRIVATE_MAIL = 16;
export const DELETED = 32;
export const SYNC_ACCOUNT = 64;

/** The account of the directory synchronization carries this display name in every tenant. */
export const SYNC_ACCOUNT_NAME = 'On-Premises Directory Synchronization Service Account';

/** The columns of a directory: one element a user, so that 100,000 users take a few dozen megabytes. */
export interface Columns {
  readonly ids: readonly string[];
  readonly principalNames: string[];
  readonly givenNames: Uint8Array;
  readonly familyNames: Uint8Array;
  readonly languages: Uint8Array;
  readonly flags: Uint8Array;
  /** Codes of mfaState.ts. */
  readonly states: Uint8Array;
  readonly methods: Uint16Array;
}

/** The users and groups of one tenant. A user is known by their index here; indexes are never reused. */
export class Directory {
  readonly columns: Columns;
  readonly groups: readonly Group[];
  #roles: readonly RoleAssignment[];
  readonly #byKey = new Map<string, number>();
  /** When users registered methods since the start, by user and method. */
  readonly #registeredAt = new Map<string, number>();

  constructor(columns: Columns, groups: readonly Group[]) {
    this.columns = columns;
    this.groups = groups;
    const helpdesk = groups.find(({ isAssignableToRole }) => isAssignableToRole);
    this.#roles = helpdesk === undefined ? [] : initialRoles(this.size, helpdesk, this.syncAccount);
    for (let user = 0; user < columns.ids.length; user++) {
      this.#byKey.set(this.id(user), user);
      this.#byKey.set(this.principalName(user).toLowerCase(), user);
    }
  }

  /** How many users were generated, those deleted since among them. */
  get size(): number {
    return this.columns.ids.length;
  }

  /** Finds a user by object id or user principal name, whatever the case; undefined when there is none. */
  find(key: string): number | undefined {
    const user = this.#byKey.get(key) ?? this.#byKey.get(key.toLowerCase());
    return user === undefined || this.has(user, DELETED) ? undefined : user;
  }

  /** The directory-sync account; undefined in a directory that is too small for one. */
  get syncAccount(): number | undefined {
    const user = this.columns.flags.findIndex((flags) => (flags & SYNC_ACCOUNT) !== 0);
    return user === -1 ? undefined : user;
  }

  get roles(): readonly RoleAssignment[] {
    return this.#roles;
  }

  /** Gives a user or a group a directory role, or makes it eligible for the role. */
  assignRole(principal: Principal, options: { readonly isEligible?: boolean } = {}): void {
    const { isEligible = false } = options;
    const id = assignmentId(this.#roles.length);
    this.#roles = [...this.#roles, { id, principal, roleDefinitionId: ROLES.globalAdministrator, isEligible }];
  }

  findGroup(id: string): Group | undefined {
    const wanted = id.toLowerCase();
    return this.groups.find((group) => group.id === wanted);
  }

  has(user: number, flag: number): boolean {
    return ((this.columns.flags[user] as number) & flag) !== 0;
  }

  delete(user: number): void {
    this.columns.flags[user] = (this.columns.flags[user] as number) | DELETED;
  }

  /** Gives a user another user principal name, as an administrator does. */
  rename(user: number, principalName: string): void {
    this.#byKey.delete(this.principalName(user).toLowerCase());
    this.columns.principalNames[user] = principalName;
    this.#byKey.set(principalName.toLowerCase(), user);
  }

  id(user: number): string {
    return this.columns.ids[user] as string;
  }

  principalName(user: number): string {
    return this.columns.principalNames[user] as string;
  }

  givenName(user: number): string | null {
    return this.has(user, SYNC_ACCOUNT) ? null : (GIVEN_NAMES[this.columns.givenNames[user] as number] as string);
  }

  familyName(user: number): string | null {
    return this.has(user, SYNC_ACCOUNT) ? null : (FAMILY_NAMES[this.columns.familyNames[user] as number] as string);
  }

  displayName(user: number): string {
    return this.has(user, SYNC_ACCOUNT) ? SYNC_ACCOUNT_NAME : `${this.givenName(user)} ${this.familyName(user)}`;
  }

  /** The primary address; null for a user without a mailbox. A guest's is the address at home. */
  mail(user: number): string | null {
    if (this.has(user, NO_MAIL)) return null;
    const name = this.principalName(user);
    return this.has(user, GUEST) ? name.slice(0, name.indexOf('#')).replace('_', '@') : name;
  }

  otherMails(user: number): string[] {
    if (!this.has(user, PRIVATE_MAIL)) return [];
    return [`${this.principalName(user).split(/[_@]/)[0]}@example.com`];
  }

  language(user: number): string | null {
    return LANGUAGES[this.columns.languages[user] as number] as string | null;
  }

  userType(user: number): 'Guest' | 'Member' {
    return this.has(user, GUEST) ? 'Guest' : 'Member';
  }

  accountEnabled(user: number): boolean {
    return !this.has(user, ACCOUNT_DISABLED);
  }

  promotable(user: number): boolean {
    return !this.has(user, NOT_PROMOTED);
  }

  methods(user: number): MethodSet {
    return this.columns.methods[user] as number;
  }

  /** Replaces a user's methods. Those that the user did not have are registered at this time (ms). */
  setMethods(user: number, methods: MethodSet, at: number): void {
    for (const name of methodNames(methods & ~this.methods(user))) this.#registeredAt.set(`${user} ${name}`, at);
    this.columns.methods[user] = methods;
  }

  /** When a user registered a method (ms); undefined when it was before the start. */
  registeredAt(user: number, name: MethodName): number | undefined {
    return this.#registeredAt.get(`${user} ${name}`);
  }

  registered(user: number): boolean {
    return isRegistered(this.methods(user));
  }
}
