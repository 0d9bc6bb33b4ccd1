import { DELETED, SYNC_ACCOUNT } from '../directory/directory.ts';
import { stateName } from '../directory/mfaState.ts';
import type { Source } from '../odata/page.ts';
import type { Tenant } from '../tenant.ts';

type Property = (tenant: Tenant, user: number) => unknown;

const absent: Property = () => null;

/** Microsoft 365 Business Basic. */
const LICENCE = '3b555118-da6a-4418-894f-7df1e2096870';

/** Accounts were created a minute apart, beginning here. */
const FIRST_CREATED = Date.parse('2024-01-08T08:00:00Z');

const PROPERTIES: Readonly<Record<string, Property>> = {
  businessPhones: () => [],
  displayName: ({ directory }, user) => directory.displayName(user),
  givenName: ({ directory }, user) => directory.givenName(user),
  jobTitle: absent,
  mail: ({ directory }, user) => directory.mail(user),
  mobilePhone: absent,
  officeLocation: absent,
  preferredLanguage: ({ directory }, user) => directory.language(user),
  surname: ({ directory }, user) => directory.familyName(user),
  userPrincipalName: ({ directory }, user) => directory.principalName(user),
  id: ({ directory }, user) => directory.id(user),
  accountEnabled: ({ directory }, user) => directory.accountEnabled(user),
  // Guests of a tenant usually have no licence there.
  assignedLicenses: ({ directory }, user) =>
    directory.userType(user) === 'Guest' ? [] : [{ disabledPlans: [], skuId: LICENCE }],
  createdDateTime: (_, user) => createdDateTime(user),
  department: absent,
  onPremisesSyncEnabled: ({ directory }, user) => (directory.has(user, SYNC_ACCOUNT) ? true : null),
  otherMails: ({ directory }, user) => directory.otherMails(user),
  proxyAddresses: ({ directory }, user) => {
    const mail = directory.mail(user);
    return mail === null ? [] : [`SMTP:${mail}`];
  },
  usageLocation: absent,
  userType: ({ directory }, user) => directory.userType(user),
  // Not documented on user: a tenant that does not surface it answers without the property, and without an error.
  perUserMfaState: ({ perUserMfa, settings }, user) =>
    settings.listsState ? stateName(perUserMfa.listedState(user)) : undefined,
};

/** When a user was created, as Graph writes it. */
export function createdDateTime(user: number): string {
  return new Date(FIRST_CREATED + user * 60_000).toISOString().replace('.000Z', 'Z');
}

/** The properties of a user without `$select`. Source: learn.microsoft.com/graph/api/user-get. */
const DEFAULT_PROPERTIES =
  'businessPhones displayName givenName jobTitle mail mobilePhone officeLocation preferredLanguage surname userPrincipalName id'.split(
    ' ',
  );

export const USER_PROPERTIES: ReadonlySet<string> = new Set(Object.keys(PROPERTIES));

export function userProperty(tenant: Tenant, user: number, name: string): unknown {
  return PROPERTIES[name]?.(tenant, user);
}

/** A user as Graph shows them. */
export function userResource(tenant: Tenant, user: number, select?: readonly string[]): Record<string, unknown> {
  const resource: Record<string, unknown> = {};
  for (const name of select ?? DEFAULT_PROPERTIES) resource[name] = userProperty(tenant, user, name);
  return resource;
}

/** Users by position, without those deleted. */
export function userSource(tenant: Tenant, users: ArrayLike<number> | number): Source<number> {
  const list = typeof users === 'number' ? undefined : users;
  return {
    length: list?.length ?? (users as number),
    at: (position) => {
      const user = list === undefined ? position : (list[position] as number);
      return tenant.directory.has(user, DELETED) ? undefined : user;
    },
  };
}
