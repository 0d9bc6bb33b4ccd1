import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** The account that a connection string names, with its key. */
export interface TableAccount {
  readonly name: string;
  readonly key: string;
}

/** @throws Error when the connection string has no account with a key */
export function accountOf(connectionString: string): TableAccount {
  const name = /AccountName=([^;]+)/.exec(connectionString)?.[1];
  const key = /AccountKey=([^;]+)/.exec(connectionString)?.[1];
  if (name === undefined || key === undefined) throw new Error('The connection string has no account with a key.');
  return { name, key };
}

/**
 * The headers of a request with a token, signed with the account's key instead: Azurite knows no tokens without TLS.
 * See https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key#table-service-shared-key-lite-authorization.
 */
export function signForTables({ headers, url }: IncomingMessage, account: TableAccount): IncomingMessage['headers'] {
  const date = String(headers['x-ms-date'] ?? new Date().toUTCString());
  const { pathname, searchParams } = new URL(url ?? '/', 'http://localhost');
  const component = searchParams.get('comp');
  const resource = `/${account.name}${pathname}${component === null ? '' : `?comp=${component}`}`;
  const signature = createHmac('sha256', Buffer.from(account.key, 'base64')).update(`${date}\n${resource}`);
  return {
    ...headers,
    'x-ms-date': date,
    authorization: `SharedKeyLite ${account.name}:${signature.digest('base64')}`,
  };
}
