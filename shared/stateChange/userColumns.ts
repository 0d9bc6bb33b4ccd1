/**
 * The columns of a CSV file that name users, as this service, Entra's exports, Microsoft Graph and PowerShell head them.
 * Where a file has several, the first of this list counts. Case, spaces, hyphens and underscores make no difference.
 */
const USER_COLUMNS = ['user', 'userPrincipalName', 'id', 'objectId'] as const;

/** What errors and help call these columns. */
export const USER_COLUMN_NAMES = 'user, userPrincipalName or id';

/** The position of the column that names users; undefined when the header has none. */
export function findUserColumn(header: readonly string[]): number | undefined {
  const names = header.map(plain);
  return USER_COLUMNS.map((column) => names.indexOf(plain(column))).find((position) => position >= 0);
}

function plain(name: string): string {
  return name.replace(/[\s_-]/g, '').toLowerCase();
}
