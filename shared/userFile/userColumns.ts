/**
 * The columns that name users, as this service, Entra, Microsoft Graph, MSOnline, Exchange and Excel head them. Where a
 * file has several, the first of this list counts, and the next for a row in which it is empty. Case, spaces and
 * punctuation make no difference.
 */
const USER_COLUMNS = [
  'user', // this service
  'users',
  'userPrincipalName', // Entra, Microsoft Graph, MSOnline, Exchange
  'UPN',
  'User principal name (UPN)',
  'userId', // the audit record and items of this service
  'reference',
  'memberObjectIdOrUpn', // Entra, bulk templates
  'Username', // the per-user MFA portal
  'Sign-in name', // MSOnline, Microsoft 365 admin center
  'Sign-in user name',
  'Login name', // SharePoint
  'User logon name', // Active Directory Users and Computers
  'MicrosoftOnlineServicesID', // Exchange
  'WindowsLiveID',
  'objectId',
  'id',
  'User object id',
  'Entra object id',
  'Azure AD object id',
  'ExternalDirectoryObjectId', // Exchange
] as const;

/** A column of addresses that people keep. It is used only when no other column names users. */
const ADDRESS_COLUMNS = ['Email', 'Email address'] as const;

/** Columns of other attributes, which only look like a user principal name, or may belong to several users. */
const OTHER_COLUMNS = [
  'mail',
  'mails',
  'otherMails',
  'primarySmtpAddress',
  'windowsEmailAddress',
  'emailAddresses',
  'proxyAddresses',
  'alternateEmailAddress',
  'displayName',
  'name',
  'full name',
  'mailNickname',
  'alias',
  'samAccountName',
  'onPremisesSamAccountName',
  'employeeId',
] as const;

/** Columns with the state of each user. Others, such as `state`, count only if all their values are MFA states. */
const STATE_COLUMNS = [
  'MFA status',
  'MFA state',
  'perUserMfaState',
  'Per-user MFA status',
  'Multi-factor authentication status',
  'Multi-factor auth status',
] as const;
const POSSIBLE_STATE_COLUMNS = ['targetState', 'state', 'status'] as const;

/** No name of a column is longer, in characters; a caller may ask for a column with a name as long. */
const HEADING_MAX_LENGTH = 1_000;

/** What errors and help call the columns of users. */
export const USER_COLUMN_NAMES = 'user, userPrincipalName or id';

/** All columns that are looked for, for an error. */
export const LOOKED_FOR = [...USER_COLUMNS, ...ADDRESS_COLUMNS].join(', ');

/**
 * The positions of the columns that name users, best first; none when the header has none.
 * @param asked the name of the column that the caller asks for: then no other counts
 */
export function findUserColumns(header: readonly string[], asked?: string): number[] {
  if (asked !== undefined) return positionsOf(header, [asked]).slice(0, 1);
  const found = positionsOf(header, USER_COLUMNS);
  return found.length > 0 ? found : positionsOf(header, ADDRESS_COLUMNS).slice(0, 1);
}

/** The columns of a header that hold other attributes of users. */
export function findOtherColumns(header: readonly string[]): string[] {
  return positionsOf(header, OTHER_COLUMNS).flatMap((position) => header[position] ?? []);
}

/** The position of the column with states, and whether each of its values must be one. */
export function findStateColumns(header: readonly string[]): { position: number; isCertain: boolean }[] {
  return [
    ...positionsOf(header, STATE_COLUMNS).map((position) => ({ position, isCertain: true })),
    ...positionsOf(header, POSSIBLE_STATE_COLUMNS).map((position) => ({ position, isCertain: false })),
  ];
}

function positionsOf(header: readonly string[], columns: readonly string[]): number[] {
  const positions = new Map<string, number>();
  for (const [position, heading] of header.entries())
    for (const name of spellingsOf(heading)) if (!positions.has(name)) positions.set(name, position);
  return [...new Set(columns.flatMap((column) => positions.get(plain(column)) ?? []))];
}

/** A heading, and the name in brackets that Entra's bulk templates have in it: `User name [userPrincipalName] Required`. */
function spellingsOf(heading: string): string[] {
  if (heading === '' || heading.length > HEADING_MAX_LENGTH) return [];
  const inBrackets = /\[([^\]]+)\]/.exec(heading)?.[1];
  const names = inBrackets === undefined ? [heading] : [inBrackets, heading.replace(/\[.*$/, '')];
  return names.map(plain).filter((name) => name !== '');
}

function plain(name: string): string {
  return name
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}]/gu, '')
    .toLowerCase();
}
