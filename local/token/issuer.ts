import { isLoopback } from '../../shared/loopback.ts';

/**
 * Finds who issues the tokens that an API takes, as any client can: the API names its issuer to who comes without one.
 * @param apiUrl the address of the API, with the route prefix
 * @returns the address of the Graph simulator
 * @throws Error that says what to do when the API does not run, takes no tokens, or takes those of a real tenant
 */
export async function findIssuer(apiUrl: string): Promise<string> {
  const response = await fetch(`${apiUrl}/operations`).catch((cause: unknown) => {
    throw new Error(`The service at ${apiUrl} does not answer. Start it with: npm start -- --auth entra`, { cause });
  });
  if (response.ok) throw new Error('The API needs no token. To use tokens, start it with: npm start -- --auth entra');
  const authority = /authorization_uri="([^"]+)"/.exec(response.headers.get('www-authenticate') ?? '')?.[1];
  if (authority === undefined) throw new Error(`The service at ${apiUrl} is not this API (status ${response.status}).`);
  if (!isLoopback(authority))
    throw new Error(
      'The API takes tokens of a real tenant. Get one there, for example with: az account get-access-token',
    );
  return new URL(authority).origin;
}
