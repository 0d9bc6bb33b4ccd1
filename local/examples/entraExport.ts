import type { Directory } from '../graph/directory/directory.ts';
import { createdDateTime } from '../graph/routes/userResource.ts';

/** The header of the file that "Download users" of the Entra admin center writes, with its columns in their order. */
const COLUMNS =
  'userPrincipalName,displayName,surname,mail,givenName,id,userType,jobTitle,department,accountEnabled,usageLocation,streetAddress,state,country,officeLocation,city,postalCode,telephoneNumber,mobilePhone,alternateEmailAddress,ageGroup,consentProvidedForMinor,legalAgeGroupClassification,companyName,creationType,directorySynced,invitationState,identityIssuer,createdDateTime';

/** Some have a comma, as real ones do, so that the file has quoted cells. */
const DEPARTMENTS = ['Sales', 'Engineering', 'IT, Operations', 'Finance', 'Legal, Contracts'];

/** Users as "Download users" of the Entra admin center exports them: with a byte order mark and CRLF. */
export function entraExport(directory: Directory, users: readonly number[]): string {
  const lines = users.map((user) => {
    const cells = cellsOf(directory, user);
    return COLUMNS.split(',')
      .map((column) => quoted(cells[column] ?? ''))
      .join(',');
  });
  return `\uFEFF${[COLUMNS, ...lines].map((line) => `${line}\r\n`).join('')}`;
}

function cellsOf(directory: Directory, user: number): Readonly<Record<string, string>> {
  const isSyncAccount = user === directory.syncAccount;
  return {
    userPrincipalName: directory.principalName(user),
    displayName: directory.displayName(user),
    surname: directory.familyName(user) ?? '',
    mail: directory.mail(user) ?? '',
    givenName: directory.givenName(user) ?? '',
    id: directory.id(user),
    userType: directory.userType(user),
    department: isSyncAccount ? '' : (DEPARTMENTS[user % DEPARTMENTS.length] ?? ''),
    accountEnabled: directory.accountEnabled(user) ? 'True' : 'False',
    alternateEmailAddress: directory.otherMails(user).join(', '),
    directorySynced: isSyncAccount ? 'True' : 'False',
    identityIssuer: 'contoso.onmicrosoft.com',
    createdDateTime: createdDateTime(user),
  };
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
